//! The common part of all services: pods without a fixed number, how many there are, and who may take them away.

use k8s_openapi::{
    api::core::v1::{Container, PodSpec, Toleration, TopologySpreadConstraint},
    apimachinery::pkg::apis::meta::v1::LabelSelector,
};
use synth_kubernetes::{
    Draft, Manifests, container_port, custom, deployment, deployment_spec, disruption_budget_spec,
    monitoring::{Endpoint, NamespaceSelector, ServiceMonitorSpec},
    pod_disruption_budget, pod_security_context, pod_template, pre_stop_sleep, rolling_update, selector,
    service_account, spread, toleration_for, toleration_of,
};

use super::{ADMIN, MAX_SURGE_PERCENT, TRAFFIC, autoscaler, container, grace_period_seconds};
use crate::{
    names::{DEAD_NODE_TAINTS, EBS_CSI_TAINT, MOST_NODES, NAME_LABEL, SERVICES_PRIORITY},
    resolving,
    settings::{Nodes, Runs, Service, Settings},
};

const ZONE: &str = "topology.kubernetes.io/zone";

/// Samples of one scrape of a pod, beyond which Prometheus takes none of it: the services of this repository stay below.
const SAMPLES: u64 = 10_000;

/// Puts the service account of what runs into its folder.
#[track_caller]
pub(super) fn account(runs: &Runs<'_>, settings: &Settings, folder: &Manifests) {
    service_account(runs.name)
        .in_namespace(&settings.services.namespace)
        .automount_service_account_token(false)
        .add_to(folder, "service-account");
}

/// The pod of what runs, with what all of them have.
pub(super) fn pod(runs: &Runs<'_>, container: Draft<Container>) -> Draft<PodSpec> {
    let pod = resolving::pod([container])
        .service_account_name(runs.name)
        .automount_service_account_token(false)
        .enable_service_links(false)
        .priority_class_name(SERVICES_PRIORITY)
        .security_context(pod_security_context());
    let nodes = node_selector(runs.asks.nodes);
    if nodes.is_empty() { pod } else { pod.node_selector(nodes) }
}

/// The labels of the nodes on which it runs; an image of all architectures needs none.
fn node_selector(nodes: &Nodes) -> Vec<(&'static str, String)> {
    let bought = nodes.capacity_type.map(|of| ("karpenter.sh/capacity-type", of.to_string()));
    let architecture = match nodes.architectures.as_slice() {
        [one] => Some(("kubernetes.io/arch", one.to_string())),
        _ => None,
    };
    bought.into_iter().chain(architecture).collect()
}

/// A service, and where its manifests go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Workload<'a> {
    pub(super) name: &'a str,
    pub(super) settings: &'a Settings,
    pub(super) service: &'a Service,
    pub(super) folder: &'a Manifests,
}

impl Workload<'_> {
    pub(super) fn namespace(&self) -> &str {
        &self.settings.services.namespace
    }

    pub(super) fn selector(&self) -> LabelSelector {
        selector(NAME_LABEL, self.name)
    }

    /// Everything but the ways in and out of its pods.
    pub(super) fn define(&self, args: Vec<String>) {
        let (name, namespace, folder) = (self.name, self.namespace(), self.folder);
        let service = self.service;
        let runs = service.runs(name);
        account(&runs, self.settings, folder);
        let container = container::define(self.settings, &runs, args)
            .ports([container_port(TRAFFIC, service.port), container_port(ADMIN, service.admin_port)])
            .lifecycle(pre_stop_sleep(service.pre_stop_seconds));
        let pod = pod(&runs, container::probed(container, &service.probes))
            .termination_grace_period_seconds(grace_period_seconds(service))
            .tolerations(self.tolerations())
            .topology_spread_constraints(self.spread());
        let labels = [(NAME_LABEL, name), ("app.kubernetes.io/part-of", self.settings.name.as_str())];
        deployment(name)
            .in_namespace(namespace)
            .label(NAME_LABEL, name)
            .spec(
                // The number of pods is the autoscaler's alone: a `replicas` here would undo its work at each sync.
                deployment_spec(self.selector(), pod_template(labels, pod))
                    .strategy(rolling_update(&format!("{MAX_SURGE_PERCENT}%")))
                    .min_ready_seconds(10)
                    .progress_deadline_seconds(600)
                    .revision_history_limit(3),
            )
            .add_to(folder, "deployment");

        autoscaler::define(name, self.service, self.settings, folder);

        pod_disruption_budget(name)
            .in_namespace(namespace)
            .spec(
                disruption_budget_spec()
                    .max_unavailable("25%")
                    .selector(self.selector())
                    .unhealthy_pod_eviction_policy("AlwaysAllow"),
            )
            .add_to(folder, "pod-disruption-budget");

        let monitor = ServiceMonitorSpec {
            job_label: NAME_LABEL.to_owned(),
            namespace_selector: NamespaceSelector { match_names: vec![namespace.to_owned()] },
            selector: self.selector(),
            endpoints: vec![Endpoint::of_service(ADMIN, "15s")],
            sample_limit: Some(SAMPLES),
        };
        custom(name, monitor).in_namespace(namespace).add_to(folder, "service-monitor");
    }

    fn tolerations(&self) -> [Toleration; 3] {
        let seconds = self.settings.services.unreachable_seconds;
        let [not_ready, unreachable] = DEAD_NODE_TAINTS.map(|key| toleration_for(key, seconds));
        // Its pods have no volumes, so they need not wait for the driver of volumes on a new node.
        [toleration_of(EBS_CSI_TAINT), not_ready, unreachable]
    }

    /// Even over zones, also while one is lost; but a zone without room does not keep pods from the others.
    ///
    /// A skew that is kept to holds every zone to one more than the fullest-packed one can take. So the one that is kept to is as wide
    /// as the loss of a zone makes it, a narrow one is asked for, and half of the pods at rest is what a node takes: the first one
    /// that is ready would else take all that wait for it and for its neighbours in the other zones.
    fn spread(&self) -> [Draft<TopologySpreadConstraint>; 3] {
        let zones = u32::try_from(self.settings.network.zones.len()).expect("zones are counted on one hand");
        let most = |topology_key: &str, max_skew: u32| {
            self.even(topology_key, "DoNotSchedule").max_skew(max_skew).node_taints_policy("Honor")
        };
        [
            most(ZONE, self.service.max_replicas.div_ceil(zones - 1))
                // With as many as there are zones, a lost zone would hold every new pod back.
                .min_domains(zones - 1)
                .node_affinity_policy("Honor"),
            self.even(ZONE, "ScheduleAnyway").node_taints_policy("Honor"),
            most("kubernetes.io/hostname", self.service.min_replicas.div_ceil(2)).min_domains(MOST_NODES),
        ]
    }

    /// Each rollout is spread by itself.
    fn even(&self, topology_key: &str, when_unsatisfiable: &str) -> Draft<TopologySpreadConstraint> {
        spread(topology_key, when_unsatisfiable, self.selector()).match_label_keys(["pod-template-hash"])
    }
}
