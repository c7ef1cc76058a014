//! HA: what happens when a pod, a node or a zone is lost.

mod nodes;
mod pods;
mod repair;
mod subnets;

use synth_review::Policy;

use crate::Platform;

pub(super) const POLICIES: &[Policy<Platform>] = &[
    pods::MINIMUM_COVERS_ZONES,
    pods::SPREAD_OVER_ZONES,
    pods::SCHEDULES_WITHOUT_A_ZONE,
    pods::ONE_DISRUPTION_BUDGET,
    pods::PROBES,
    pods::ROLLOUT_WITHOUT_LOSS,
    nodes::POOLS_COVER_ZONES,
    nodes::NAT_PER_ZONE,
    nodes::MANY_INSTANCE_TYPES,
    nodes::BASE_NODES_IN_EVERY_ZONE,
    nodes::BASE_NODES_HOST_SYSTEM_PODS,
    nodes::CONTROLLERS_IN_PAIRS,
    nodes::ROLLOUTS_FIT_BASE_NODES,
    repair::BROKEN_NODES_ARE_REPAIRED,
    pods::DEAD_NODES_LET_GO,
    subnets::ZONES_HAVE_SUBNETS,
];
