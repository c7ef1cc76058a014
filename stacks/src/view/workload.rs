//! Workloads that scale: a Deployment, the autoscaler that owns the number of its pods, and its containers.

use std::{collections::BTreeMap, sync::LazyLock};

use k8s_openapi::{
    api::{
        apps::v1::Deployment,
        autoscaling::v2::HorizontalPodAutoscaler,
        core::v1::{Container, ContainerPort, PodSpec, Service, ServicePort, TopologySpreadConstraint},
        networking::v1::NetworkPolicy,
        policy::v1::PodDisruptionBudget,
    },
    apimachinery::pkg::{
        api::resource::Quantity,
        apis::meta::v1::{LabelSelector, LabelSelectorRequirement},
        util::intstr::IntOrString,
    },
};
use synth_kubernetes::{
    Amount,
    keda::Trigger,
    quantity::{self, CPU, MEMORY, limit_in},
};

use super::{Object, ScaledObject};
use crate::{
    Platform,
    settings::{Services, Target},
};

pub(crate) const ZONE: &str = "topology.kubernetes.io/zone";
pub(crate) const HOST: &str = "kubernetes.io/hostname";

/// Labels of an object.
pub(crate) type Labels = BTreeMap<String, String>;

static NO_POD: LazyLock<PodSpec> = LazyLock::new(PodSpec::default);
static NO_LABELS: Labels = Labels::new();

/// A number of Kubernetes' that is never negative.
pub(crate) fn whole(number: impl TryInto<u64>) -> u64 {
    number.try_into().unwrap_or_default()
}

/// A Deployment and its autoscaler.
#[derive(Clone, Copy)]
pub(crate) struct Workload<'a> {
    pub(crate) deployment: Object<'a, Deployment>,
    pub(crate) scaler: Object<'a, HorizontalPodAutoscaler>,
    services: &'a Services,
}

impl Platform {
    /// Every autoscaler: those that are written, and those that KEDA makes of what is, which stand where that does.
    pub(crate) fn autoscalers(&self) -> impl Iterator<Item = Object<'_, HorizontalPodAutoscaler>> {
        let made = self.every::<ScaledObject>().map(|object| object.read(ScaledObject::autoscaler));
        self.every::<HorizontalPodAutoscaler>().chain(made)
    }

    /// Every Deployment that an autoscaler owns.
    pub(crate) fn autoscaled(&self) -> Vec<Workload<'_>> {
        self.autoscalers()
            .filter_map(|scaler| {
                let name = &scaler.spec.scale_target_ref.name;
                Some(Workload {
                    deployment: self.one(scaler.namespace(), name)?,
                    scaler,
                    services: &self.settings.services,
                })
            })
            .collect()
    }
}

/// The spec of a Deployment's pods.
pub(crate) fn pod_of(deployment: &Deployment) -> &PodSpec {
    deployment.spec.as_ref().and_then(|spec| spec.template.spec.as_ref()).unwrap_or(&NO_POD)
}

/// The labels of a Deployment's pods.
pub(crate) fn labels_of(deployment: &Deployment) -> &Labels {
    let template = deployment.spec.as_ref().and_then(|spec| spec.template.metadata.as_ref());
    template.and_then(|metadata| metadata.labels.as_ref()).unwrap_or(&NO_LABELS)
}

impl<'a> Workload<'a> {
    pub(crate) fn name(&self) -> &'a str {
        self.deployment.name()
    }

    pub(crate) fn namespace(&self) -> &'a str {
        self.deployment.namespace()
    }

    /// The key of a setting of the service.
    pub(crate) fn setting(&self, name: &str) -> String {
        format!("{}.{name}", self.services.key(self.name()).join("."))
    }

    /// The pod's spec.
    pub(crate) fn pod(&self) -> &'a PodSpec {
        pod_of(self.deployment.typed())
    }

    /// The pod's labels.
    pub(crate) fn labels(&self) -> &'a Labels {
        labels_of(self.deployment.typed())
    }

    pub(crate) fn containers(&self) -> &'a [Container] {
        &self.pod().containers
    }

    /// The object that KEDA makes its autoscaler of, if it does.
    pub(crate) fn scaled(&self) -> Option<&'a ScaledObject> {
        self.scaler.manifest.typed()
    }

    /// What KEDA asks others for on its behalf.
    pub(crate) fn asked(&self) -> impl Iterator<Item = &'a Trigger> + use<'a> {
        let triggers = self.scaled().map(|object| object.spec.triggers.as_slice()).unwrap_or_default();
        triggers.iter().filter(|trigger| !trigger.is_resource())
    }

    /// The fewest pods; the API server's default is one.
    pub(crate) fn fewest(&self) -> u64 {
        self.scaler.spec.min_replicas.map_or(1, whole)
    }

    /// The most pods.
    pub(crate) fn most(&self) -> u64 {
        whole(self.scaler.spec.max_replicas)
    }

    /// The requests of one pod.
    pub(crate) fn requests(&self) -> Amount {
        requests(self.pod())
    }

    /// Seconds from the stop signal's delay to the kill; the API server's default is 30.
    pub(crate) fn grace(&self) -> u64 {
        self.pod().termination_grace_period_seconds.map_or(30, whole)
    }

    /// Is a selector, in this namespace, one of its pods?
    pub(crate) fn selected_by(&self, selector: Option<&LabelSelector>) -> bool {
        matches(selector, self.labels())
    }

    /// The disruption budgets over its pods.
    pub(crate) fn budgets(&self, platform: &'a Platform) -> impl Iterator<Item = Object<'a, PodDisruptionBudget>> {
        let workload = *self;
        platform.every::<PodDisruptionBudget>().filter(move |budget| {
            budget.namespace() == workload.namespace()
                && workload.selected_by(budget.spec.as_ref().and_then(|spec| spec.selector.as_ref()))
        })
    }

    /// The network policies about its pods.
    pub(crate) fn network_policies(&self, platform: &'a Platform) -> impl Iterator<Item = Object<'a, NetworkPolicy>> {
        let workload = *self;
        platform.every::<NetworkPolicy>().filter(move |policy| {
            policy.namespace() == workload.namespace()
                && workload.selected_by(policy.spec.as_ref().and_then(|spec| spec.pod_selector.as_ref()))
        })
    }

    /// The Services that lead to its pods.
    pub(crate) fn services(&self, platform: &'a Platform) -> impl Iterator<Item = Object<'a, Service>> + use<'a> {
        let workload = *self;
        platform.every::<Service>().filter(move |service| {
            let selector = service.spec.as_ref().and_then(|spec| spec.selector.as_ref());
            service.namespace() == workload.namespace()
                && selector.is_some_and(|selector| includes(workload.labels(), selector))
        })
    }

    /// The constraints that spread its pods over what a key tells apart, kept to or only asked for.
    pub(crate) fn spread(&self, key: &str, when: &str) -> Option<&'a TopologySpreadConstraint> {
        let mut all = self.pod().topology_spread_constraints.as_deref().unwrap_or_default().iter();
        all.find(|spread| spread.topology_key == key && spread.when_unsatisfiable == when)
    }

    /// The constraint that spreads its pods over zones, if there is one that holds them back.
    pub(crate) fn zone_spread(&self) -> Option<&'a TopologySpreadConstraint> {
        self.spread(ZONE, "DoNotSchedule")
    }

    /// The values that the arguments of its containers give a flag.
    pub(crate) fn flags(&self, flag: &'a str) -> impl Iterator<Item = &'a str> {
        self.containers().iter().flat_map(move |container| self::flag(container, flag))
    }

    /// Is this flag, which has no value, among the arguments?
    pub(crate) fn has_flag(&self, flag: &str) -> bool {
        self.containers().iter().flat_map(|of| of.args.iter().flatten()).any(|argument| argument == flag)
    }

    /// The private targets that the containers, of the proxy, may reach.
    pub(crate) fn allowed_targets(&self) -> impl Iterator<Item = Target> {
        self.flags("--allow-target").filter_map(|target| target.parse().ok())
    }
}

/// The requests of a pod; a container that does not say counts as nothing.
pub(crate) fn requests(pod: &PodSpec) -> Amount {
    let requests = pod.containers.iter().map(|container| {
        let cpu = request(container, CPU).and_then(quantity::millicores);
        let memory = request(container, MEMORY).and_then(quantity::mebibytes);
        Amount::new(cpu.unwrap_or_default(), memory.unwrap_or_default())
    });
    requests.fold(Amount::default(), |sum, requests| sum + requests)
}

/// A container's request for a resource.
pub(crate) fn request<'a>(container: &'a Container, resource: &str) -> Option<&'a Quantity> {
    container.resources.as_ref()?.requests.as_ref()?.get(resource)
}

/// A container's limit of a resource.
pub(crate) fn limit<'a>(container: &'a Container, resource: &str) -> Option<&'a Quantity> {
    limit_in(container.resources.as_ref()?, resource)
}

/// Does a label selector match labels? One that says nothing matches everything, and where there is none, nothing matches.
pub(crate) fn matches(selector: Option<&LabelSelector>, labels: &Labels) -> bool {
    selector.is_some_and(|selector| {
        let expressions = selector.match_expressions.as_deref().unwrap_or_default();
        expressions.iter().all(|expression| holds(expression, labels))
            && selector.match_labels.as_ref().is_none_or(|wanted| includes(labels, wanted))
    })
}

/// Does one expression of a selector hold for labels?
pub(crate) fn holds(expression: &LabelSelectorRequirement, labels: &Labels) -> bool {
    let value = labels.get(&expression.key);
    let among = value.is_some_and(|value| expression.values.as_deref().unwrap_or_default().contains(value));
    match expression.operator.as_str() {
        "In" => among,
        "NotIn" => !among,
        "Exists" => value.is_some(),
        _ => value.is_none(),
    }
}

/// Do labels hold every one of others?
pub(crate) fn includes(whole: &Labels, part: &Labels) -> bool {
    part.iter().all(|(key, value)| whole.get(key) == Some(value))
}

/// Does a selector select whatever there is?
pub(crate) fn is_everything(selector: &LabelSelector) -> bool {
    selector.match_labels.as_ref().is_none_or(BTreeMap::is_empty)
        && selector.match_expressions.as_ref().is_none_or(Vec::is_empty)
}

/// A container's port, given by name or number.
pub(crate) fn declared_port<'a>(containers: &'a [Container], port: &IntOrString) -> Option<&'a ContainerPort> {
    let mut ports = containers.iter().flat_map(|container| container.ports.as_deref().unwrap_or_default());
    ports.find(|declared| match port {
        IntOrString::String(name) => declared.name.as_ref() == Some(name),
        IntOrString::Int(number) => declared.container_port == *number,
    })
}

/// The number of a container's port, given by name or number.
pub(crate) fn container_port(containers: &[Container], port: &IntOrString) -> Option<u64> {
    declared_port(containers, port).map(|declared| whole(declared.container_port))
}

/// The ports of a Service.
pub(crate) fn ports<'a>(service: &Object<'a, Service>) -> &'a [ServicePort] {
    service.typed().spec.as_ref().and_then(|spec| spec.ports.as_deref()).unwrap_or_default()
}

/// The port of pods to which a port of a Service leads: its own, where it says nothing else.
pub(crate) fn target(port: &ServicePort) -> IntOrString {
    port.target_port.clone().unwrap_or(IntOrString::Int(port.port))
}

/// A port by name or number, as people write it.
pub(crate) fn plain(port: &IntOrString) -> String {
    match port {
        IntOrString::String(name) => name.clone(),
        IntOrString::Int(number) => number.to_string(),
    }
}

/// The protocol of a port of a container, a Service or a network policy, in Terraform's spelling.
pub(crate) fn protocol(protocol: Option<&String>) -> &'static str {
    match protocol.map(String::as_str) {
        Some("UDP") => "udp",
        Some("SCTP") => "sctp",
        // The API server's default.
        _ => "tcp",
    }
}

/// The values that a container's arguments give a flag.
pub(crate) fn flag<'a>(container: &'a Container, flag: &'a str) -> impl Iterator<Item = &'a str> {
    let args = container.args.as_deref().unwrap_or_default();
    args.iter().zip(args.iter().skip(1)).filter(move |(given, _)| *given == flag).map(|(_, value)| value.as_str())
}
