//! The AWS Load Balancer Controller, which makes the proxy's load balancer and keeps its targets.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};
use synth_kubernetes::argocd::IgnoredDifference;

use super::application::{Application, ChartSource, Wave};
use crate::{
    charts::{
        self, IssuerReference, ServiceAccount, Unavailable, Values as _,
        load_balancer_controller::{CertManager, Values, Webhook},
    },
    names::{CORS_PROXY_SERVER, INSIDE_ISSUER, NAME_LABEL, TLS_POLICY},
    settings::Settings,
};

/// The pods that a load balancer sends to: no other pod waits for the controller.
fn behind_load_balancers(settings: &Settings) -> LabelSelectorRequirement {
    let entered = settings.services.inside().filter(|(_, service)| service.entrance.is_some());
    let names = [CORS_PROXY_SERVER].into_iter().chain(entered.map(|(name, _)| name));
    LabelSelectorRequirement {
        key: NAME_LABEL.to_owned(),
        operator: "In".to_owned(),
        values: Some(names.map(str::to_owned).collect()),
    }
}

pub(super) fn application(settings: &Settings) -> Application {
    let controller = &settings.load_balancer_controller;
    let inside = settings.cert_manager.enabled;
    let values = Values {
        cluster_name: settings.name.clone(),
        region: settings.aws.region.to_string(),
        // Nobody knows the VPC's id before it is made, and pods cannot ask the instance's metadata.
        vpc_tags: [("Name".to_owned(), settings.vpc_name())].into(),
        replica_count: Some(controller.replicas),
        service_account: ServiceAccount::named(&controller.service_account),
        default_target_type: "ip".to_owned(),
        default_ssl_policy: TLS_POLICY.to_owned(),
        default_tags: settings.aws.tags.clone(),
        // It would refuse every new Service while the controller is down; the one load balancer here names its class.
        enable_service_mutator_webhook: false,
        webhook_bind_port: None,
        webhook_namespace_selectors: None,
        // A pod without its readiness gate would let a rollout take away the pods that the load balancer knows. While the
        // controller is down nobody would register a new pod either, so that refusing it loses nothing.
        pod_mutator_webhook_config: Webhook { failure_policy: "Fail".to_owned() },
        object_selector: Some(LabelSelector {
            match_expressions: Some(vec![behind_load_balancers(settings)]),
            ..LabelSelector::default()
        }),
        enable_cert_manager: inside.then_some(true),
        cert_manager: inside.then(|| CertManager { issuer_ref: Some(IssuerReference::of_cluster(INSIDE_ISSUER)) }),
        enable_shield: false,
        enable_waf: false,
        enable_wafv2: false,
        pod_disruption_budget: Unavailable::one(),
        topology_spread_constraints: charts::over_zones(Values::CHART),
        node_selector: charts::node_selector(),
        tolerations: charts::tolerations(),
        resources: charts::sized("100m", "256Mi"),
    };
    let chart = ChartSource {
        repository: "https://aws.github.io/eks-charts",
        name: Values::CHART,
        version: controller.chart_version,
        skip_crds: false,
    };
    let application = Application::chart(settings, chart, Wave::Controllers, &controller.namespace, &values);
    if inside {
        return application;
    }
    application
        // Each rendering signs anew: the certificate of the first sync stays.
        .ignoring(IgnoredDifference {
            kind: "Secret".to_owned(),
            name: "aws-load-balancer-tls".to_owned(),
            json_pointers: vec!["/data".to_owned()],
            ..IgnoredDifference::default()
        })
        .webhooks_signed_elsewhere("aws-load-balancer-webhook")
}
