//! The content of the picture, read from the built platform. What is not there is not shown.

mod aws;
mod kubernetes;

use std::collections::BTreeMap;

use synth_bindings::{aws_cloudwatch_event_rule, aws_sqs_queue, aws_vpc};

use crate::Platform;

/// Everything that the picture shows.
pub(super) struct Shown {
    /// The platform's name.
    pub(super) name: String,
    /// Environment, account and region.
    pub(super) environment: String,
    pub(super) account: String,
    pub(super) region: String,
    /// The repository and what of it is followed.
    pub(super) repository: String,
    pub(super) revision: String,
    pub(super) stacks: Vec<Stack>,
    pub(super) sync: Sync,
    /// The range of the VPC.
    pub(super) vpc: String,
    pub(super) zones: Vec<Zone>,
    pub(super) control_plane: String,
    pub(super) balancer: Option<Balancer>,
    pub(super) services: Vec<Service>,
    pub(super) pools: Vec<Pool>,
    /// Charts on Karpenter's nodes.
    pub(super) charts: Vec<String>,
    /// The base node group: how many nodes, of which types.
    pub(super) base: String,
    /// Charts and add-ons that only the base nodes host.
    pub(super) system: Vec<String>,
    /// How many rules tell of interruptions, and the queue that they fill.
    pub(super) rules: usize,
    pub(super) queue: String,
    /// Images and state.
    pub(super) stores: Vec<String>,
    /// What stands before the load balancer.
    pub(super) edge: Option<String>,
}

/// A stack that Terraform applies.
pub(super) struct Stack {
    pub(super) name: String,
    pub(super) summary: &'static str,
    pub(super) resources: usize,
}

/// The folder that Argo CD syncs, and what lies in it.
pub(super) struct Sync {
    /// The folder in the repository.
    pub(super) folder: String,
    pub(super) objects: usize,
    /// The Applications of each wave.
    pub(super) waves: BTreeMap<i64, Vec<String>>,
}

/// An availability zone.
pub(super) struct Zone {
    pub(super) name: String,
    /// The range of each tier's subnet.
    pub(super) subnets: BTreeMap<String, String>,
    /// Has its public subnet a NAT gateway?
    pub(super) gateway: bool,
}

/// A load balancer in front of a service.
pub(super) struct Balancer {
    pub(super) scheme: String,
    pub(super) ports: String,
}

/// A Deployment that scales.
pub(super) struct Service {
    pub(super) name: String,
    pub(super) fewest: u32,
    pub(super) most: u32,
    /// How it scales, and the budget that keeps its pods.
    pub(super) scaling: String,
    pub(super) budget: String,
    /// The ports of what leads to its traffic.
    pub(super) ports: String,
    /// The services whose pods are let in.
    pub(super) callers: Vec<String>,
}

/// A pool of nodes.
pub(super) struct Pool {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) limits: String,
}

impl Shown {
    /// Reads a platform.
    pub(super) fn of(platform: &Platform) -> Self {
        let settings = &platform.settings;
        let mut vpcs = platform.resources::<aws_vpc::Handle>();
        let mut queues = platform.resources::<aws_sqs_queue::Handle>();
        let (balancer, services) = kubernetes::services(platform);
        let (system, charts) = kubernetes::placed_charts(platform);
        Self {
            name: settings.name.clone(),
            environment: settings.environment.clone(),
            account: settings.aws.account_id.to_string(),
            region: settings.aws.region.to_string(),
            repository: settings.repository.url.owner_and_name().to_owned(),
            revision: settings.repository.revision.clone(),
            stacks: aws::stacks(platform),
            sync: kubernetes::sync(platform),
            vpc: vpcs.find_map(|vpc| vpc.text(|of| of.cidr_block())).unwrap_or_default(),
            zones: aws::zones(platform),
            control_plane: aws::control_plane(platform).unwrap_or_default(),
            balancer,
            services,
            pools: kubernetes::pools(platform),
            charts,
            base: aws::base(platform).unwrap_or_default(),
            system,
            rules: platform.resources::<aws_cloudwatch_event_rule::Handle>().count(),
            queue: queues.find_map(|queue| queue.text(|of| of.name())).unwrap_or_default(),
            stores: aws::stores(platform),
            edge: aws::edge(platform),
        }
    }

    /// The tiers of subnets, from the internet inwards.
    pub(super) const TIERS: [&'static str; 3] = ["public", "private", "intra"];
}
