//! DRAIN: whether pods and nodes that leave finish what they have begun.

mod budgets;
mod expiry;
mod gates;
mod leaving;
mod nodes;

use k8s_openapi::api::core::v1::Service;
use synth_review::{Policy, Severity};

use crate::{
    Platform,
    view::{Object, Workload},
};

pub(super) const POLICIES: &[Policy<Platform>] = &[
    Policy {
        code: "DRAIN001",
        name: "grace-covers-drain",
        severity: Severity::Error,
        explanation: "A pod that is killed before its server has drained drops the requests that it was still answering.",
        check: leaving::grace_covers_drain,
    },
    Policy {
        code: "DRAIN002",
        name: "grace-covers-deregistration",
        severity: Severity::Error,
        explanation: "A load balancer keeps a leaving pod's connections for its deregistration delay: a pod that is gone \
                      before then resets them.",
        check: leaving::grace_covers_deregistration,
    },
    Policy {
        code: "DRAIN003",
        name: "leaving-is-noticed",
        severity: Severity::Error,
        explanation: "A load balancer goes on sending new connections for a while after a pod is told to go, and longer where \
                      only health checks tell it: a pod that stops accepting before then refuses them.",
        check: leaving::leaving_is_noticed,
    },
    Policy {
        code: "DRAIN004",
        name: "budget-leaves-room",
        severity: Severity::Error,
        explanation: "A disruption budget that allows no eviction at the minimum of pods keeps every node from draining.",
        check: nodes::budget_leaves_room,
    },
    Policy {
        code: "DRAIN005",
        name: "nodes-wait-for-pods",
        severity: Severity::Error,
        explanation: "Expiry ignores disruption budgets: without a termination grace period one pod keeps a node for ever, \
                      and with one below the pods' own they are cut off.",
        check: nodes::nodes_wait_for_pods,
    },
    Policy {
        code: "DRAIN006",
        name: "pools-disrupt-gently",
        severity: Severity::Error,
        explanation: "A pool that may replace all nodes at once takes every service's pods at once; one that may replace none \
                      never takes a new image.",
        check: nodes::pools_disrupt_gently,
    },
    Policy {
        code: "DRAIN007",
        name: "readiness-gates",
        severity: Severity::Error,
        explanation: "A pod without the readiness gate is ready before the load balancer knows it, and a rollout takes the old \
                      ones away; one made while the controller is down has none, unless the API server then refuses it.",
        check: gates::readiness_gates,
    },
    Policy {
        code: "DRAIN008",
        name: "deregistration-cuts-nothing",
        severity: Severity::Error,
        explanation: "A load balancer that ends connections at its deregistration delay resets what a leaving pod still \
                      answers, unless the delay covers the pod's whole drain.",
        check: leaving::deregistration_cuts_nothing,
    },
    Policy {
        code: "DRAIN009",
        name: "leaving-fits-spot-notice",
        severity: Severity::Warning,
        explanation: "AWS takes a Spot node back two minutes after it says so: a pod that takes longer to leave is cut off \
                      with what it has not finished.",
        check: leaving::leaving_fits_spot_notice,
    },
    Policy {
        code: "DRAIN010",
        name: "turns-fit-grace",
        severity: Severity::Error,
        explanation: "Nodes that expire together drain together, and pods leave them in turns, as their disruption budgets let \
                      them: those whose turn comes after the termination grace period are deleted, budget or not.",
        check: expiry::turns_fit_grace,
    },
    Policy {
        code: "DRAIN011",
        name: "expiry-comes-last",
        severity: Severity::Error,
        explanation: "Expiry takes all nodes that were made together at once, without a budget and before others are made: \
                      nodes should be replaced by a new image long before.",
        check: expiry::expiry_comes_last,
    },
];

/// The workloads behind load balancers, each with its Service.
fn balanced(platform: &Platform) -> impl Iterator<Item = (Workload<'_>, Object<'_, Service>)> {
    platform
        .autoscaled()
        .into_iter()
        .flat_map(|workload| workload.balancers(platform).map(move |service| (workload, service)))
}
