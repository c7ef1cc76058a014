//! Pods that always run, of a service or of a worker: without a fixed number, spread, and who may take them away.

use k8s_openapi::{
    api::core::v1::{Container, Toleration, TopologySpreadConstraint},
    apimachinery::pkg::apis::meta::v1::LabelSelector,
};
use synth_kubernetes::{
    Draft, Manifests, custom, deployment, deployment_spec, disruption_budget_spec,
    monitoring::{Endpoint, NamespaceSelector, ServiceMonitorSpec},
    pod_disruption_budget, pod_template, rolling_update, selector, spread, toleration_for, toleration_of,
};

use super::{ADMIN, MAX_SURGE_PERCENT, pod};
use crate::{
    names::{DEAD_NODE_TAINTS, EBS_CSI_TAINT, MOST_NODES, NAME_LABEL},
    settings::{Runs, Settings},
};

const ZONE: &str = "topology.kubernetes.io/zone";

/// Samples of one scrape of a pod, beyond which Prometheus takes none of it: the services of this repository stay below.
const SAMPLES: u64 = 10_000;

/// The pods of one thing that always runs, and where their manifests go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pods<'a> {
    pub(super) runs: Runs<'a>,
    pub(super) settings: &'a Settings,
    pub(super) folder: &'a Manifests,
    /// The fewest and the most of them.
    pub(super) replicas: (u32, u32),
    /// Seconds that one has to leave.
    pub(super) grace: u32,
}

impl Pods<'_> {
    /// The Deployment of a container, its service account, and its disruption budget.
    #[track_caller]
    pub(super) fn deploy(&self, container: Draft<Container>) {
        let (name, namespace, folder) = (self.runs.name, &self.settings.services.namespace, self.folder);
        pod::account(&self.runs, self.settings, folder);
        let pod = pod::define(&self.runs, container)
            .termination_grace_period_seconds(self.grace)
            .tolerations(tolerations(self.settings))
            .topology_spread_constraints(self.spread());
        deployment(name)
            .in_namespace(namespace)
            .label(NAME_LABEL, name)
            .spec(
                // The number of pods is the autoscaler's alone: a `replicas` here would undo its work at each sync.
                deployment_spec(self.selector(), pod_template(labels(self.settings, name), pod))
                    .strategy(rolling_update(&format!("{MAX_SURGE_PERCENT}%")))
                    .min_ready_seconds(10)
                    .progress_deadline_seconds(600)
                    .revision_history_limit(3),
            )
            .add_to(folder, "deployment");
        pod_disruption_budget(name)
            .in_namespace(namespace)
            .spec(
                disruption_budget_spec()
                    .max_unavailable("25%")
                    .selector(self.selector())
                    .unhealthy_pod_eviction_policy("AlwaysAllow"),
            )
            .add_to(folder, "pod-disruption-budget");
    }

    /// Prometheus asks each of them at its admin port.
    #[track_caller]
    pub(super) fn monitor(&self) {
        let namespace = &self.settings.services.namespace;
        let monitor = ServiceMonitorSpec {
            job_label: NAME_LABEL.to_owned(),
            namespace_selector: NamespaceSelector { match_names: vec![namespace.clone()] },
            selector: self.selector(),
            endpoints: vec![Endpoint::of_service(ADMIN, "15s")],
            sample_limit: Some(SAMPLES),
        };
        custom(self.runs.name, monitor).in_namespace(namespace).add_to(self.folder, "service-monitor");
    }

    pub(super) fn selector(&self) -> LabelSelector {
        selector(NAME_LABEL, self.runs.name)
    }

    /// Even over zones, also while one is lost; but a zone without room does not keep pods from the others.
    ///
    /// A skew that is kept to holds every zone to one more than the fullest-packed one can take. So the one that is kept to is as wide
    /// as the loss of a zone makes it, a narrow one is asked for, and half of the pods at rest is what a node takes: the first one
    /// that is ready would else take all that wait for it and for its neighbours in the other zones.
    fn spread(&self) -> [Draft<TopologySpreadConstraint>; 3] {
        let zones = u32::try_from(self.settings.network.zones.len()).expect("zones are counted on one hand");
        let (fewest, most) = self.replicas;
        let kept = |topology_key: &str, max_skew: u32| {
            self.even(topology_key, "DoNotSchedule").max_skew(max_skew).node_taints_policy("Honor")
        };
        [
            kept(ZONE, most.div_ceil(zones - 1))
                // With as many as there are zones, a lost zone would hold every new pod back.
                .min_domains(zones - 1)
                .node_affinity_policy("Honor"),
            self.even(ZONE, "ScheduleAnyway").node_taints_policy("Honor"),
            kept("kubernetes.io/hostname", fewest.div_ceil(2)).min_domains(MOST_NODES),
        ]
    }

    /// Each rollout is spread by itself.
    fn even(&self, topology_key: &str, when_unsatisfiable: &str) -> Draft<TopologySpreadConstraint> {
        spread(topology_key, when_unsatisfiable, self.selector()).match_label_keys(["pod-template-hash"])
    }
}

/// The labels of a pod of what has this name.
pub(super) fn labels<'a>(settings: &'a Settings, name: &'a str) -> [(&'static str, &'a str); 2] {
    [(NAME_LABEL, name), ("app.kubernetes.io/part-of", settings.name.as_str())]
}

/// On which nodes a pod may start, and how long it stays bound to one that is dead.
pub(super) fn tolerations(settings: &Settings) -> [Toleration; 3] {
    let seconds = settings.services.unreachable_seconds;
    let [not_ready, unreachable] = DEAD_NODE_TAINTS.map(|key| toleration_for(key, seconds));
    // Its pods have no volumes, so they need not wait for the driver of volumes on a new node.
    [toleration_of(EBS_CSI_TAINT), not_ready, unreachable]
}
