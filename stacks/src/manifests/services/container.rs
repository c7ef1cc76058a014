//! The container of whatever runs: its image, its environment, its probes and its bounds.

use k8s_openapi::api::core::v1::{Container, EnvVar};
use synth_kubernetes::{
    Draft, container, env_var, env_var_of_secret, http_probe, resources, restricted_security_context,
};

use super::ADMIN;
use crate::settings::{Image, Probes, Runs, Service, Settings};

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

/// How a container is asked how it is, at a port of its own.
pub(super) fn probed(container: Draft<Container>, probes: &Probes) -> Draft<Container> {
    let (alive, ready) = (probes.liveness_path.as_str(), probes.readiness_path.as_str());
    container
        .startup_probe(http_probe(alive, ADMIN).period_seconds(1).failure_threshold(probes.startup_seconds))
        .readiness_probe(
            http_probe(ready, ADMIN)
                .period_seconds(probes.readiness_period_seconds)
                .timeout_seconds(2)
                .failure_threshold(2),
        )
        .liveness_probe(
            http_probe(alive, ADMIN)
                .period_seconds(probes.liveness_period_seconds)
                .timeout_seconds(5)
                .failure_threshold(probes.liveness_failures),
        )
}

/// What all containers have, whatever it is that runs; the platform's arguments come before its own.
pub(super) fn define(settings: &Settings, runs: &Runs<'_>, args: Vec<String>) -> Draft<Container> {
    let memory = |mib| ("memory", format!("{mib}Mi"));
    let disk = ("ephemeral-storage", DISK.to_owned());
    let asked = [("cpu", format!("{}m", runs.cpu_request_millicores)), memory(runs.memory_mib), disk.clone()];
    let slowed = Some(runs.asks.limits.cpu_millicores).filter(|limit| *limit != 0);
    let slowed = slowed.map(|limit| ("cpu", format!("{limit}m")));
    let most = slowed.into_iter().chain([memory(runs.memory_limit_mib()), disk]);
    let container = container(runs.name)
        .image(image(settings, runs.name, runs.image))
        .image_pull_policy("IfNotPresent")
        .resources(resources().requests(asked).limits(most))
        .security_context(restricted_security_context());
    let args = args.into_iter().chain(runs.asks.arguments.iter().map(|argument| argument.replace("$(", "$$(")));
    let args: Vec<_> = args.collect();
    let container = if args.is_empty() { container } else { container.args(args) };
    let variables = environment(runs);
    if variables.is_empty() { container } else { container.env(variables) }
}

/// The variables of the settings, and those whose values lie in the Secret of the same name as what runs.
fn environment(runs: &Runs<'_>) -> Vec<EnvVar> {
    let plain = runs.asks.environment.iter().map(|(name, value)| env_var(name, value));
    let secret = runs.asks.secrets.keys().map(|name| env_var_of_secret(name, runs.name, name));
    plain.chain(secret).collect()
}

/// The image in the account's registry: its digest where one is set, else its tag, which the registry never moves.
fn image(settings: &Settings, service: &str, image: &Image) -> String {
    let repository = format!("{}/{}", settings.aws.registry(), settings.image_repository(service));
    match &image.digest {
        Some(digest) => format!("{repository}@{digest}"),
        None => format!("{repository}:{}", image.tag),
    }
}
