//! The platform as policies, the picture and the cost read it: objects and resources by what they mean, and the arithmetic of nodes.
//!
//! Nothing here judges. What a reader does not find it gives as nothing; whether that matters, the policy says.

mod addons;
mod balancer;
mod charts;
mod entrance;
mod iam;
mod nodes;
mod objects;
mod pods;
mod ports;
mod resources;
mod running;
mod scheduled;
mod workload;

pub(crate) use addons::{addon, addon_configuration};
pub(crate) use balancer::{BALANCER, Balancer, Leads, TARGET_GROUP, keeps_balancer};
pub(crate) use charts::{Root, RootObjects, Synced, argocd_release, argocd_values, root_release};
pub(crate) use entrance::Entrance;
pub(crate) use iam::{Document, Statement, granted_documents, is_pattern, trust_documents};
pub(crate) use nodes::{CAPACITY_TYPE, Pools, Taken, pool_setting, requirement, types};
pub(crate) use objects::{
    AppProject, Application, Certificate, ClusterIssuer, ExternalSecret, Issuer, Meta, NodeClass, NodePool, Object,
    ScaledObject, SecretStore, ServiceMonitor, TriggerAuthentication,
};
pub(crate) use pods::{
    Daemon, PerNode, PodGroup, base_pods, daemon_pods, daemons, maximum, other_pods, standing_base_pods,
};
pub(crate) use ports::{Listening, listening};
pub(crate) use resources::{Declared, carries, discovered_subnets};
pub(crate) use running::Running;
pub(crate) use scheduled::{Scheduled, Template};
pub(crate) use workload::{
    HOST, Labels, Workload, ZONE, container_port, declared_port, flag, holds, includes, is_everything, labels_of,
    limit, matches, plain, pod_of, ports, protocol, request, requests, target, whole,
};
