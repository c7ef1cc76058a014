//! Rules between sections. Each runs once both of its sections are sound by themselves.

use super::problem::Problems;
use super::shape::ROLE_NAME_LIMIT;
use super::zone;
use super::{
    Argocd, Aws, BaseNodes, CertManager, CertificateArn, Cluster, ExternalSecrets, Keda, Network, Observability,
    Services,
};
use crate::{
    instances::Offered,
    names::{OF_KUBERNETES, SERVICE_ROLE},
};

pub(super) fn zones_lie_in_region(aws: &Aws, network: &Network, problems: &mut Problems<'_>) {
    for (index, zone) in network.zones.iter().enumerate() {
        let key = format!("network.zones[{index}]");
        let named = problems.other(&key, "aws.region", aws.region);
        if let Some(problem) = zone::problem(aws.region, &named, zone) {
            problems.report(&key, problem);
        }
    }
}

pub(super) fn principals_lie_in_partition(aws: &Aws, cluster: &Cluster, problems: &mut Problems<'_>) {
    for (index, arn) in cluster.admin_principal_arns.iter().enumerate() {
        if arn.partition() != aws.partition() {
            let key = format!("cluster.admin_principal_arns[{index}]");
            let region = problems.other(&key, "aws.region", aws.region);
            problems.report(&key, format!("is `{arn}`, but {region} is in the partition `{}`", aws.partition()));
        }
    }
}

pub(super) fn certificates_lie_in_region(aws: &Aws, services: &Services, problems: &mut Problems<'_>) {
    let mut certificates = vec![("services.proxy.certificate_arn".to_owned(), &services.proxy.certificate_arn)];
    for (name, service) in services.all() {
        let Some(entrance) = &service.entrance else { continue };
        let key = format!("{}.entrance.certificate_arn", services.key(name).join("."));
        certificates.push((key, &entrance.certificate_arn));
    }
    for (key, arn) in certificates {
        if let Some(arn) = arn {
            of_a_balancer(aws, &key, arn, problems);
        }
    }
}

/// The certificate at `key`, which a load balancer is to use.
fn of_a_balancer(aws: &Aws, key: &str, arn: &CertificateArn, problems: &mut Problems<'_>) {
    let takes = "but a load balancer only takes certificates of its own";
    let problem = if arn.partition() != aws.partition() {
        let region = problems.other(key, "aws.region", aws.region);
        format!("but {region} is in the partition `{}`", aws.partition())
    } else if arn.region() != aws.region.name {
        format!("{takes} region, {}", problems.other(key, "aws.region", aws.region))
    } else if arn.account() != aws.account_id.as_str() {
        format!("{takes} account, {}", problems.other(key, "aws.account_id", &aws.account_id))
    } else {
        return;
    };
    problems.report(key, format!("is `{arn}`, {problem}"));
}

pub(super) fn services_lie_outside_the_vpc(network: &Network, cluster: &Cluster, problems: &mut Problems<'_>) {
    let key = "cluster.service_cidr";
    if network.cidr.overlaps(cluster.service_cidr) {
        let vpc = problems.other(key, "network.cidr", network.cidr);
        problems.report(key, format!("is `{}`, which overlaps {vpc}: move one of them", cluster.service_cidr));
    }
}

/// The services' namespace is locked down, which no system pod would survive; that of metrics comes and goes with a sync.
pub(super) fn namespaces_are_apart(
    services: &Services,
    argocd: &Argocd,
    observability: &Observability,
    keda: &Keda,
    problems: &mut Problems<'_>,
) {
    let key = "services.namespace";
    let namespace = &services.namespace;
    if OF_KUBERNETES.contains(&namespace.as_str()) {
        problems.report(key, format!("is `{namespace}`, which belongs to Kubernetes: choose another"));
    }
    let others = [
        ("argocd.namespace", &argocd.namespace),
        ("observability.namespace", &observability.namespace),
        ("keda.namespace", &keda.namespace),
    ];
    for (other, _) in others.iter().filter(|(_, other)| **other == *namespace) {
        let other = problems.other(key, other, namespace);
        problems.report(key, format!("is taken by {other}: the services need one of their own"));
    }
    let key = "keda.namespace";
    if OF_KUBERNETES.contains(&keda.namespace.as_str()) {
        let message = format!(
            "is `{}`, which belongs to Kubernetes, and KEDA reads every Secret of its namespace",
            keda.namespace
        );
        problems.report(key, format!("{message}: choose another"));
    }
    for (other, _) in others[..2].iter().filter(|(_, other)| **other == keda.namespace) {
        let other = problems.other(key, other, &keda.namespace);
        problems
            .report(key, format!("is taken by {other}: KEDA reads every Secret of its namespace, so choose another"));
    }
    let key = "observability.namespace";
    if argocd.namespace == observability.namespace {
        let other = problems.other(key, "argocd.namespace", &argocd.namespace);
        problems.report(key, format!("is taken by {other}, and pruning one would remove the other: choose another"));
    }
}

/// Whoever may make pods beside the operator may take its role, which reads the secrets of all services.
pub(super) fn external_secrets_is_apart(
    external_secrets: Option<&ExternalSecrets>,
    others: &[(&str, &String)],
    problems: &mut Problems<'_>,
) {
    let key = "external_secrets.namespace";
    let Some(ExternalSecrets { namespace, .. }) = external_secrets else { return };
    let reads = "the operator's role reads the secrets of all services";
    if OF_KUBERNETES.contains(&namespace.as_str()) {
        problems.report(key, format!("is `{namespace}`, which belongs to Kubernetes, and {reads}: choose another"));
    }
    for (other, _) in others.iter().filter(|(_, other)| *other == namespace) {
        let other = problems.other(key, other, namespace);
        problems.report(key, format!("is taken by {other}: {reads}, so choose another"));
    }
}

/// The key that signs for the whole cluster lies beside its pods: whoever may make pods there, or read Secrets, has it.
pub(super) fn cert_manager_is_apart(
    cert_manager: Option<&CertManager>,
    others: &[(&str, &String)],
    problems: &mut Problems<'_>,
) {
    let key = "cert_manager.namespace";
    let Some(CertManager { namespace, .. }) = cert_manager.filter(|of| of.enabled) else { return };
    let holds = "the key that signs for the whole cluster lies in it";
    if OF_KUBERNETES.contains(&namespace.as_str()) {
        problems.report(key, format!("is `{namespace}`, which belongs to Kubernetes, and {holds}: choose another"));
    }
    for (other, _) in others.iter().filter(|(_, other)| *other == namespace) {
        let other = problems.other(key, other, namespace);
        problems.report(key, format!("is taken by {other}: {holds}, so choose another"));
    }
}

/// A name of a role is the cluster's and the service's.
pub(super) fn service_roles_fit(name: &str, services: &Services, problems: &mut Problems<'_>) {
    for runs in services.runs().filter(|runs| runs.asks.permissions.need_role()) {
        let role = format!("{name}-{SERVICE_ROLE}{}", runs.name);
        if role.len() > ROLE_NAME_LIMIT {
            let key = services.key(runs.name).join(".");
            let most = ROLE_NAME_LIMIT - (role.len() - runs.name.len());
            let cluster = problems.other(&key, "name", name);
            problems.report_name(
                &key,
                format!(
                    "makes with {cluster} the role name `{role}` of {} characters, but IAM allows {ROLE_NAME_LIMIT}: use at \
                     most {most} characters, or leave out `permissions`",
                    role.len()
                ),
            );
        }
    }
}

pub(super) fn base_nodes_fill_the_zones(network: &Network, base_nodes: &BaseNodes, problems: &mut Problems<'_>) {
    let zones = network.zones.len();
    if (base_nodes.min_size as usize) < zones {
        problems.report(
            "base_nodes.min_size",
            format!("is {}, fewer than one in each of {zones} zones: use at least {zones}", base_nodes.min_size),
        );
    }
}

/// EKS refuses a group whose image is of another minor version than the group itself.
pub(super) fn base_nodes_release_fits(cluster: &Cluster, base_nodes: &BaseNodes, problems: &mut Problems<'_>) {
    let key = "base_nodes.release_version";
    let version = cluster.kubernetes_version;
    let release = base_nodes.release_version.as_ref().filter(|_| !base_nodes.ami_type.is_bottlerocket());
    if let Some(release) = release
        && let Some((kubelet, _)) = release.amazon_linux()
        && !version.has(kubelet)
    {
        let cluster = problems.other(key, "cluster.kubernetes_version", version);
        let mend = format!("name a release that begins with `{version}.`, or write `\"\"`");
        problems.report(key, format!("is `{release}`, which is not for {cluster}: {mend}"));
    }
}

/// A type that the region lacks is never bought, and a group over zones of which none of its types has so many leaves one empty.
pub(super) fn base_nodes_are_offered(
    aws: &Aws,
    network: &Network,
    base_nodes: &BaseNodes,
    problems: &mut Problems<'_>,
) {
    let key = "base_nodes.instance_types";
    let types = base_nodes.instance_types.iter().enumerate();
    let region = Offered::in_region(aws.region.name);
    let offered = types.filter_map(|(index, of)| Some((index, of, region.zones(of.known())?)));
    let offered: Vec<_> = offered.collect();
    for (index, name, _) in offered.iter().filter(|(_, _, zones)| *zones == 0) {
        let key = format!("{key}[{index}]");
        let region = problems.other(&key, "aws.region", aws.region);
        problems.report(&key, format!("is `{name}`, which AWS does not offer in {region}: take another"));
    }
    let (needed, most) = (network.zones.len(), offered.iter().map(|(.., zones)| *zones).max());
    if let Some(most) = most.filter(|most| (1..needed).contains(most)) {
        let region = &aws.region;
        problems.report(
            key,
            format!(
                "has no type that AWS offers in {needed} zones of `{region}`, at best in {most}: add one that it does"
            ),
        );
    }
}

/// A principal has one access entry: the roles that are taken have theirs already, with less in it.
pub(super) fn administrators_are_others(cluster: &Cluster, taken: &[(&str, String)], problems: &mut Problems<'_>) {
    for (index, arn) in cluster.admin_principal_arns.iter().enumerate() {
        for (what, role) in taken {
            if arn.as_str() == role {
                let key = format!("cluster.admin_principal_arns[{index}]");
                problems.report(
                    &key,
                    format!("is `{arn}`, the role that {what}, which must not administer the cluster: remove it"),
                );
            }
        }
    }
}
