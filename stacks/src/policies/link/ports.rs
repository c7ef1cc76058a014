//! Ports and paths: of containers, Services, load balancers and monitors.

use k8s_openapi::{
    api::{apps::v1::Deployment, core::v1::Service},
    apimachinery::pkg::util::intstr::IntOrString,
};
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    names::{CORS_PROXY_SERVER, MOCK_TARGET_SERVER},
    view::{
        Meta, Object, ServiceMonitor, container_port, declared_port, includes, keeps_balancer, labels_of, matches,
        plain, pod_of, ports, protocol, target, whole,
    },
};

fn has_port(service: &Object<'_, Service>, port: u64) -> bool {
    ports(service).iter().any(|declared| whole(declared.port) == port)
}

pub(super) const ALLOWED_TARGET: Policy<Platform> = Policy {
    code: "LINK008",
    name: "allowed-target",
    severity: Severity::Error,
    explanation: "The proxy refuses private addresses except those of allowed targets: with a wrong name of the \
                  target's Service it refuses every request.",
    check: allowed_target,
};

fn allowed_target(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled().into_iter().filter(|workload| workload.name() == CORS_PROXY_SERVER) {
        let mut reaches_mock = false;
        for target in workload.allowed_targets() {
            let Some((name, namespace)) = target.service() else { continue };
            let port = u64::from(target.port);
            let service = platform.one::<Service>(namespace, name);
            if service.is_some_and(|service| has_port(&service, port)) {
                reaches_mock |= name == MOCK_TARGET_SERVER;
                continue;
            }
            let lack = if service.is_some() { format!("has no port {port}") } else { "does not exist".to_owned() };
            findings.report(
                workload.deployment.place(),
                format!("allows the target `{target}`, but Service/{name} of namespace `{namespace}` {lack}"),
                "name an existing Service and one of its ports",
            );
        }
        if !reaches_mock {
            findings.report(
                workload.deployment.place(),
                format!("does not allow Service/{MOCK_TARGET_SERVER} as a target"),
                format!("add `--allow-target` with the address of Service/{MOCK_TARGET_SERVER}"),
            );
        }
    }
}

pub(super) const HEALTH_CHECK: Policy<Platform> = Policy {
    code: "LINK009",
    name: "health-check",
    severity: Severity::Error,
    explanation: "A load balancer that checks another port or path than the readiness probe sends clients to pods that \
                  are not ready, or to none.",
    check: health_check,
};

fn health_check(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        for balancer in workload.balancers(platform) {
            let (port, path) = balancer.asks();
            let mut containers = workload.containers().iter();
            let ready = containers.find_map(|container| container.readiness_probe.as_ref()?.http_get.as_ref());
            let Some(ready) = ready else { continue };
            let asked = port.parse().map_or_else(|_| IntOrString::String(port.clone()), IntOrString::Int);
            let (asked, answered) =
                (container_port(workload.containers(), &asked), container_port(workload.containers(), &ready.port));
            let answers = ready.path.as_deref().unwrap_or_default();
            let message = if asked.is_none() {
                format!("checks health on port `{port}`, which no container has")
            } else if asked != answered {
                format!("checks health on port `{port}`, but the readiness probe uses port `{}`", plain(&ready.port))
            } else if path != answers {
                format!("checks health at `{path}`, but the readiness probe uses `{answers}`")
            } else {
                continue;
            };
            findings.report(
                balancer.place(),
                message,
                "give its health check the port and path of the readiness probe",
            );
        }
    }
}

pub(super) const SERVICE_PORTS: Policy<Platform> = Policy {
    code: "LINK010",
    name: "service-ports",
    severity: Severity::Error,
    explanation: "A Service that selects no pods, or leads to a port that no container has, refuses every connection.",
    check: service_ports,
};

fn service_ports(platform: &Platform, findings: &mut Findings) {
    for service in platform.every::<Service>() {
        let selector = service.spec.as_ref().and_then(|spec| spec.selector.clone()).unwrap_or_default();
        let selected: Vec<_> = platform
            .every::<Deployment>()
            .filter(|deployment| deployment.namespace() == service.namespace())
            .filter(|deployment| includes(labels_of(deployment), &selector))
            .collect();
        if selected.is_empty() {
            findings.report(
                service.place(),
                format!(
                    "selects pods by {}, which no Deployment of its namespace gives its pods",
                    serde_json::json!(selector)
                ),
                "select by a label of the pods' template",
            );
        }
        for deployment in selected {
            for port in ports(&service) {
                let (target, spoken) = (target(port), protocol(port.protocol.as_ref()));
                let declared = declared_port(&pod_of(&deployment).containers, &target);
                if declared.is_none_or(|declared| protocol(declared.protocol.as_ref()) != spoken) {
                    // A port has one protocol unless it says otherwise, which then is worth a word.
                    let spoken = declared.map_or_else(String::new, |_| format!("{spoken} "));
                    findings.report(
                        service.place(),
                        format!(
                            "leads to {spoken}port `{}`, which no container of Deployment/{} has",
                            plain(&target),
                            deployment.name()
                        ),
                        "name a port of the container in `targetPort`, with its protocol",
                    );
                }
            }
        }
    }
}

pub(super) const UNTRANSLATED_PORTS: Policy<Platform> = Policy {
    code: "LINK023",
    name: "untranslated-ports",
    severity: Severity::Error,
    explanation: "Where the VPC CNI enforces network policies, pods are reached through a Service only if it has the \
                  pods' own port: on another port, every call times out.",
    check: untranslated_ports,
};

/// The controller behind the VPC CNI lets a way out to pods include their Service only where both have one port.
/// Source: <https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html>, considerations.
fn untranslated_ports(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        // Clients of a load balancer reach the pods without the Service.
        for service in workload.services(platform).filter(|of| !keeps_balancer(of)) {
            for port in ports(&service) {
                let Some(number) = container_port(workload.containers(), &target(port)) else { continue };
                if whole(port.port) != number {
                    findings.report(
                        service.place(),
                        format!("translates port {} to {number} of Deployment/{}", port.port, workload.name()),
                        format!("give the Service port {number}, and use that port in its callers' addresses"),
                    );
                }
            }
        }
    }
}

pub(super) const MONITORED_PORTS: Policy<Platform> = Policy {
    code: "LINK011",
    name: "monitored-ports",
    severity: Severity::Error,
    explanation: "A ServiceMonitor that selects no Service with its port scrapes nothing, and alerts see no data.",
    check: monitored_ports,
};

fn monitored_ports(platform: &Platform, findings: &mut Findings) {
    for monitor in platform.every::<ServiceMonitor>() {
        let spec = &monitor.typed().spec;
        let mut namespaces: Vec<_> = spec.namespace_selector.match_names.iter().map(String::as_str).collect();
        if namespaces.is_empty() {
            namespaces.push(monitor.namespace());
        }
        // Charts have Services of their own, which are not seen here.
        let ours = namespaces.iter().any(|namespace| *namespace == platform.settings.services.namespace);
        let services: Vec<_> = platform
            .every::<Service>()
            .filter(|service| namespaces.contains(&service.namespace()))
            .filter(|service| matches(Some(&spec.selector), service.labels()))
            .collect();
        for endpoint in &spec.endpoints {
            let port = endpoint.port.as_deref().unwrap_or_default();
            let mut declared = services.iter().flat_map(ports);
            let found = declared.any(|of| of.name.as_deref().unwrap_or_default() == port);
            if ours && !found {
                findings.report(
                    monitor.place(),
                    format!("scrapes port `{port}`, which no Service that it selects has"),
                    "select a Service that has a port of that name",
                );
            }
        }
    }
}
