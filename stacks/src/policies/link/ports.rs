//! Ports and paths: of containers, Services, load balancers and monitors.

use serde_json::Value as Json;
use synth_framework::Findings;
use synth_kubernetes::Manifest;

use crate::{
    Platform,
    names::{CORS_PROXY_SERVER, MOCK_TARGET_SERVER},
    policies::view::{
        annotation, at, container_port, declared_port, flag, includes, items, matches, protocol, strings, text,
    },
};

/// The Service and port that an address inside the cluster names.
fn named_service(target: &str) -> Option<(&str, &str, u64)> {
    let (host, port) = target.rsplit_once(':')?;
    let host = host.strip_suffix(".svc.cluster.local").or_else(|| host.strip_suffix(".svc"))?;
    let (name, namespace) = host.split_once('.')?;
    Some((name, namespace, port.parse().ok()?))
}

fn has_port(service: &Manifest, port: u64) -> bool {
    items(&service.object, "/spec/ports").iter().any(|declared| declared["port"] == port)
}

pub(super) fn allowed_target(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled().into_iter().filter(|workload| workload.name() == CORS_PROXY_SERVER) {
        let targets: Vec<&str> = workload.containers().iter().flat_map(|of| flag(of, "--allow-target")).collect();
        let mut reaches_mock = false;
        for target in targets {
            let Some((name, namespace, port)) = named_service(target) else { continue };
            let service = platform.object("Service", namespace, name);
            if service.is_some_and(|service| has_port(service, port)) {
                reaches_mock |= name == MOCK_TARGET_SERVER;
                continue;
            }
            let lack = if service.is_some() { format!("has no port {port}") } else { "does not exist".to_owned() };
            findings.report(
                platform.place(workload.deployment),
                format!("allows the target `{target}`, but Service/{name} of namespace `{namespace}` {lack}"),
                "name an existing Service and one of its ports",
            );
        }
        if !reaches_mock {
            findings.report(
                platform.place(workload.deployment),
                format!("allows no target that is Service/{MOCK_TARGET_SERVER}"),
                format!("add `--allow-target` with the address of Service/{MOCK_TARGET_SERVER}"),
            );
        }
    }
}

pub(super) fn health_check(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        for service in workload.services(platform).filter(|of| text(&of.object, "/spec/type") == "LoadBalancer") {
            let (port, path) = (annotation(service, "healthcheck-port"), annotation(service, "healthcheck-path"));
            let ready = workload.containers().iter().find_map(|container| container.pointer("/readinessProbe/httpGet"));
            let Some(ready) = ready else { continue };
            let asked = port.parse::<u64>().map_or_else(|_| Json::from(port), Json::from);
            let (asked, answered) =
                (container_port(workload.containers(), &asked), container_port(workload.containers(), &ready["port"]));
            let message = if asked.is_none() {
                format!("asks for health on port `{port}`, which no container has")
            } else if asked != answered {
                format!("asks for health on port `{port}`, but readiness is asked on port `{}`", plain(&ready["port"]))
            } else if path != text(ready, "/path") {
                format!("asks for health at `{path}`, but readiness is asked at `{}`", text(ready, "/path"))
            } else {
                continue;
            };
            findings.report(
                platform.place(service),
                message,
                "take port and path of its health check from the readiness probe",
            );
        }
    }
}

fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub(super) fn service_ports(platform: &Platform, findings: &mut Findings) {
    for service in platform.of_kind("Service") {
        let selector = at(&service.object, "/spec/selector");
        let selected: Vec<_> = platform
            .of_kind("Deployment")
            .filter(|deployment| deployment.namespace() == service.namespace())
            .filter(|deployment| includes(at(&deployment.object, "/spec/template/metadata/labels"), selector))
            .collect();
        if selected.is_empty() {
            findings.report(
                platform.place(service),
                format!("selects pods by {selector}, which no Deployment of its namespace gives its pods"),
                "select by a label of the pods' template",
            );
        }
        for deployment in selected {
            let containers = items(&deployment.object, "/spec/template/spec/containers");
            for port in items(&service.object, "/spec/ports") {
                let target = if port["targetPort"].is_null() { &port["port"] } else { &port["targetPort"] };
                let declared = declared_port(containers, target);
                if declared.is_none_or(|declared| protocol(declared) != protocol(port)) {
                    // A port has one protocol unless it says otherwise, which then is worth a word.
                    let spoken = declared.map_or_else(String::new, |_| format!("{} ", protocol(port)));
                    findings.report(
                        platform.place(service),
                        format!(
                            "leads to {spoken}port `{}`, which no container of Deployment/{} has",
                            plain(target),
                            deployment.name()
                        ),
                        "name a port of the container in `targetPort`, with its protocol",
                    );
                }
            }
        }
    }
}

/// The controller behind the VPC CNI lets a way out to pods include their Service only where both have one port.
/// Source: <https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html>, considerations.
pub(super) fn untranslated_ports(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        // Clients of a load balancer reach the pods without the Service.
        for service in workload.services(platform).filter(|of| text(&of.object, "/spec/type") != "LoadBalancer") {
            for port in items(&service.object, "/spec/ports") {
                let target = if port["targetPort"].is_null() { &port["port"] } else { &port["targetPort"] };
                let Some(number) = container_port(workload.containers(), target) else { continue };
                if port["port"] != number {
                    findings.report(
                        platform.place(service),
                        format!("translates port {} to {number} of Deployment/{}", port["port"], workload.name()),
                        format!("give the Service port {number}, and its callers the address with it"),
                    );
                }
            }
        }
    }
}

pub(super) fn monitored_ports(platform: &Platform, findings: &mut Findings) {
    for monitor in platform.of_kind("ServiceMonitor") {
        let selector = at(&monitor.object, "/spec/selector");
        let mut namespaces = strings(&monitor.object, "/spec/namespaceSelector/matchNames");
        if namespaces.is_empty() {
            namespaces.push(monitor.namespace());
        }
        // Charts have Services of their own, which are not seen here.
        let ours = namespaces.iter().any(|namespace| *namespace == platform.settings.services.namespace);
        let services: Vec<_> = platform
            .of_kind("Service")
            .filter(|service| namespaces.contains(&service.namespace()))
            .filter(|service| matches(selector, at(&service.object, "/metadata/labels")))
            .collect();
        for endpoint in items(&monitor.object, "/spec/endpoints") {
            let port = text(endpoint, "/port");
            let found = services
                .iter()
                .any(|service| items(&service.object, "/spec/ports").iter().any(|of| text(of, "/name") == port));
            if ours && !found {
                findings.report(
                    platform.place(monitor),
                    format!("scrapes port `{port}`, which no Service that it selects has"),
                    "select a Service that has a port of that name",
                );
            }
        }
    }
}
