//! What is paid for whatever the load is, as the stacks and the manifests have it.

use jiff::civil::Date;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use synth_bindings::{
    aws_cloudwatch_metric_alarm, aws_eip, aws_eks_cluster, aws_kms_key, aws_nat_gateway, aws_route53_zone, aws_subnet,
    aws_vpc_endpoint, aws_wafv2_web_acl,
};
use synth_kubernetes::quantity;
use synth_twin::cost::Item;

use super::Part;
use crate::{Platform, charts::prometheus_stack, versions::Release, view::Declared};

/// Something that stands.
pub(crate) struct Standing {
    pub(crate) part: Part,
    pub(crate) what: &'static str,
    pub(crate) item: Item,
    /// Units at any moment.
    pub(crate) units: f64,
    /// The resources and objects that it follows from.
    pub(crate) from: Vec<String>,
    /// The settings that decide it.
    pub(crate) settings: &'static [&'static str],
}

/// What stands, of a day if it matters whether a version has standard support.
pub(crate) fn standing(platform: &Platform, today: Option<Date>) -> Vec<Standing> {
    let mut all = control_planes(platform, today);
    all.extend([
        each::<aws_nat_gateway::Handle>(
            platform,
            (Part::Network, "NAT gateways", Item::NatGateway),
            &["network.nat_gateways", "network.zones"],
        ),
        endpoints(platform),
        each::<aws_eip::Handle>(
            platform,
            (Part::Network, "public IPv4 addresses of NAT gateways", Item::PublicIpv4),
            &["network.nat_gateways", "network.zones"],
        ),
    ]);
    all.extend(balancers(platform));
    all.push(zones_of_names(platform));
    all.extend(volumes(platform));
    all.extend(edge(platform));
    all.push(each::<aws_kms_key::Handle>(platform, (Part::Keys, "keys", Item::KmsKey), &[]));
    all
}

/// Is a control plane's version out of standard support, and does EKS leave it there?
fn is_extended(platform: &Platform, cluster: &Declared<'_, aws_eks_cluster::Handle>, today: Option<Date>) -> bool {
    let stays = cluster.text(|of| of.upgrade_policy().support_type()).as_deref() == Some("EXTENDED");
    let until = Release::of(platform.settings.cluster.kubernetes_version).standard_until;
    stays && today.is_some_and(|today| today > until)
}

fn control_planes(platform: &Platform, today: Option<Date>) -> Vec<Standing> {
    let of = |cluster: Declared<'_, aws_eks_cluster::Handle>| {
        let (what, item) = if is_extended(platform, &cluster, today) {
            ("EKS cluster in extended support", Item::ClusterExtended)
        } else {
            ("EKS cluster in standard support", Item::Cluster)
        };
        Standing {
            part: Part::ControlPlane,
            what,
            item,
            units: 1.0,
            from: vec![cluster.place().subject],
            settings: &["cluster.kubernetes_version", "cluster.support_type"],
        }
    };
    platform.resources::<aws_eks_cluster::Handle>().map(of).collect()
}

/// A unit for each resource of a type.
fn each<H: synth_framework::ResourceType>(
    platform: &Platform,
    (part, what, item): (Part, &'static str, Item),
    settings: &'static [&'static str],
) -> Standing {
    let from: Vec<_> = platform.resources::<H>().map(|of| of.place().subject).collect();
    Standing { part, what, item, units: count(from.len()), from, settings }
}

/// Is it paid for, as an endpoint of a gateway is not?
pub(super) fn is_interface(endpoint: &Declared<'_, aws_vpc_endpoint::Handle>) -> bool {
    endpoint.text(|of| of.vpc_endpoint_type()).as_deref() == Some("Interface")
}

/// An interface endpoint costs in each zone.
fn endpoints(platform: &Platform) -> Standing {
    let all = platform.resources::<aws_vpc_endpoint::Handle>();
    let interfaces = all.filter(is_interface);
    let (mut from, mut units) = (Vec::new(), 0.0);
    for endpoint in interfaces {
        units += count(endpoint.list(|of| of.subnet_ids()).len());
        from.push(endpoint.place().subject);
    }
    Standing {
        part: Part::Network,
        what: "interface endpoints, in each zone",
        item: Item::Endpoint,
        units,
        from,
        settings: &["network.interface_endpoints", "network.zones"],
    }
}

/// Load balancers, which the controller makes for Services and for entrances, and their addresses where they face the internet.
fn balancers(platform: &Platform) -> [Standing; 3] {
    let public = platform.resources::<aws_subnet::Handle>().filter(|of| of.tag("kubernetes.io/role/elb").is_some());
    let zones = count(public.count());
    let all = platform.balancing();
    let from: Vec<_> = all.iter().map(|(place, _)| place.subject.clone()).collect();
    let mut facing: Vec<_> = all.into_iter().filter(|(_, public)| *public).map(|(place, _)| place.subject).collect();
    let (mut shared, mut entered) = (Vec::new(), Vec::new());
    for entrance in platform.entrances() {
        if !shared.contains(&entrance.balancer()) {
            shared.push(entrance.balancer());
            entered.push(entrance.ingress.place().subject);
            facing.extend(entrance.is_public().then(|| entrance.ingress.place().subject));
        }
    }
    [
        Standing {
            part: Part::Network,
            what: "network load balancers",
            item: Item::Nlb,
            units: count(from.len()),
            from,
            settings: &[],
        },
        Standing {
            part: Part::Network,
            what: "application load balancers of entrances",
            item: Item::Alb,
            units: count(entered.len()),
            from: entered,
            settings: &["services.internal"],
        },
        Standing {
            part: Part::Network,
            what: "public IPv4 addresses of load balancers",
            item: Item::PublicIpv4,
            units: count(facing.len()) * zones,
            from: facing,
            settings: &["network.zones"],
        },
    ]
}

/// Hosted zones, which are paid for by the month.
fn zones_of_names(platform: &Platform) -> Standing {
    let zones = platform.resources::<aws_route53_zone::Handle>();
    let from: Vec<_> = zones.map(|zone| zone.place().subject).collect();
    Standing {
        part: Part::Network,
        what: "hosted zones",
        item: Item::HostedZone,
        units: count(from.len()),
        from,
        settings: &["domain.zone"],
    }
}

/// What stands of an edge: it is paid for where `CloudFront`'s prices are, whatever the region.
fn edge(platform: &Platform) -> [Standing; 3] {
    let acls = || platform.resources::<aws_wafv2_web_acl::Handle>();
    let rules = acls().map(|acl| acl.blocks(|of| of.rule()).count()).sum();
    [
        each::<aws_wafv2_web_acl::Handle>(
            platform,
            (Part::Network, "web ACL of the edge", Item::WebAcl),
            &["edge.enabled"],
        ),
        Standing {
            part: Part::Network,
            what: "rules of the web ACL",
            item: Item::WebAclRule,
            units: count(rules),
            from: acls().map(|of| of.place().subject).collect(),
            settings: &["edge.managed_rules"],
        },
        each::<aws_cloudwatch_metric_alarm::Handle>(
            platform,
            (Part::Network, "alarms of the edge", Item::Alarm),
            &["edge.enabled"],
        ),
    ]
}

/// Volumes that pods claim.
fn volumes(platform: &Platform) -> Vec<Standing> {
    let Some(chart) = platform.chart::<prometheus_stack::Values>() else { return Vec::new() };
    let place = chart.place().subject;
    let claim = |(name, replicas, size): (&str, u64, Option<&Quantity>)| {
        let (what, settings): (_, &[&str]) = match name {
            "prometheus" => (
                "volumes of Prometheus",
                &["observability.prometheus_replicas", "observability.prometheus_volume_size_gib"],
            ),
            _ => (
                "volumes of Alertmanager",
                &["observability.alertmanager_replicas", "observability.alertmanager_volume_size_gib"],
            ),
        };
        let units = whole(replicas) * size.map_or(0.0, gigabytes);
        Standing { part: Part::Storage, what, item: Item::Gp3, units, from: vec![place.clone()], settings }
    };
    chart.values.claims().into_iter().map(claim).collect()
}

/// A size in the gigabytes by which volumes are paid, which have 2^30 bytes.
pub(super) fn gigabytes(size: &Quantity) -> f64 {
    quantity::mebibytes(size).map_or(0.0, |size| whole(size) / 1024.0)
}

#[expect(clippy::cast_precision_loss, reason = "counts of resources")]
pub(super) fn count(number: usize) -> f64 {
    number as f64
}

#[expect(clippy::cast_precision_loss, reason = "replicas, and sizes far below 2^53")]
pub(super) fn whole(number: u64) -> f64 {
    number as f64
}
