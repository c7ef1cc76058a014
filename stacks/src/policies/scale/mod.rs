//! SCALE: whether what the autoscalers may ask for can be had.

mod batch;
mod ownership;
mod room;
mod subnets;
mod volumes;

use synth_review::{Policy, Severity};

use crate::Platform;

pub(super) const POLICIES: &[Policy<Platform>] = &[
    Policy {
        code: "SCALE001",
        name: "maximum-fits-pools",
        severity: Severity::Error,
        explanation: "An autoscaler's maximum that the node pools' limits cannot host is never reached: pods stay pending \
                      at the height of the load.",
        check: room::maximum_fits_pools,
    },
    Policy {
        code: "SCALE002",
        name: "maximum-fits-without-a-zone",
        severity: Severity::Error,
        explanation: "The nodes of a lost zone count against the limits until they are gone, so the pools need room for \
                      their replacements beside them.",
        check: room::maximum_fits_without_a_zone,
    },
    Policy {
        code: "SCALE003",
        name: "maximum-fits-without-spot",
        severity: Severity::Warning,
        explanation: "Spot capacity can be gone at once: then on-demand pools alone host everything.",
        check: room::maximum_fits_without_spot,
    },
    Policy {
        code: "SCALE004",
        name: "quota-admits-maximum",
        severity: Severity::Error,
        explanation: "A quota below the autoscalers' maximum, with a rollout under way, refuses pods while nodes stand \
                      empty.",
        check: room::quota_admits_maximum,
    },
    Policy {
        code: "SCALE005",
        name: "no-replicas-beside-autoscaler",
        severity: Severity::Error,
        explanation: "A number of replicas in Git undoes the autoscaler's work at every sync.",
        check: ownership::no_replicas_beside_autoscaler,
    },
    Policy {
        code: "SCALE006",
        name: "autoscaler-owns-replicas",
        severity: Severity::Error,
        explanation: "Argo CD takes the autoscaler's number for drift and heals it, unless the difference is ignored, with \
                      the group `apps`, and respected at syncs.",
        check: ownership::autoscaler_owns_replicas,
    },
    Policy {
        code: "SCALE007",
        name: "requests-set",
        severity: Severity::Error,
        explanation: "Without requests an autoscaler has no utilization to look at, and nodes are filled until they fail.",
        check: ownership::requests_set,
    },
    Policy {
        code: "SCALE008",
        name: "memory-limited",
        severity: Severity::Error,
        explanation: "A container that may use more memory than it asks for takes its node's other pods down with it.",
        check: ownership::memory_limited,
    },
    Policy {
        code: "SCALE009",
        name: "subnets-hold-nodes-and-pods",
        severity: Severity::Error,
        explanation: "A node without a free range of addresses in its subnet runs no pods, and Karpenter keeps making more of them; \
                      without a reservation, single addresses spoil ranges while most addresses are free.",
        check: subnets::subnets_hold_nodes_and_pods,
    },
    Policy {
        code: "SCALE010",
        name: "pools-are-limited",
        severity: Severity::Error,
        explanation: "A pool without limits turns a loop that makes pods into a bill without limits.",
        check: room::pools_are_limited,
    },
    Policy {
        code: "SCALE011",
        name: "autoscaler-has-target",
        severity: Severity::Error,
        explanation: "An autoscaler of a Deployment that does not exist scales nothing, and says so in events only.",
        check: ownership::autoscaler_has_target,
    },
    Policy {
        code: "SCALE012",
        name: "autoscaler-has-metrics",
        severity: Severity::Error,
        explanation: "An autoscaler that gets no metrics keeps the number of pods that it has, whatever the load; two servers \
                      of metrics take the API from each other.",
        check: ownership::autoscaler_has_metrics,
    },
    Policy {
        code: "SCALE013",
        name: "volumes-fit-nodes",
        severity: Severity::Error,
        explanation: "Kubernetes puts pods onto a node up to the limit of volumes that its driver tells: one above what the \
                      instance takes leaves pods waiting for a volume that is never attached.",
        check: volumes::volumes_fit_nodes,
    },
    Policy {
        code: "SCALE014",
        name: "volumes-wait-for-their-driver",
        severity: Severity::Error,
        explanation: "A node whose limit of volumes is not known yet takes any number of pods with volumes; pods without \
                      volumes, and nodes without the driver, would wait for it in vain.",
        check: volumes::volumes_wait_for_their_driver,
    },
    Policy {
        code: "SCALE015",
        name: "batch-fits-spot",
        severity: Severity::Warning,
        explanation: "Of the nodes that it plans at once, Karpenter takes each for the largest that it might become: a pool whose \
                      limits that exceeds gets no more of them, and the rest is bought on demand while Spot is to be had.",
        check: batch::batch_fits_spot,
    },
    Policy {
        code: "SCALE016",
        name: "preferences-buy-no-nodes",
        severity: Severity::Error,
        explanation: "Unless told to ignore preferences, Karpenter takes them for demands while it can make a node for them: a spread \
                      over nodes buys a node for each pod, and one over zones beside another lets it take Spot for impossible.",
        check: batch::preferences_buy_no_nodes,
    },
];
