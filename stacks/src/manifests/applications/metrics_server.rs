//! The metrics server in high availability: two pods that never share a node, a zone or a disruption.

use synth_kubernetes::apart_by_host;

use super::application::{Application, ChartSource, Wave};
use crate::{
    charts::{
        self, DisruptionBudget, Enabled, IssuerReference, RollingUpdate, Values as _,
        metrics_server::{ApiService, CERT_MANAGER, CertManager, ExistingIssuer, Tls, Values},
    },
    names::INSIDE_ISSUER,
    settings::Settings,
};

pub(super) fn application(settings: &Settings) -> Application {
    let metrics_server = &settings.metrics_server;
    let inside = settings.cert_manager.enabled;
    let values = Values {
        replicas: Some(metrics_server.replicas),
        container_port: None,
        update_strategy: RollingUpdate::one_at_a_time(),
        pod_disruption_budget: DisruptionBudget::one(),
        affinity: apart_by_host(charts::release(Values::CHART)),
        topology_spread_constraints: charts::over_zones(Values::CHART),
        node_selector: charts::node_selector(),
        tolerations: charts::tolerations(),
        // Enough for a hundred nodes.
        resources: charts::sized("100m", "200Mi"),
        metrics: Enabled { enabled: true },
        tls: inside.then(|| {
            let issuer = IssuerReference::of_cluster(INSIDE_ISSUER);
            let cert_manager = CertManager { existing_issuer: ExistingIssuer { enabled: true, issuer } };
            Tls { type_: CERT_MANAGER.to_owned(), cert_manager }
        }),
        // Without a certificate that somebody else knows, the API server cannot look at it.
        api_service: inside.then_some(ApiService { insecure_skip_tls_verify: Some(false) }),
    };
    let chart = ChartSource {
        repository: "https://kubernetes-sigs.github.io/metrics-server/",
        name: Values::CHART,
        version: metrics_server.chart_version,
        skip_crds: false,
    };
    Application::chart(settings, chart, Wave::Metrics, &metrics_server.namespace, &values)
}
