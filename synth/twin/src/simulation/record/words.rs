//! What happened, in words.

use crate::{
    engine::{Cause, Limit},
    karpenter::Reason,
    pods::Capacity,
};

/// How a node is paid for.
pub(super) fn paid(capacity: Capacity) -> &'static str {
    match capacity {
        Capacity::Spot => "Spot",
        Capacity::OnDemand => "on demand",
    }
}

/// Why Karpenter's disruption takes a node.
pub(super) fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Empty => "empty",
        Reason::Underutilized => "underutilized",
        Reason::Drifted => "drifted",
    }
}

/// Why a node goes.
pub(super) fn why(cause: Cause) -> &'static str {
    match cause {
        Cause::Disrupted(of) => reason(of),
        Cause::Expired => "it reached its age",
        Cause::Interrupted => "taken back",
        Cause::Drained => "drained",
        Cause::NoCapacity => "no capacity",
        Cause::Late => "it did not come in time",
    }
}

/// What stands against nodes, in words.
pub(in crate::simulation) fn against(limit: Limit) -> String {
    match limit {
        Limit::Cpu => "the pools' `limits.cpu` are reached".to_owned(),
        Limit::Memory => "the pools' `limits.memory` are reached".to_owned(),
        Limit::Pools => "the pools' limits are reached".to_owned(),
        Limit::Capacity => "AWS has no capacity".to_owned(),
        Limit::Addresses => "no subnet has an address left".to_owned(),
        Limit::Account(capacity) => format!("the account may have no more vCPUs {}", paid(capacity)),
    }
}
