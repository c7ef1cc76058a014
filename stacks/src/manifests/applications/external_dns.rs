//! external-dns, which keeps the records of entrances: those that it made itself, in the zone of the domain, and no others.

use k8s_openapi::api::core::v1::EnvVar;

use super::application::{Application, ChartSource, Wave};
use crate::{
    charts::{
        self, ServiceAccount, Values as _,
        external_dns::{Provider, Values},
    },
    names::PLATFORM_PRIORITY,
    settings::Settings,
};

/// The application, where there is a domain.
pub(super) fn application(settings: &Settings) -> Option<Application> {
    let domain = settings.domain.name.as_ref()?;
    let external_dns = &settings.domain.external_dns;
    let text = str::to_owned;
    let values = Values {
        provider: Provider { name: text("aws") },
        service_account: ServiceAccount::named(&external_dns.service_account),
        // The proxy's record is Terraform's; a Service names no host.
        sources: vec![text("ingress")],
        // A record goes with its entrance: a name that leads to an address that is somebody else's by then is theirs to use.
        policy: text("sync"),
        registry: text("txt"),
        txt_owner_id: settings.name.clone(),
        domain_filters: vec![domain.clone()],
        managed_record_types: ["A", "AAAA", "CNAME"].map(text).into(),
        // An entrance has its name in seconds, and loses it before its controller goes.
        trigger_loop_on_event: true,
        env: vec![EnvVar {
            name: text("AWS_DEFAULT_REGION"),
            value: Some(settings.aws.region.to_string()),
            ..EnvVar::default()
        }],
        extra_args: [(text("aws-zone-type"), text("public"))].into(),
        log_format: text("json"),
        priority_class_name: PLATFORM_PRIORITY.to_owned(),
        node_selector: charts::node_selector(),
        tolerations: charts::tolerations(),
        resources: charts::sized("50m", "128Mi"),
    };
    let chart = ChartSource {
        repository: "https://kubernetes-sigs.github.io/external-dns/",
        name: Values::CHART,
        version: external_dns.chart_version,
        // It would keep records in objects of its own kind, which nobody makes here.
        skip_crds: true,
    };
    Some(Application::chart(settings, chart, Wave::Metrics, &external_dns.namespace, &values))
}
