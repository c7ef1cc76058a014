//! Settings: what differs between environments, read from TOML layers and checked before anything is built from them.
//!
//! The first layer holds every setting; later ones override it key by key. Reading the files is the caller's part.

mod account;
mod across;
mod address;
mod arn;
mod aws_names;
mod balancer;
mod budget;
mod cidr;
mod cluster;
mod controllers;
mod countries;
mod declare;
mod domain;
mod duration;
mod edge;
mod example;
mod hosts;
mod image;
mod instance;
mod karpenter;
mod leaves;
mod named;
mod network;
mod percent;
mod platform;
mod position;
mod problem;
mod read;
mod receivers;
pub mod regions;
mod rules;
mod schedule;
mod schema;
mod secret;
mod services;
mod shape;
mod sources;
mod text;
mod tree;
mod version;
mod waiver;
mod whole;
mod zone;

pub use account::{Attestations, Aws, Credentials, Github, Guard, OncePerAccount, Registry, Repository, State};
pub use address::{Host, HostPort, MailServer, Origin, RepositoryUrl, Target};
pub use arn::{AccountId, Arn, CertificateArn, PrincipalArn, TopicArn};
pub use aws_names::{KeyId, Named, Queue, Secret, SecretRef, Store, Stored, Topic};
pub use budget::Budget;
pub use cidr::Cidr;
pub use cluster::{AddonVersions, BaseNodes, Cluster, LogType, SupportType, ZonalShift};
pub use domain::{Domain, ExternalDns, Provider, SignOn};
pub use duration::{Duration, DurationOrNever};
pub use edge::{Edge, GLOBAL_REGION, GeoRestriction, ManagedRules, PriceClass};
pub use example::{ExampleValue, example_in, is_example_account};
pub use image::{AmiAlias, AmiType, Architecture, ImageRelease};
pub use instance::InstanceType;
pub use karpenter::{CapacityType, Karpenter, NodePool};
pub use leaves::{Change, Leaves};
pub use network::{NatGateways, Network, Subnets};
pub use percent::Percent;
pub use platform::{Argocd, CertManager, ExternalSecrets, Keda, LoadBalancerController, MetricsServer, Observability};
pub use position::SettingsProblem;
pub use problem::SettingsError;
pub use receivers::Receivers;
pub use regions::{Region, ZONES};
pub use schedule::{Schedule, TimeZone};
pub(crate) use services::INTERNET;
pub use services::{
    Asks, Entrance, Image, Job, Limits, LoadTest, Nodes, Permissions, Probes, Proxy, Runs, ScaleOn, Scheme, Service,
    Services, Worker, WorkerScaleOn,
};
pub use text::TextError;
pub use version::{AddonVersion, KubernetesVersion, ProviderFloor, Version};
pub use whole::{LONGEST_NAME_SUFFIX, Settings};
pub use zone::Zone;
