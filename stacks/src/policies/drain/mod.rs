//! DRAIN: whether pods and nodes that leave finish what they have begun.

mod budgets;
mod entrances;
mod expiry;
mod gates;
mod leaving;
mod nodes;
mod runs;

use synth_review::Policy;

use crate::{
    Platform,
    view::{Balancer, Workload},
};

pub(super) const POLICIES: &[Policy<Platform>] = &[
    leaving::GRACE_COVERS_DRAIN,
    leaving::GRACE_COVERS_DEREGISTRATION,
    leaving::LEAVING_IS_NOTICED,
    nodes::BUDGET_LEAVES_ROOM,
    nodes::NODES_WAIT_FOR_PODS,
    nodes::POOLS_DISRUPT_GENTLY,
    gates::READINESS_GATES,
    leaving::DEREGISTRATION_CUTS_NOTHING,
    leaving::LEAVING_FITS_SPOT_NOTICE,
    expiry::TURNS_FIT_GRACE,
    expiry::EXPIRY_COMES_LAST,
    runs::RUNS_END_BEFORE_THEIR_NODES,
    runs::LONG_RUNS_KEEP_THEIR_NODES,
    entrances::PODS_LEAVE_ENTRANCES,
];

/// The workloads behind load balancers, each with what sends to it.
fn balanced(platform: &Platform) -> impl Iterator<Item = (Workload<'_>, Balancer<'_>)> {
    platform
        .autoscaled()
        .into_iter()
        .flat_map(|workload| workload.balancers(platform).map(move |balancer| (workload, balancer)))
}
