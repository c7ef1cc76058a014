//! The repo server: whether it survives when nothing is in the cache and every Application asks for its manifests.

use synth_kubernetes::quantity::{self, MEMORY, limit_in};
use synth_review::{Findings, Policy, Severity};

use crate::{Platform, view::argocd_values};

/// MiB of the server itself, before it renders anything.
const SERVER: u64 = 96;

/// MiB that one rendering takes at its height: Helm downloads a repository with a large index (147 MB), then renders
/// `kube-prometheus-stack` (113 MB), as measured with the charts here, and the server reads what came out (a third more).
const RENDERING: u64 = 192;

const LIMIT: &str = "reposerver.parallelism.limit";

pub(super) const REPO_SERVER_SURVIVES: Policy<Platform> = Policy {
    code: "SYNC009",
    name: "repo-server-survives",
    severity: Severity::Error,
    explanation: "With an empty cache the repo server renders every Application at once: without a limit it runs out \
                  of memory, restarts with an empty cache, and is killed again.",
    check: repo_server_survives,
};

fn repo_server_survives(platform: &Platform, findings: &mut Findings) {
    let Some((values, place)) = argocd_values(platform) else { return };
    let memory = limit_in(&values.repo_server.resources, MEMORY).and_then(quantity::mebibytes);
    let at_once = values.configs.params.renderings.filter(|limit| *limit > 0);
    // Without a limit of memory it takes its node along instead.
    let Some(memory) = memory else {
        findings.report(
            place,
            "lets the repo server take all of its node's memory",
            "limit `memory` in `repoServer.resources`",
        );
        return;
    };
    let fit = memory.saturating_sub(SERVER) / RENDERING;
    let Some(at_once) = at_once else {
        findings.report(
            place,
            format!(
                "renders every Application at once when the cache is empty, but {memory}Mi are enough for only {fit}"
            ),
            format!("set `{LIMIT}` in `configs.params` to {}", fit.max(1)),
        );
        return;
    };
    let needed = SERVER + at_once * RENDERING;
    if needed > memory {
        findings.report(
            place,
            format!(
                "renders {at_once} Applications at once, which take {needed}Mi, but the repo server is killed at \
                 {memory}Mi"
            ),
            format!("lower `{LIMIT}` in `configs.params` to {}, or give `repoServer.resources` {needed}Mi", fit.max(1)),
        );
    }
}
