//! What is simulated: the objects that are written, and what stands around them.

use k8s_openapi::api::{
    apps::v1::Deployment, autoscaling::v2::HorizontalPodAutoscaler, core::v1::ResourceQuota,
    policy::v1::PodDisruptionBudget,
};
use synth_kubernetes::karpenter::NodePoolSpec;

use crate::{
    catalogue, cost, engine, karpenter,
    metrics::prometheus::Query,
    network,
    pods::{Labels, Template},
    service,
    time::Span,
};

/// A platform, as far as a load concerns it.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The environment.
    pub name: String,
    /// Region of AWS, such as `eu-north-1`.
    pub region: String,
    /// Zones, such as `eu-north-1a`.
    pub zones: Vec<String>,
    /// The services that scale, in the order of a request's way: the first stands behind the load balancer.
    pub services: Vec<Service>,
    /// Pools of nodes, by name.
    pub pools: Vec<(String, NodePoolSpec)>,
    /// What decides how much of Karpenter's nodes pods get.
    pub class: catalogue::NodeClass,
    /// GiB of each node's volume.
    pub volume: u32,
    /// The nodes that are there without Karpenter.
    pub base: BaseNodes,
    /// Pods of Karpenter's nodes beside the services.
    pub others: Vec<(Template, usize)>,
    /// Pods of every node.
    pub daemons: Vec<Template>,
    /// What the services' namespace may ask for in all.
    pub quota: Option<ResourceQuota>,
    /// How large requests and their answers are: an assumption.
    pub bytes: network::Bytes,
    /// What AWS lets the account have in all.
    pub bounds: engine::Bounds,
    /// Karpenter's own settings.
    pub karpenter: karpenter::Settings,
    /// The load balancer in front of the first service.
    pub balancer: Balancer,
    /// How long things take that no controller decides.
    pub delays: engine::Delays,
    /// What stands whatever the load is.
    pub fixed: cost::Fixed,
}

/// A service that scales.
#[derive(Clone, Debug)]
pub struct Service {
    /// What runs.
    pub deployment: Deployment,
    /// How many of it.
    pub scaler: HorizontalPodAutoscaler,
    /// What its external metrics ask for, each by its name in the autoscaler.
    pub asked: Vec<Asked>,
    /// How many may be moved at once.
    pub budget: Option<PodDisruptionBudget>,
    /// The value of its priority class.
    pub priority: i64,
    /// What a request costs it, and how many it takes.
    pub model: service::Service,
    /// The memory that its pods have.
    pub memory: service::Resident,
    /// How its pods leave.
    pub leaving: network::Leaving,
    /// How long its clients keep a connection.
    pub kept: network::Kept,
}

/// What an autoscaler's external metric asks Prometheus for, of every pod: `rate` of the requests that are counted, else the requests in
/// flight.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The metric's name, as the autoscaler has it.
    pub metric: String,
    /// What the query makes of it.
    pub query: Query,
    /// How often pods are looked at.
    pub interval: Span,
}

/// The nodes of the managed group.
#[derive(Clone, Debug)]
pub struct BaseNodes {
    /// Their instance type.
    pub instance_type: String,
    /// How many.
    pub nodes: usize,
    /// Labels by which pods choose them.
    pub labels: Labels,
    /// Pods that belong there, and how many of each.
    pub pods: Vec<(Template, usize)>,
}

/// The load balancer in front of the first service.
#[derive(Clone, Copy, Debug)]
pub struct Balancer {
    /// Does it spread over all zones, wherever a client came in?
    pub cross_zone: bool,
    /// How long it takes until a pod is a target.
    pub registration: network::Registration,
    /// Until it finds out that a pod does not answer any more.
    pub unhealthy: Span,
}
