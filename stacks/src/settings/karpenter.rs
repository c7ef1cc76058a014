//! Karpenter and the pools of nodes that it makes.

use std::collections::BTreeMap;

use super::account::OncePerAccount;
use super::declare::{choice, section};
use super::problem::Problems;
use super::rules::{Anything, between, filled_set, one_of, shaped};
use super::shape;
use super::tree;
use super::{AmiAlias, Architecture, Duration, DurationOrNever, Version};

section! {
    /// The controller and what all of its nodes share.
    pub struct Karpenter {
        /// Version of the charts `karpenter` and `karpenter-crd`.
        pub chart_version: Version,
        /// Namespace of the controller.
        pub namespace: String where shaped("a namespace", shape::dns_label),
        /// Service account of the controller, which Pod Identity ties to its role.
        pub service_account: String where shaped("a service account name", shape::dns_label),
        /// Controller pods, of which one works.
        pub replicas: u32 where between(1, 10),
        /// Dated node image, the same until someone changes it.
        pub ami_alias: AmiAlias,
        /// Size of each node's root volume in GiB; the type is gp3.
        pub volume_size_gib: u32 where between(20, 16_384),
        /// Age at which a node is replaced, as a Go duration, or `Never`.
        pub expire_after: DurationOrNever,
        /// How long a node that must go waits for its pods, as a Go duration.
        pub termination_grace_period: Duration,
        /// Whether this environment makes the account's service-linked role for Spot.
        pub spot_service_linked_role: OncePerAccount,
        /// Pools by name.
        pub node_pools: BTreeMap<String, NodePool>,
    }
    check pools_fit;
}

choice! {
    /// How instances are bought.
    pub enum CapacityType {
        /// At the full price, and kept.
        OnDemand = "on-demand",
        /// Cheaper, and taken back at two minutes' notice.
        Spot = "spot",
    }
}

section! {
    /// One pool of nodes, over all zones.
    pub struct NodePool {
        /// How instances are bought.
        pub capacity_type: CapacityType,
        /// `amd64`, `arm64` or both.
        pub architectures: Vec<Architecture> where filled_set(Anything),
        /// Instance categories such as `c`, `m` and `r`.
        pub instance_categories: Vec<String> where filled_set(shaped(
            "an instance category such as `m`",
            shape::instance_category,
        )),
        /// Oldest generation of instances that is used.
        pub instance_generation_min: u32 where between(1, 20),
        /// Largest node in vCPUs; those of half, a quarter and so on are made too.
        pub instance_vcpus_max: u32 where one_of(&[2, 4, 8, 16, 32, 64]),
        /// Most vCPUs that the pool may have.
        pub limit_cpu: u32 where between(1, 100_000),
        /// Most memory that the pool may have, in GiB.
        pub limit_memory_gib: u32 where between(1, 1_000_000),
        /// The pool with the higher weight is tried first.
        pub weight: u32 where between(1, 100),
        /// How long a node is underused before its pods move, as a Go duration, or `Never`.
        pub consolidate_after: DurationOrNever,
    }
}

fn pools_fit(karpenter: &Karpenter, section: &str, problems: &mut Problems<'_>) {
    let pools = tree::child(section, "node_pools");
    if karpenter.node_pools.is_empty() {
        problems.report_name(&pools, "is empty: name at least one pool");
    }
    for name in karpenter.node_pools.keys().filter(|name| !shape::dns_label(name)) {
        problems.report_name(
            &tree::child(&pools, name),
            "is not a name for a pool: begin with a letter, then use `a-z`, digits and `-`",
        );
    }
}
