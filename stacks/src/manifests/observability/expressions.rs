//! The questions that alerts and dashboards ask of Prometheus, each written once.

use crate::settings::Settings;

/// The share of requests that must succeed.
pub(super) const OBJECTIVE: f64 = 0.999;

/// The expressions about one namespace.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expressions<'a> {
    namespace: &'a str,
}

impl<'a> Expressions<'a> {
    pub(super) fn new(settings: &'a Settings) -> Self {
        Self { namespace: &settings.services.namespace }
    }

    /// Requests a second of each service.
    pub(super) fn request_rate(self, window: &str) -> String {
        format!("sum by (job) (rate({}[{window}]))", self.requests("count", ""))
    }

    /// Requests a second of each service and status.
    pub(super) fn request_rate_by_status(self, window: &str) -> String {
        format!("sum by (job, http_response_status_code) (rate({}[{window}]))", self.requests("count", ""))
    }

    /// The share of each service's requests that it failed; zero where nothing failed.
    pub(super) fn error_ratio(self, window: &str) -> String {
        let failed = self.requests("count", ",http_response_status_code=~\"5..\"");
        let total = self.request_rate(window);
        format!("(\n  sum by (job) (rate({failed}[{window}]))\n  or 0 * {total}\n)\n/ {total}\n")
    }

    /// The time in which a share of each service's requests is answered.
    pub(super) fn latency(self, quantile: f64, window: &str) -> String {
        format!("histogram_quantile({quantile}, sum by (job, le) (rate({}[{window}])))", self.requests("bucket", ""))
    }

    /// Requests in flight in each service.
    pub(super) fn in_flight(self) -> String {
        format!("sum by (job) (http_server_active_requests{{namespace=\"{}\"}})", self.namespace)
    }

    /// The processor time that each service uses, in percent of what its running pods ask for.
    pub(super) fn cpu_utilization(self) -> String {
        let of = self.of_namespace();
        format!(
            "100 * sum by (container) (rate(container_cpu_usage_seconds_total{{{of},container!=\"\"}}[2m]))\n\
             / sum by (container) (\n  \
             kube_pod_container_resource_requests{{{of},resource=\"cpu\"}}\n  \
             * on (namespace, pod) group_left () (kube_pod_status_phase{{phase=\"Running\"}} == 1)\n)\n"
        )
    }

    /// A figure of each autoscaler: `status_current_replicas`, `status_desired_replicas`, `spec_max_replicas`, ….
    pub(super) fn autoscaler(self, figure: &str) -> String {
        format!(
            "max by (horizontalpodautoscaler) (kube_horizontalpodautoscaler_{figure}{{namespace=\"{}\"}})",
            self.namespace
        )
    }

    /// The utilization above which each autoscaler adds pods.
    pub(super) fn cpu_target(self) -> String {
        format!(
            "max by (horizontalpodautoscaler) (kube_horizontalpodautoscaler_spec_target_metric\
             {{namespace=\"{}\",metric_name=\"cpu\",metric_target_type=\"utilization\"}})",
            self.namespace
        )
    }

    /// Pods of the services' namespace in a phase.
    pub(super) fn pods(self, phase: &str) -> String {
        format!("sum(kube_pod_status_phase{{namespace=\"{}\",phase=\"{phase}\"}})", self.namespace)
    }

    /// Running pods of the services in each zone.
    pub(super) fn pods_by_zone(self) -> String {
        format!("count by (zone) (karpenter_pods_state{{namespace=\"{}\",phase=\"Running\"}})", self.namespace)
    }

    /// The growth a second of one of the proxy's own counters.
    pub(super) fn counted(self, counter: &str, by: &str, window: &str) -> String {
        format!("sum by ({by}) (rate({counter}{{{}}}[{window}]))", self.of_namespace())
    }

    /// The matcher of the services' namespace.
    pub(super) fn of_namespace(self) -> String {
        format!("namespace=\"{}\"", self.namespace)
    }

    fn requests(self, part: &str, and: &str) -> String {
        format!("http_server_request_duration_seconds_{part}{{namespace=\"{}\"{and}}}", self.namespace)
    }
}

/// Requests a second of one service, as one number: what its autoscaler asks for.
pub(in crate::manifests) fn request_rate_of(settings: &Settings, service: &str) -> String {
    format!("sum(rate(http_server_request_duration_seconds_count{{{}}}[1m]))", of_service(settings, service))
}

/// Requests in flight in one service, as one number: what its autoscaler asks for.
pub(in crate::manifests) fn in_flight_of(settings: &Settings, service: &str) -> String {
    format!("sum(http_server_active_requests{{{}}})", of_service(settings, service))
}

/// The matchers of a service: its monitor gives it the job of its name.
fn of_service(settings: &Settings, service: &str) -> String {
    format!("namespace=\"{}\",job=\"{service}\"", settings.services.namespace)
}

/// Karpenter's nodes by one or more labels of theirs: `nodepool`, `capacity_type`, `zone`, `arch`, `instance_type`. It shows those that
/// are not its own, too.
pub(super) fn nodes_by(labels: &str) -> String {
    format!("count by ({labels}) (karpenter_nodes_allocatable{{managed=\"true\",resource_type=\"cpu\"}})")
}

/// How much of its limit each pool uses.
pub(super) fn pool_usage() -> String {
    "max by (nodepool, resource_type) (karpenter_nodepools_usage) \
     / max by (nodepool, resource_type) (karpenter_nodepools_limit)"
        .to_owned()
}
