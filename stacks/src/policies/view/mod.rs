//! The platform as policies and the picture read it: objects and resources by what they mean, and the arithmetic of nodes.
//!
//! Nothing here judges. What a reader does not find it gives as nothing; whether that matters, the policy says.

mod charts;
mod contents;
mod iam;
mod json;
mod nodes;
mod objects;
mod pods;
mod ports;
mod resources;
mod workload;

pub(crate) use charts::{argocd_release, argocd_values, charts, root_objects, root_release};
pub(crate) use contents::contents;
pub(crate) use iam::{Document, Statement, granted_documents, trust_documents};
pub(crate) use json::{at, includes, items, number, protocol, strings, text};
pub(crate) use nodes::{PerNode, Pools, Taken, pool_setting, requirement, types};
pub(crate) use objects::{BALANCER, TARGET_GROUP, annotation, attribute};
pub(crate) use pods::{PodGroup, base_pods, daemon_pods, maximum, other_pods};
pub(crate) use ports::{Listening, listening};
pub(crate) use resources::{Declared, addon, addon_configuration, carries, discovered_subnets};
pub(crate) use workload::{HOST, Workload, ZONE, container_port, declared_port, flag, matches, seconds};
