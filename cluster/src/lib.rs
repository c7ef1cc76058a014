//! A real Kubernetes control plane on this machine: etcd, the API server, the controllers and the scheduler, with fake nodes.
//!
//! It judges what `stacks` builds, and runs what is built long enough to see what becomes of it. It reads no settings of its
//! own and knows no policy: what must hold is said by the tests.

mod account;
mod apply;
mod authority;
mod charts;
mod conditions;
mod control_plane;
mod daemons;
mod definitions;
mod difference;
mod environment;
mod karpenter;
mod keda;
mod kubelets;
mod moto;
mod names;
mod nodes;
mod process;
mod programs;
mod schemas;
mod server;
mod waiting;

pub use account::{Account, Exhausted, Instance, Seen};
pub use apply::{Argo, Findings};
pub use charts::Release;
pub use conditions::{holds, is_ready};
pub use control_plane::{ControlPlane, Parts, free_ports};
pub use daemons::{DAEMONS, daemon_sets};
pub use environment::{Environment, Item};
pub use karpenter::Karpenter;
pub use keda::Keda;
pub use kubelets::Kubelets;
pub use moto::{Call, Moto};
pub use names::{name_of, title};
pub use nodes::{Node, ZONES};
pub use process::Process;
pub use programs::{Programs, root, version_under_test};
pub use schemas::definitions;
pub use server::{Answer, Server, User};
pub use waiting::{eventually, holds_for, within};
