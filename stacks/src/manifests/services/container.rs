//! The container of a service: its image, its probes, its bounds, and how it is told to leave.

use k8s_openapi::api::core::v1::Container;
use synth_kubernetes::{
    Draft, container, container_port, http_probe, pre_stop_sleep, resources, restricted_security_context,
};

use super::{ADMIN, TRAFFIC};
use crate::settings::{Image, Service, Settings};

/// The address of each of a pod's own interfaces: only its network policies decide who reaches it.
const ANY_ADDRESS: &str = "0.0.0.0";

/// The disk of its node that a pod may fill: its root is read-only, so that logs alone count, of which a kubelet keeps
/// 50 MiB.
const DISK: &str = "128Mi";

/// The flags of every server.
pub(super) fn server_args(service: &Service) -> Vec<String> {
    // Without a processor limit a server would start a thread for each of its node's cores.
    let workers = (2 * service.cpu_request_millicores).div_ceil(1000).max(2);
    vec![
        "--listen".to_owned(),
        format!("{ANY_ADDRESS}:{}", service.port),
        "--admin-listen".to_owned(),
        format!("{ANY_ADDRESS}:{}", service.admin_port),
        "--drain-delay".to_owned(),
        format!("{}s", service.drain_delay_seconds),
        "--drain-timeout".to_owned(),
        format!("{}s", service.drain_timeout_seconds),
        "--workers".to_owned(),
        workers.to_string(),
    ]
}

pub(super) fn define(settings: &Settings, name: &str, service: &Service, args: Vec<String>) -> Draft<Container> {
    let memory = ("memory", format!("{}Mi", service.memory_mib));
    let disk = ("ephemeral-storage", DISK.to_owned());
    container(name)
        .image(image(settings, name, &service.image))
        .image_pull_policy("IfNotPresent")
        .args(args)
        .ports([container_port(TRAFFIC, service.port), container_port(ADMIN, service.admin_port)])
        .resources(
            resources()
                .requests([("cpu", format!("{}m", service.cpu_request_millicores)), memory.clone(), disk.clone()])
                .limits([memory, disk]),
        )
        .startup_probe(http_probe("/livez", ADMIN).period_seconds(1).failure_threshold(30))
        .readiness_probe(http_probe("/readyz", ADMIN).period_seconds(5).timeout_seconds(2).failure_threshold(2))
        .liveness_probe(http_probe("/livez", ADMIN).period_seconds(10).timeout_seconds(5).failure_threshold(3))
        .lifecycle(pre_stop_sleep(service.pre_stop_seconds))
        .security_context(restricted_security_context())
}

/// The image in the account's registry: its digest where one is set, else its tag, which the registry never moves.
fn image(settings: &Settings, service: &str, image: &Image) -> String {
    let repository = format!("{}/{}", settings.aws.registry(), settings.image_repository(service));
    match &image.digest {
        Some(digest) => format!("{repository}@{digest}"),
        None => format!("{repository}:{}", image.tag),
    }
}
