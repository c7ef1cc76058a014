//! The way into a service from outside of the cluster: a rule of an application load balancer, which the controller makes of
//! all entrances of one scheme.

use synth_kubernetes::{Manifests, ingress_object, ingress_spec};

use super::TRAFFIC;
use crate::{
    names::{INGRESS_CLASS, NAME_LABEL, SYNC_WAVE},
    settings::{Entrance, Scheme, Service, Settings},
};

/// In which wave of a sync the load balancer is made: before the pods, which have no readiness gate on a later one.
pub(super) const WAVE: (&str, &str) = (SYNC_WAVE, "-1");

/// Puts the entrance of a service into its folder.
#[track_caller]
pub(super) fn define(name: &str, service: &Service, entrance: &Entrance, settings: &Settings, folder: &Manifests) {
    let ingress = ingress_object(name)
        .in_namespace(&settings.services.namespace)
        .label(NAME_LABEL, name)
        .annotation(WAVE.0, WAVE.1)
        .spec(ingress_spec(INGRESS_CLASS, &entrance.host, &entrance.path, (name, TRAFFIC)));
    let annotations = of_balancer(settings, entrance.scheme).into_iter().chain(of_targets(name, service, entrance));
    let annotations = annotations.chain(order(entrance));
    annotations
        .fold(ingress, |ingress, (name, value)| ingress.annotation(&format!("alb.ingress.kubernetes.io/{name}"), value))
        .add_to(folder, "ingress");
}

/// What all entrances of a scheme say alike, for theirs is one load balancer.
/// <https://kubernetes-sigs.github.io/aws-load-balancer-controller/v3.5/guide/ingress/annotations/>
pub(in crate::manifests) fn of_balancer(settings: &Settings, scheme: Scheme) -> Vec<(String, String)> {
    let attributes = [
        // A header that no client may send could be read as another one behind the load balancer.
        "routing.http.drop_invalid_header_fields.enabled=true".to_owned(),
        format!("zonal_shift.config.enabled={}", settings.cluster.zonal_shift.in_aws()),
    ];
    let annotations = [
        ("group.name", settings.entrance_group(scheme)),
        ("scheme", scheme.to_string()),
        ("listen-ports", r#"[{"HTTP":80},{"HTTPS":443}]"#.to_owned()),
        ("ssl-redirect", "443".to_owned()),
        ("load-balancer-attributes", attributes.join(",")),
    ];
    annotations.map(|(name, value)| (name.to_owned(), value)).into()
}

/// Where its rule stands among those of its load balancer, of which the first that fits is taken: the longer a path, the earlier.
/// The controller itself orders the paths of one Ingress, and Ingresses by their names alone.
fn order(entrance: &Entrance) -> Option<(String, String)> {
    let length = entrance.below().len();
    (length > 0).then(|| ("group.order".to_owned(), format!("-{length}")))
}

/// What is said of the targets, and of who may reach them.
fn of_targets(name: &str, service: &Service, entrance: &Entrance) -> Vec<(String, String)> {
    let targets = [
        ("target-type", "ip".to_owned()),
        ("target-group-attributes", format!("deregistration_delay.timeout_seconds={}", service.drains_in())),
        ("healthcheck-protocol", "HTTP".to_owned()),
        ("healthcheck-port", service.admin_port.to_string()),
        ("healthcheck-path", service.probes.readiness_path.clone()),
        ("healthcheck-interval-seconds", "5".to_owned()),
        ("healthcheck-timeout-seconds", "2".to_owned()),
        ("healthy-threshold-count", "2".to_owned()),
        ("unhealthy-threshold-count", "2".to_owned()),
    ];
    let mut annotations: Vec<_> = targets.map(|(name, value)| (name.to_owned(), value)).into();
    if let Some(certificate) = &entrance.certificate_arn {
        annotations.push(("certificate-arn".to_owned(), certificate.to_string()));
    }
    // The load balancer's security group is everybody's who shares it, so ranges are a condition of the rule.
    if !entrance.from.is_empty() {
        let values: Vec<_> = entrance.from.iter().map(ToString::to_string).collect();
        let condition = serde_json::json!([{ "field": "source-ip", "sourceIpConfig": { "values": values } }]);
        annotations.push((format!("conditions.{name}"), condition.to_string()));
    }
    annotations
}
