//! cert-manager, which signs what lives inside the cluster: the certificates of webhooks and of aggregated APIs, on the base nodes and before
//! whoever asks for one.
//!
//! One pod of its controller works and the other stands by, as one of its injector; every pod of its webhook answers.

use synth_kubernetes::{IntoField as _, apart_by_host, selector, spread};

use super::application::{Application, ChartSource, Wave};
use crate::{
    charts::{
        self, DisruptionBudget, Enabled, RollingUpdate, Values as _,
        cert_manager::{
            CONTROLLER, Component, Definitions, Global, INJECTOR, LeaderElection, Rights, Values, WEBHOOK, Webhook,
        },
    },
    names::NAME_LABEL,
    settings::Settings,
};

pub(super) fn application(settings: &Settings) -> Application {
    let cert_manager = &settings.cert_manager;
    let pods = |name: &str, cpu, memory| {
        let own = || selector(NAME_LABEL, name);
        Component {
            replica_count: Some(cert_manager.replicas),
            strategy: RollingUpdate::one_at_a_time(),
            pod_disruption_budget: DisruptionBudget::one(),
            affinity: apart_by_host(own()),
            topology_spread_constraints: vec![
                spread("topology.kubernetes.io/zone", "ScheduleAnyway", own()).into_field(),
            ],
            node_selector: charts::node_selector(),
            tolerations: charts::tolerations(),
            resources: charts::sized(cpu, memory),
        }
    };
    let values = Values {
        global: Global {
            priority_class_name: "system-cluster-critical".to_owned(),
            // Its leases beside it, where it needs no right in `kube-system`.
            leader_election: LeaderElection { namespace: cert_manager.namespace.clone() },
            // Certificates are asked for in Git.
            rbac: Rights { aggregate_cluster_roles: false },
        },
        // With its kinds every certificate would go.
        crds: Definitions { enabled: true, keep: true },
        controller: pods(CONTROLLER, "50m", "256Mi"),
        webhook: Webhook { pods: pods(WEBHOOK, "20m", "128Mi"), secure_port: None },
        cainjector: pods(INJECTOR, "50m", "256Mi"),
        // The wave after it is tried again until its webhook answers.
        startupapicheck: Enabled { enabled: false },
    };
    let chart = ChartSource {
        repository: "https://charts.jetstack.io",
        name: Values::CHART,
        // The repository has it with a `v` before it, and Helm takes the one for the other.
        version: cert_manager.chart_version,
        skip_crds: false,
    };
    // It goes before those who asked it are changed, and needs no word for that: its kinds stay, and what it signed holds.
    Application::chart(settings, chart, Wave::Certificates, &cert_manager.namespace, &values)
}
