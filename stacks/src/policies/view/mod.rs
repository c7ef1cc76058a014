//! The platform as policies read it: objects and resources by what they mean, and the arithmetic of nodes.
//!
//! Nothing here judges. What a reader does not find it gives as nothing; whether that matters, the policy says.

mod arguments;
mod charts;
mod iam;
mod json;
mod nodes;
mod objects;
mod pods;
pub(super) mod quantity;
mod resources;
mod workload;

pub(super) use charts::{argocd_release, argocd_values, charts};
pub(super) use iam::{granted_documents, trust_documents};
pub(super) use json::{at, includes, items, number, strings, text};
pub(super) use nodes::{NodeShape, PerNode, Pools, Taken, requirement};
pub(super) use objects::annotation;
pub(super) use pods::{PodGroup, base_pods, daemon_pods, other_pods};
pub(super) use quantity::Amount;
pub(super) use resources::{Declared, addon, addon_configuration, carries, discovered_subnets};
pub(super) use workload::{Workload, container_port, flag, matches, seconds};
