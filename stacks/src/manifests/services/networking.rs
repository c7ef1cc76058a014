//! The ways in and out that network policies admit.

use k8s_openapi::api::networking::v1::{NetworkPolicyEgressRule, NetworkPolicyIngressRule};
use synth_kubernetes::{egress, ingress, ip_block, pods, pods_of_namespace, selector, tcp, udp};

use crate::{
    names::{NAME_LABEL, POD_IDENTITY_AGENT},
    settings::{Cidr, Entrance, Host, INTERNET, Permissions, Runs, Service, Settings, Stored, Target},
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

/// The ways out of what is reached inside the cluster only, or not at all: to what it may call, and to the name servers for that.
pub(super) fn ways_out(settings: &Settings, runs: &Runs<'_>) -> Vec<NetworkPolicyEgressRule> {
    let outside = runs.asks.egress.iter().map(|target| to_target(settings, target));
    let reached: Vec<_> = to_called(settings, runs.name).chain(to_aws(settings, runs)).chain(outside).collect();
    if reached.is_empty() { reached } else { [to_name_servers()].into_iter().chain(reached).collect() }
}

/// Pods may reach the internet, and neither the VPC nor anything else that is private.
pub(super) fn to_internet(settings: &Settings) -> NetworkPolicyEgressRule {
    egress([ip_block("0.0.0.0/0", not_internet(settings))], [tcp(None)])
}

/// Pods that have a role may fetch its credentials, and reach the services of AWS that it is for: by their public addresses, which
/// nobody lists, or by those of their endpoints in the VPC, which lie in the private subnets.
pub(super) fn to_aws(settings: &Settings, runs: &Runs<'_>) -> Vec<NetworkPolicyEgressRule> {
    let permissions = runs.asks.permissions;
    if !permissions.need_role() {
        return Vec::new();
    }
    let (agent, port) = POD_IDENTITY_AGENT;
    let inside = |service: &&str| settings.network.interface_endpoints.iter().any(|name| name == service);
    let inside = services(permissions).iter().any(inside);
    let subnets = settings.network.subnets.private.iter().filter(|_| inside);
    let addresses = [ip_block("0.0.0.0/0", not_internet(settings))].into_iter();
    let addresses = addresses.chain(subnets.map(|subnet| ip_block(subnet.to_string(), [])));
    vec![egress([ip_block(format!("{agent}/32"), [])], [tcp(port)]), egress(addresses, [tcp(443)])]
}

/// The services of AWS that are called for what is allowed, by the names of their endpoints. Keys are used by the services themselves.
fn services(permissions: &Permissions) -> Vec<&'static str> {
    let stores = permissions.read.iter().chain(&permissions.write).map(|store| match &**store {
        Stored::Bucket { .. } => "s3",
        Stored::Table(_) => "dynamodb",
    });
    let queues = permissions.send.iter().chain(&permissions.receive).map(|_| "sqs");
    stores.chain(queues).chain(permissions.publish.iter().map(|_| "sns")).collect()
}

/// The ranges that are not the internet's here.
fn not_internet(settings: &Settings) -> Vec<String> {
    let mut except: Vec<_> = NOT_INTERNET.map(str::to_owned).into();
    for range in [settings.network.cidr, settings.cluster.service_cidr] {
        let known = except.iter().filter_map(|known| known.parse::<Cidr>().ok()).any(|known| known.contains(range));
        if !known {
            except.push(range.to_string());
        }
    }
    except
}

/// Pods may reach the private targets of the settings. The proxy's own guard is narrower.
pub(super) fn to_allowed_targets(settings: &Settings) -> impl Iterator<Item = NetworkPolicyEgressRule> {
    settings.services.proxy.allow_targets.iter().map(|target| to_target(settings, target))
}

/// Pods may reach a target: one named by address there alone, one named by host on its port anywhere in the VPC, because a policy
/// knows no host names, and the internet wherever it has public addresses.
fn to_target(settings: &Settings, target: &Target) -> NetworkPolicyEgressRule {
    let range = match &target.host {
        Host::Address(address) => ip_block(format!("{address}/32"), []),
        Host::Name(name) if name == INTERNET => ip_block("0.0.0.0/0", not_internet(settings)),
        Host::Name(_) => ip_block(settings.network.cidr.to_string(), []),
    };
    egress([range], [tcp(target.port)])
}
