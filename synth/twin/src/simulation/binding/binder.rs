//! What can bind.

use std::fmt;

/// Something that binds a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binder {
    /// Requests that a pod takes at once.
    InFlight,
    /// Processor time of a pod.
    Processor,
    /// What the network of a node passes on.
    Network,
    /// The load balancer: what it has not noticed yet, or spreads unevenly.
    Balancer,
    /// What stands behind the service: its time to answer, or its own pods.
    Target,
    /// The autoscaler's maximum.
    Maximum,
    /// What the autoscaler looks at, which asks for no more pods.
    Metric,
    /// The time that pods and nodes take to come.
    Time,
    /// The limits of the pools.
    Pool,
    /// The quota of the namespace.
    Quota,
    /// vCPUs that the account may have.
    Account,
    /// Addresses of the subnets.
    Addresses,
    /// Instances that AWS has.
    Capacity,
}

impl fmt::Display for Binder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::InFlight => "in-flight",
            Self::Processor => "processor",
            Self::Network => "network",
            Self::Balancer => "balancer",
            Self::Target => "target",
            Self::Maximum => "maximum",
            Self::Metric => "metric",
            Self::Time => "time",
            Self::Pool => "pool",
            Self::Quota => "quota",
            Self::Account => "account",
            Self::Addresses => "addresses",
            Self::Capacity => "capacity",
        })
    }
}
