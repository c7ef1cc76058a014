//! The External Secrets Operator, which makes Secrets of what AWS keeps: only where a service asks for some.
//!
//! It sees the services' namespace alone, and has no right in any other. One pod works and the other stands by.

use synth_kubernetes::{apart_by_host, selector};

use super::application::{Application, ChartSource, Wave};
use crate::{
    charts::{
        self, DisruptionBudget, Enabled, RollingUpdate, ServiceAccount, Values as _,
        external_secrets::{Created, Definitions, Metrics, Rights, Values},
    },
    names::{EXTERNAL_SECRETS, NAME_LABEL},
    settings::Settings,
};

pub(super) fn application(settings: &Settings) -> Application {
    let external_secrets = &settings.external_secrets;
    let none = Created { create: false };
    let values = Values {
        replica_count: Some(external_secrets.replicas),
        leader_elect: true,
        install_crds: true,
        crds: Definitions {
            create_cluster_external_secret: false,
            create_cluster_secret_store: false,
            create_cluster_generator: false,
            create_cluster_push_secret: false,
            create_push_secret: false,
        },
        scoped_namespace: settings.services.namespace.clone(),
        scoped_rbac: true,
        process_cluster_external_secret: false,
        process_cluster_push_secret: false,
        process_cluster_store: false,
        process_cluster_generator: false,
        process_push_secret: false,
        // It asks AWS as itself, and so needs no token of anybody.
        rbac: Rights {
            service_account_token_create: false,
            servicebindings: none,
            aggregate_to_edit: false,
            aggregate_to_admin: false,
        },
        service_account: ServiceAccount::named(EXTERNAL_SECRETS),
        strategy: RollingUpdate::one_at_a_time(),
        resources: charts::sized("20m", "128Mi"),
        metrics: Metrics { service: Enabled { enabled: true } },
        liveness_probe: Enabled { enabled: true },
        readiness_probe: Enabled { enabled: true },
        node_selector: charts::node_selector(),
        tolerations: charts::tolerations(),
        affinity: apart_by_host(selector(NAME_LABEL, EXTERNAL_SECRETS)),
        topology_spread_constraints: charts::over_zones(EXTERNAL_SECRETS),
        priority_class_name: "system-cluster-critical".to_owned(),
        pod_disruption_budget: DisruptionBudget::one(),
        webhook: none,
        cert_controller: none,
    };
    let chart = ChartSource {
        repository: "https://charts.external-secrets.io",
        name: Values::CHART,
        version: external_secrets.chart_version,
        skip_crds: false,
    };
    // Objects of its kinds wait for it before they go: without it they, and the services' Applications with them, would stay for good.
    Application::chart(settings, chart, Wave::Metrics, &external_secrets.namespace, &values).confirmed()
}
