//! The ways in and out that network policies admit.

use k8s_openapi::api::networking::v1::{NetworkPolicyEgressRule, NetworkPolicyIngressRule};
use synth_kubernetes::{egress, ingress, ip_block, pods, pods_of_namespace, selector, tcp, udp};

use crate::{
    names::NAME_LABEL,
    settings::{Cidr, Entrance, Host, Service, Settings},
};

/// Ranges that are not the internet's. The metadata addresses of nodes and pods lie in the link-local one.
const NOT_INTERNET: [&str; 12] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
];

/// Prometheus may read metrics.
pub(super) fn from_prometheus(settings: &Settings, admin_port: u16) -> NetworkPolicyIngressRule {
    let prometheus = selector("app.kubernetes.io/name", "prometheus");
    ingress([pods_of_namespace(&settings.observability.namespace, prometheus)], [tcp(admin_port)])
}

/// The load balancer of an entrance may bring requests, and ask how its targets are.
pub(super) fn from_entrance(settings: &Settings, service: &Service, entrance: &Entrance) -> NetworkPolicyIngressRule {
    let subnets = settings.network.subnets.of_balancers(entrance.is_public()).iter();
    ingress(subnets.map(|subnet| ip_block(subnet.to_string(), [])), [tcp(service.port), tcp(service.admin_port)])
}

/// Pods may resolve names.
pub(super) fn to_name_servers() -> NetworkPolicyEgressRule {
    egress([pods_of_namespace("kube-system", selector("k8s-app", "kube-dns"))], [udp(53), tcp(53)])
}

/// Pods of a service may reach the services that it may call.
pub(super) fn to_called(settings: &Settings, caller: &str) -> impl Iterator<Item = NetworkPolicyEgressRule> {
    let services = settings.services.called_by(caller);
    services.map(|(name, service)| egress([pods(selector(NAME_LABEL, name))], [tcp(service.port)]))
}

/// Pods may reach the internet, and neither the VPC nor anything else that is private.
pub(super) fn to_internet(settings: &Settings) -> NetworkPolicyEgressRule {
    let mut except: Vec<_> = NOT_INTERNET.map(str::to_owned).into();
    for range in [settings.network.cidr, settings.cluster.service_cidr] {
        let known = except.iter().filter_map(|known| known.parse::<Cidr>().ok()).any(|known| known.contains(range));
        if !known {
            except.push(range.to_string());
        }
    }
    egress([ip_block("0.0.0.0/0", except)], [tcp(None)])
}

/// Pods may reach the private targets of the settings: those named by address there alone, those named by host on their
/// port anywhere in the VPC, because a policy knows no host names. The proxy's own guard is narrower.
pub(super) fn to_allowed_targets(settings: &Settings) -> impl Iterator<Item = NetworkPolicyEgressRule> {
    settings.services.proxy.allow_targets.iter().map(|target| {
        let range = match target.host {
            Host::Address(address) => format!("{address}/32"),
            Host::Name(_) => settings.network.cidr.to_string(),
        };
        egress([ip_block(range, [])], [tcp(target.port)])
    })
}
