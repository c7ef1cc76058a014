//! The AWS Load Balancer Controller, which makes the proxy's load balancer and keeps its targets.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{ResourceRequirements, Toleration, TopologySpreadConstraint},
    apimachinery::pkg::apis::meta::v1::LabelSelectorRequirement,
};
use serde::Serialize;
use synth_kubernetes::{Draft, argocd::IgnoredDifference};

use super::application::{Application, Chart, Wave};
use crate::{
    charts::{self, ServiceAccount, Unavailable},
    names::{CORS_PROXY_SERVER, NAME_LABEL},
    settings::Settings,
};

const CHART: &str = "aws-load-balancer-controller";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the chart has them so")]
struct Values<'a> {
    cluster_name: &'a str,
    region: &'a str,
    vpc_tags: BTreeMap<&'static str, String>,
    replica_count: u32,
    service_account: ServiceAccount<'a>,
    default_target_type: &'static str,
    #[serde(rename = "defaultSSLPolicy")]
    default_ssl_policy: &'static str,
    default_tags: &'a BTreeMap<String, String>,
    enable_service_mutator_webhook: bool,
    pod_mutator_webhook_config: Webhook,
    object_selector: ObjectSelector,
    enable_shield: bool,
    enable_waf: bool,
    enable_wafv2: bool,
    pod_disruption_budget: Unavailable,
    topology_spread_constraints: [Draft<TopologySpreadConstraint>; 1],
    node_selector: BTreeMap<&'static str, &'static str>,
    tolerations: [Toleration; 1],
    resources: Draft<ResourceRequirements>,
}

/// What happens to an object while nobody answers its webhook.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Webhook {
    failure_policy: &'static str,
}

/// The pods that the webhook is asked about, of the namespaces that are labelled for it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ObjectSelector {
    match_expressions: [LabelSelectorRequirement; 1],
}

/// The pods that a load balancer sends to: no other pod waits for the controller.
fn behind_load_balancers() -> LabelSelectorRequirement {
    LabelSelectorRequirement {
        key: NAME_LABEL.to_owned(),
        operator: "In".to_owned(),
        values: Some(vec![CORS_PROXY_SERVER.to_owned()]),
    }
}

pub(super) fn application(settings: &Settings) -> Application {
    let controller = &settings.load_balancer_controller;
    let values = Values {
        cluster_name: &settings.name,
        region: &settings.aws.region,
        // Nobody knows the VPC's id before it is made, and pods cannot ask the instance's metadata.
        vpc_tags: [("Name", settings.vpc_name())].into(),
        replica_count: controller.replicas,
        service_account: ServiceAccount { name: &controller.service_account },
        default_target_type: "ip",
        default_ssl_policy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
        default_tags: &settings.aws.tags,
        // It would refuse every new Service while the controller is down; the one load balancer here names its class.
        enable_service_mutator_webhook: false,
        // A pod without its readiness gate would let a rollout take away the pods that the load balancer knows. While the
        // controller is down nobody would register a new pod either, so that refusing it loses nothing.
        pod_mutator_webhook_config: Webhook { failure_policy: "Fail" },
        object_selector: ObjectSelector { match_expressions: [behind_load_balancers()] },
        enable_shield: false,
        enable_waf: false,
        enable_wafv2: false,
        pod_disruption_budget: charts::ONE_AT_A_TIME,
        topology_spread_constraints: charts::over_zones(CHART),
        node_selector: charts::node_selector(),
        tolerations: charts::tolerations(),
        resources: charts::sized("100m", "256Mi"),
    };
    let chart = Chart {
        repository: "https://aws.github.io/eks-charts",
        name: CHART,
        version: &controller.chart_version,
        skip_crds: false,
    };
    Application::chart(settings, chart, Wave::Controllers, &controller.namespace, &values)
        // Each rendering signs anew: the certificate of the first sync stays.
        .ignoring(IgnoredDifference {
            kind: "Secret".to_owned(),
            name: "aws-load-balancer-tls".to_owned(),
            json_pointers: vec!["/data".to_owned()],
            ..IgnoredDifference::default()
        })
        .webhooks_signed_elsewhere("aws-load-balancer-webhook")
}
