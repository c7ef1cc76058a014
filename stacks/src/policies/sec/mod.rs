//! SEC: what may be reached, read and done, and by whom.

mod egress;
mod identity;
mod nodes;
mod pods;
mod pull_request;

use synth_review::{Policy, Severity};

use crate::Platform;

pub(super) const POLICIES: &[Policy<Platform>] = &[
    Policy {
        code: "SEC001",
        name: "instance-metadata",
        severity: Severity::Error,
        explanation: "A pod that reaches its node's metadata takes the node's role: version 2 with one hop keeps it out.",
        check: nodes::instance_metadata,
    },
    Policy {
        code: "SEC002",
        name: "encrypted-volumes",
        severity: Severity::Error,
        explanation: "Volumes and their snapshots hold logs, caches and metrics of everybody.",
        check: nodes::encrypted_volumes,
    },
    Policy {
        code: "SEC003",
        name: "closed-endpoint",
        severity: Severity::Error,
        explanation: "A Kubernetes API that the whole internet reaches is one leaked token away from everybody.",
        check: nodes::closed_endpoint,
    },
    Policy {
        code: "SEC004",
        name: "encrypted-secrets",
        severity: Severity::Error,
        explanation: "Secrets that no key of ours encrypts are readable to whoever reads the control plane's storage.",
        check: nodes::encrypted_secrets,
    },
    Policy {
        code: "SEC005",
        name: "restricted-pods",
        severity: Severity::Error,
        explanation: "A service that may run as root or gain privileges turns a fault in its code into a fault of its node.",
        check: pods::restricted_pods,
    },
    Policy {
        code: "SEC006",
        name: "no-token",
        severity: Severity::Error,
        explanation: "A token of the Kubernetes API inside a service that never calls it serves only who breaks in.",
        check: pods::no_token,
    },
    Policy {
        code: "SEC007",
        name: "default-deny",
        severity: Severity::Error,
        explanation: "Without a policy that denies by default, a pod that no rule selects talks to everyone.",
        check: pods::default_deny,
    },
    Policy {
        code: "SEC008",
        name: "policies-enforced",
        severity: Severity::Error,
        explanation: "The network add-on enforces no NetworkPolicy unless it is told to, and says nothing about it.",
        check: pods::policies_enforced,
    },
    Policy {
        code: "SEC009",
        name: "open-proxy",
        severity: Severity::Error,
        explanation: "A proxy that the internet reaches, and that reaches metadata or private addresses, lends its place in \
                      the network to everyone.",
        check: egress::open_proxy,
    },
    Policy {
        code: "SEC010",
        name: "document-size",
        severity: Severity::Error,
        explanation: "IAM refuses a managed policy above 6,144 characters, policies inside a role above 10,240 together, and \
                      a trust policy above 2,048: the plan is fine, the apply fails half-way.",
        check: identity::document_size,
    },
    Policy {
        code: "SEC011",
        name: "policies-per-role",
        severity: Severity::Error,
        explanation: "IAM attaches at most ten managed policies to a role, and says so at the apply.",
        check: identity::policies_per_role,
    },
    Policy {
        code: "SEC012",
        name: "wildcard-actions",
        severity: Severity::Error,
        explanation: "A statement that allows a wildcard of actions on every resource allows what nobody thought of.",
        check: identity::wildcard_actions,
    },
    Policy {
        code: "SEC013",
        name: "workflow-trust",
        severity: Severity::Error,
        explanation: "A role that trusts GitHub without naming repository and run is anybody's who has a repository there.",
        check: identity::workflow_trust,
    },
    Policy {
        code: "SEC014",
        name: "private-buckets",
        severity: Severity::Error,
        explanation: "Terraform's state holds names, addresses and sometimes secrets: one wrong grant makes a bucket public \
                      unless that is blocked.",
        check: nodes::private_buckets,
    },
    Policy {
        code: "SEC015",
        name: "pod-role-trust",
        severity: Severity::Error,
        explanation: "Pod Identity serves every cluster of an account under one name: a role that asks for no more is any \
                      pod's to whom anyone there associates it.",
        check: identity::pod_role_trust,
    },
    Policy {
        code: "SEC016",
        name: "pull-requests-read-no-data",
        severity: Severity::Error,
        explanation: "A pull request runs its own code before anyone has read it: its role may look at how things are made, and \
                      read what lies in them nowhere but where a plan must.",
        check: pull_request::reads_no_data,
    },
    Policy {
        code: "SEC017",
        name: "strict-mode",
        severity: Severity::Error,
        explanation: "In the network add-on's strict mode a pod reaches nobody until a NetworkPolicy selects it: the name servers, \
                      which run before anything could bring them one, never start, and after them nothing else.",
        check: pods::strict_mode,
    },
];
