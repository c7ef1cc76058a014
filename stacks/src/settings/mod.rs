//! Settings: what differs between environments, read from TOML layers and checked before anything is built from them.
//!
//! The first layer holds every setting; later ones override it key by key. Reading the files is the caller's part.

mod account;
mod across;
mod cidr;
mod cluster;
mod declare;
mod example;
mod karpenter;
mod named;
mod network;
mod platform;
mod position;
mod problem;
mod read;
mod receivers;
pub mod regions;
mod rules;
mod schema;
mod secret;
mod services;
mod shape;
mod sources;
mod tree;
mod value;
mod version;
mod waiver;
mod whole;

pub use account::{Attestations, Aws, Credentials, Github, Guard, OncePerAccount, Registry, Repository, State};
pub use cidr::{Cidr, CidrError};
pub use cluster::{AddonVersions, BaseNodes, Cluster, SupportType, ZonalShift};
pub use example::{ExampleValue, example_in, is_example_account};
pub use karpenter::{CapacityType, Karpenter, NodePool};
pub use network::{NatGateways, Network, Subnets, ZONES};
pub use platform::{Argocd, LoadBalancerController, MetricsServer, Observability};
pub use position::SettingsProblem;
pub use problem::SettingsError;
pub use receivers::Receivers;
pub use services::{Image, LoadTest, Proxy, Service, Services};
pub use version::KubernetesVersion;
pub(crate) use version::compact_day;
pub use whole::{LONGEST_NAME_SUFFIX, Settings};
