//! KEDA, which asks Prometheus for the autoscalers: only where a service is scaled by more than what its pods use.
//!
//! Of each of its parts one pod works and the other stands by. Prometheus is asked without a password, so that it reads no Secret but
//! its own certificates, and scales nothing but Deployments.

use synth_kubernetes::{IntoField, apart_by_host, argocd::IgnoredDifference, selector, spread};

use super::application::{Application, ChartSource, Wave};
use crate::{
    charts::{
        self, Enabled, IssuerReference, RollingUpdate, Unavailable, Values as _,
        keda::{
            Annotations, Budgets, CertManager, Certificates, Component, Format, Image, Issuer, Logging, METRICS_SERVER,
            OPERATOR, Permissions, Resources, Restricted, Restriction, Rights, Rollouts, Shown, Spreads, Values,
            WEBHOOKS, Webhooks,
        },
    },
    names::INSIDE_ISSUER,
    settings::{Settings, Worker},
};

/// The label of its pods, by which the chart's own affinities are written.
const LABEL: &str = "app";

/// The annotation of its pods that names their role.
const ROLE: &str = "tideline/role";

pub(super) fn application(settings: &Settings) -> Application {
    let keda = &settings.keda;
    let pods =
        |name: &str| Component { replica_count: Some(keda.replicas), affinity: apart_by_host(selector(LABEL, name)) };
    let over_zones =
        |name: &str| vec![spread("topology.kubernetes.io/zone", "ScheduleAnyway", selector(LABEL, name)).into_field()];
    let values = Values {
        image: Image { pull_policy: "IfNotPresent".to_owned() },
        operator: pods(OPERATOR),
        metrics_server: pods(METRICS_SERVER),
        // Without it nothing is refused that policies here do not find before.
        webhooks: Webhooks { pods: pods(WEBHOOKS), failure_policy: "Ignore".to_owned(), port: None },
        upgrade_strategy: Rollouts {
            operator: RollingUpdate::one_at_a_time(),
            metrics_api_server: RollingUpdate::one_at_a_time(),
            webhooks: RollingUpdate::one_at_a_time(),
        },
        pod_disruption_budget: Budgets {
            operator: Unavailable::one(),
            metric_server: Unavailable::one(),
            webhooks: Unavailable::one(),
        },
        topology_spread_constraints: Spreads {
            operator: over_zones(OPERATOR),
            metrics_server: over_zones(METRICS_SERVER),
            webhooks: over_zones(WEBHOOKS),
        },
        priority_class_name: "system-cluster-critical".to_owned(),
        node_selector: charts::node_selector(),
        tolerations: charts::tolerations(),
        pod_annotations: role(settings),
        resources: Resources {
            operator: charts::sized("100m", "256Mi"),
            metric_server: charts::sized("50m", "128Mi"),
            webhooks: charts::sized("10m", "128Mi"),
        },
        rbac: Rights { enabled_custom_scaled_ref_kinds: false },
        permissions: Permissions { operator: Restricted { restrict: Restriction { secret: true } } },
        logging: Logging { operator: Format { format: "json".to_owned() } },
        prometheus: Shown { operator: Enabled { enabled: true }, metric_server: Enabled { enabled: true } },
        service: None,
        enable_service_links: false,
        certificates: settings.cert_manager.enabled.then(|| {
            let issuer = Issuer { generate: Some(false), reference: IssuerReference::of_cluster(INSIDE_ISSUER) };
            Certificates { cert_manager: CertManager { enabled: true, issuer } }
        }),
    };
    let chart = ChartSource {
        repository: "https://kedacore.github.io/charts",
        name: Values::CHART,
        version: keda.chart_version,
        skip_crds: false,
    };
    // Objects of its kinds wait for its operator before they go: without it they, and their autoscalers, would stay for good.
    let application = Application::chart(settings, chart, Wave::Metrics, &keda.namespace, &values).confirmed();
    if settings.cert_manager.enabled {
        return application;
    }
    // The operator signs its own certificates, and tells the API server of them.
    application.webhooks_signed_elsewhere("keda-admission").ignoring(IgnoredDifference {
        group: "apiregistration.k8s.io".to_owned(),
        kind: "APIService".to_owned(),
        name: "v1beta1.external.metrics.k8s.io".to_owned(),
        json_pointers: vec!["/spec/caBundle".to_owned()],
        ..IgnoredDifference::default()
    })
}

/// The operator's role, where it has one: a pod is given a role when it is made, so that those of before have to go.
fn role(settings: &Settings) -> Option<Annotations> {
    let asks = settings.services.workers.values().any(Worker::scales_on_queue);
    asks.then(|| Annotations { keda: [(ROLE.to_owned(), settings.named(OPERATOR))].into() })
}
