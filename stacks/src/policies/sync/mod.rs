//! SYNC: what Argo CD makes of a change in Git, and what it leaves alone.

mod bounds;
mod healing;
mod keeping;
mod rendering;
mod watching;

use synth_review::{Policy, Severity};

use crate::Platform;

pub(super) const POLICIES: &[Policy<Platform>] = &[
    Policy {
        code: "SYNC001",
        name: "fixes-heal",
        severity: Severity::Error,
        explanation: "A sync that retries the commit it began with never sees the fix, and one that waits without a bound never \
                      applies it; a bound shorter than a bring-up leaves the root Application failed until the next commit.",
        check: healing::fixes_heal,
    },
    Policy {
        code: "SYNC002",
        name: "waves-wait",
        severity: Severity::Error,
        explanation: "Argo CD judges no Application, calls definitions and a beginning Prometheus degraded, and an update \
                      healthy before it has begun: waves then wait for nothing, or fail though nothing is wrong.",
        check: healing::waves_wait,
    },
    Policy {
        code: "SYNC003",
        name: "data-outlives-an-edit",
        severity: Severity::Error,
        explanation: "A namespace takes its volumes along: a file that is removed from Git, or an Application, must not delete \
                      data before someone has confirmed it.",
        check: keeping::data_outlives_an_edit,
    },
    Policy {
        code: "SYNC004",
        name: "closed-projects",
        severity: Severity::Error,
        explanation: "Argo CD makes the project `default` open to everything, and a project bounds an Application only where it \
                      names repositories, namespaces and kinds: a service's folder could carry roles and webhooks.",
        check: bounds::closed_projects,
    },
    Policy {
        code: "SYNC005",
        name: "applications-of-our-projects",
        severity: Severity::Error,
        explanation: "The root Application may make any Application and any project; only the API server can refuse those that \
                      are not of the projects here.",
        check: bounds::applications_of_our_projects,
    },
    Policy {
        code: "SYNC006",
        name: "git-alone-writes",
        severity: Severity::Error,
        explanation: "Self-heal does not see what is added to an object: an open rule of a network policy, a variable, a sidecar \
                      stay, so that nobody but Argo CD may write the services' objects.",
        check: bounds::git_alone_writes,
    },
    Policy {
        code: "SYNC007",
        name: "argocd-watched",
        severity: Severity::Error,
        explanation: "An Application that cannot be compared with Git counts as healthy, the root too: without metrics and \
                      alerts of Argo CD nobody learns that nothing is delivered any more.",
        check: watching::argocd_watched,
    },
    Policy {
        code: "SYNC008",
        name: "release-follows-git",
        severity: Severity::Error,
        explanation: "Argo CD takes a revision that does not exist and waits: unless the release asks what became of it, \
                      Terraform succeeds and nothing comes.",
        check: watching::release_follows_git,
    },
    Policy {
        code: "SYNC009",
        name: "repo-server-survives",
        severity: Severity::Error,
        explanation: "With nothing in its cache the repo server renders every Application at once: without a limit on that it is \
                      killed for its memory, starts with nothing in its cache, and is killed again.",
        check: rendering::repo_server_survives,
    },
];
