//! The load balancer: which pods are registered, and whom its connections hash to; and what the network has room for.
//!
//! An NLB chooses a target once for each connection, by a hash of its addresses, ports and first sequence number, whatever the target
//! has to do; kube-proxy draws one at random for each connection to a `ClusterIP`. So in either case load is spread by connections, and
//! moves only as fast as these end. Sources: AWS' guide to Network Load Balancers; aws-load-balancer-controller's issues 1786, 1834,
//! 4180 for the times of registration; `pkg/proxy` of Kubernetes for kube-proxy.

mod addresses;
mod connections;
mod limits;
mod registration;
mod usage;
mod zones;

pub use addresses::{Addresses, Subnet};
pub use connections::{Connections, Kept, busiest, carrying, draw};
pub use limits::{Bytes, per_client, per_node};
pub use registration::{Leaving, Registration};
pub use usage::{Hour, Usage};
pub use zones::{Target, weights};
