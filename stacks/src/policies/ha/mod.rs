//! HA: what happens when a pod, a node or a zone is lost.

mod nodes;
mod pods;
mod repair;

use synth_review::{Policy, Severity};

use crate::Platform;

pub(super) const POLICIES: &[Policy<Platform>] = &[
    Policy {
        code: "HA001",
        name: "minimum-covers-zones",
        severity: Severity::Error,
        explanation: "With fewer pods than zones at rest, the loss of one zone can take all of a service at once.",
        check: pods::minimum_covers_zones,
    },
    Policy {
        code: "HA002",
        name: "spread-over-zones",
        severity: Severity::Error,
        explanation: "Without a spread that holds pods back, the scheduler may put all pods of a service into one zone: the first node \
                      that is ready takes what waits for it and for its neighbours.",
        check: pods::spread_over_zones,
    },
    Policy {
        code: "HA003",
        name: "schedules-without-a-zone",
        severity: Severity::Error,
        explanation: "With `minDomains` at the number of zones, or with dead nodes counted as a zone, the loss of a zone \
                      leaves every new pod pending; below zones - 1, all pods may share a zone. With a narrow `maxSkew` a zone \
                      that is healthy but full stops the scale-up in all others.",
        check: pods::schedules_without_a_zone,
    },
    Policy {
        code: "HA004",
        name: "one-disruption-budget",
        severity: Severity::Error,
        explanation: "Without a budget, consolidation may evict all pods at once; under two, the API server refuses every \
                      eviction and nodes never drain.",
        check: pods::one_disruption_budget,
    },
    Policy {
        code: "HA005",
        name: "probes",
        severity: Severity::Error,
        explanation: "Without a readiness probe a pod gets requests before it serves, without a liveness probe a hung one \
                      stays, and one question for both restarts pods that only have to wait.",
        check: pods::probes,
    },
    Policy {
        code: "HA006",
        name: "rollout-without-loss",
        severity: Severity::Error,
        explanation: "A rollout that takes pods away before others are ready serves the same load with fewer of them.",
        check: pods::rollout_without_loss,
    },
    Policy {
        code: "HA007",
        name: "pools-cover-zones",
        severity: Severity::Error,
        explanation: "Pods that are spread over zones wait for ever for a zone in which no pool makes nodes.",
        check: nodes::pools_cover_zones,
    },
    Policy {
        code: "HA008",
        name: "nat-per-zone",
        severity: Severity::Warning,
        explanation: "Zones that leave through another zone's NAT gateway lose the internet with that zone.",
        check: nodes::nat_per_zone,
    },
    Policy {
        code: "HA009",
        name: "many-instance-types",
        severity: Severity::Error,
        explanation: "A pool of one instance type makes no node when AWS has none left of it, which is when everyone \
                      scales.",
        check: nodes::many_instance_types,
    },
    Policy {
        code: "HA010",
        name: "base-nodes-in-every-zone",
        severity: Severity::Error,
        explanation: "Controllers whose nodes all stand in one zone are lost with it, and nobody makes new nodes.",
        check: nodes::base_nodes_in_every_zone,
    },
    Policy {
        code: "HA011",
        name: "base-nodes-host-system-pods",
        severity: Severity::Error,
        explanation: "System pods run on base nodes alone: those that do not fit when a zone is lost stay pending, \
                      Karpenter's among them.",
        check: nodes::base_nodes_host_system_pods,
    },
    Policy {
        code: "HA012",
        name: "controllers-in-pairs",
        severity: Severity::Error,
        explanation: "While the only pod of a controller moves, no node is made, no target is registered and no \
                      autoscaler sees a metric.",
        check: nodes::controllers_in_pairs,
    },
    Policy {
        code: "HA013",
        name: "rollouts-fit-base-nodes",
        severity: Severity::Error,
        explanation: "Pods that never share a node, as many as there are base nodes, cannot be replaced before one of them \
                      leaves: a rollout that may take none away waits for ever.",
        check: nodes::rollouts_fit_base_nodes,
    },
    Policy {
        code: "HA014",
        name: "broken-nodes-are-repaired",
        severity: Severity::Error,
        explanation: "A node with a broken network, disk or kernel takes pods and fails them until somebody replaces it: an agent \
                      has to tell of it, and Karpenter and the node group have to act.",
        check: repair::broken_nodes_are_repaired,
    },
    Policy {
        code: "HA015",
        name: "dead-nodes-let-pods-go",
        severity: Severity::Error,
        explanation: "A pod stays bound to a node that answers no more for 300 seconds, if it says nothing, and the autoscaler \
                      adds none for it meanwhile: the share of a lost zone is missing for six minutes.",
        check: pods::dead_nodes_let_go,
    },
];
