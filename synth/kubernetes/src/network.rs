//! Services, ways to them from outside, and network policies.

use k8s_openapi::{
    api::{
        core::v1::{ServicePort, ServiceSpec},
        networking::v1::{
            HTTPIngressPath, HTTPIngressRuleValue, IPBlock, IngressBackend, IngressRule, IngressServiceBackend,
            IngressSpec, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort,
            NetworkPolicySpec, ServiceBackendPort,
        },
    },
    apimachinery::pkg::apis::meta::v1::LabelSelector,
};

use crate::{
    draft::{Draft, IntoField, fields},
    object::selector,
};

fields! {
    ServiceSpec {
        allocate_load_balancer_node_ports: bool, load_balancer_class: String, ports: [ServicePort],
        selector: {String}, type_: String,
    }
    NetworkPolicySpec {
        pod_selector: LabelSelector, policy_types: [String], ingress: [NetworkPolicyIngressRule],
        egress: [NetworkPolicyEgressRule],
    }
}

/// Ports that lead to pods.
pub fn service_spec() -> Draft<ServiceSpec> {
    Draft(ServiceSpec::default())
}

/// A port of the Service that leads to the container's port of the same name.
pub fn service_port(name: &str, port: u16) -> ServicePort {
    ServicePort {
        name: Some(name.to_owned()),
        port: port.into(),
        protocol: Some("TCP".to_owned()),
        target_port: Some(name.into_field()),
        ..ServicePort::default()
    }
}

/// Leads requests to a host, whose paths begin with a prefix, to a port of a Service; `class` says by whom.
pub fn ingress_spec(class: &str, host: &str, path: &str, (service, port): (&str, &str)) -> IngressSpec {
    // A name has a letter.
    let number = port.parse().ok();
    let port = ServiceBackendPort { name: number.is_none().then(|| port.to_owned()), number };
    let service = IngressServiceBackend { name: service.to_owned(), port: Some(port) };
    let path = HTTPIngressPath {
        backend: IngressBackend { service: Some(service), resource: None },
        path: Some(path.to_owned()),
        path_type: "Prefix".to_owned(),
    };
    let rule = IngressRule { host: Some(host.to_owned()), http: Some(HTTPIngressRuleValue { paths: vec![path] }) };
    IngressSpec { ingress_class_name: Some(class.to_owned()), rules: Some(vec![rule]), ..IngressSpec::default() }
}

/// Who may reach pods, and whom they may reach.
pub fn network_policy_spec() -> Draft<NetworkPolicySpec> {
    Draft(NetworkPolicySpec::default())
}

/// Lets peers in to ports; no peers means everyone, no ports means all.
pub fn ingress(
    from: impl IntoIterator<Item = NetworkPolicyPeer>,
    ports: impl IntoIterator<Item = NetworkPolicyPort>,
) -> NetworkPolicyIngressRule {
    NetworkPolicyIngressRule { from: filled(from), ports: filled(ports) }
}

/// Lets pods out to ports of peers; no peers means everyone, no ports means all.
pub fn egress(
    to: impl IntoIterator<Item = NetworkPolicyPeer>,
    ports: impl IntoIterator<Item = NetworkPolicyPort>,
) -> NetworkPolicyEgressRule {
    NetworkPolicyEgressRule { to: filled(to), ports: filled(ports) }
}

fn filled<T>(items: impl IntoIterator<Item = T>) -> Option<Vec<T>> {
    let items: Vec<_> = items.into_iter().collect();
    (!items.is_empty()).then_some(items)
}

/// Addresses of a range except some of its parts.
pub fn ip_block(cidr: impl IntoField<String>, except: impl IntoIterator<Item = String>) -> NetworkPolicyPeer {
    let ip_block = IPBlock { cidr: cidr.into_field(), except: filled(except) };
    NetworkPolicyPeer { ip_block: Some(ip_block), ..NetworkPolicyPeer::default() }
}

/// Pods of the policy's own namespace.
pub fn pods(pod_selector: LabelSelector) -> NetworkPolicyPeer {
    NetworkPolicyPeer { pod_selector: Some(pod_selector), ..NetworkPolicyPeer::default() }
}

/// Pods of a namespace.
pub fn pods_of_namespace(namespace: &str, pod_selector: LabelSelector) -> NetworkPolicyPeer {
    let namespace_selector = Some(selector("kubernetes.io/metadata.name", namespace));
    NetworkPolicyPeer { namespace_selector, pod_selector: Some(pod_selector), ..NetworkPolicyPeer::default() }
}

/// A TCP port, by number or by the container's name for it.
pub fn tcp(port: impl Into<Option<u16>>) -> NetworkPolicyPort {
    port_of("TCP", port.into())
}

/// A UDP port.
pub fn udp(port: u16) -> NetworkPolicyPort {
    port_of("UDP", Some(port))
}

fn port_of(protocol: &str, port: Option<u16>) -> NetworkPolicyPort {
    NetworkPolicyPort {
        port: port.map(IntoField::into_field),
        protocol: Some(protocol.to_owned()),
        ..NetworkPolicyPort::default()
    }
}
