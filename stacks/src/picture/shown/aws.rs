//! The parts of AWS that are shown: stacks, zones, the control plane, base nodes and stores.

use std::collections::BTreeMap;

use synth_bindings::{
    aws_cloudfront_distribution, aws_ecr_repository, aws_eks_cluster, aws_eks_node_group, aws_nat_gateway,
    aws_s3_bucket, aws_subnet,
};
use synth_framework::{BuiltStack, Mode};
use synth_project::Project as _;

use super::{Stack, Zone};
use crate::Platform;

pub(super) fn stacks(platform: &Platform) -> Vec<Stack> {
    let stack = |stack: &BuiltStack| Stack {
        name: stack.name().to_owned(),
        summary: Platform::part(stack.name()).map_or("", |part| part.summary),
        resources: stack.resources().filter(|resource| resource.mode == Mode::Managed).count(),
    };
    platform.stacks().map(stack).collect()
}

pub(super) fn zones(platform: &Platform) -> Vec<Zone> {
    let gateways =
        platform.resources::<aws_nat_gateway::Handle>().filter_map(|gateway| gateway.leads(|of| of.subnet_id()));
    let gateways: Vec<_> = gateways.collect();
    let mut zones: Vec<Zone> = Vec::new();
    for subnet in platform.resources::<aws_subnet::Handle>() {
        let (Some(name), Some(range)) = (subnet.text(|of| of.availability_zone()), subnet.text(|of| of.cidr_block()))
        else {
            continue;
        };
        let tier = subnet.resource.label.split('_').next().unwrap_or_default().to_owned();
        let index = zones.iter().position(|zone| zone.name == name).unwrap_or_else(|| {
            zones.push(Zone { name, subnets: BTreeMap::new(), gateway: false });
            zones.len() - 1
        });
        zones[index].subnets.insert(tier, range);
        zones[index].gateway |= gateways.iter().any(|of| of.is(&subnet));
    }
    zones
}

pub(super) fn control_plane(platform: &Platform) -> Option<String> {
    let cluster = platform.resources::<aws_eks_cluster::Handle>().next()?;
    let private = cluster.is_true(|of| of.vpc_config().endpoint_private_access());
    let endpoint = match (private, cluster.is_true(|of| of.vpc_config().endpoint_public_access())) {
        (true, true) => "private and public endpoint",
        (true, false) => "private endpoint",
        _ => "public endpoint",
    };
    Some(format!("EKS control plane · Kubernetes {} · {endpoint}", cluster.text(|of| of.version())?))
}

pub(super) fn base(platform: &Platform) -> Option<String> {
    let group = platform.resources::<aws_eks_node_group::Handle>().next()?;
    let types: Vec<_> = group.texts(|of| of.instance_types()).into_iter().flatten().collect();
    let fewest = group.text(|of| of.scaling_config().min_size())?;
    let most = group.text(|of| of.scaling_config().max_size())?;
    Some(format!("{fewest}–{most} × {}", types.join(", ")))
}

/// What stands before the load balancer, if anything does.
pub(super) fn edge(platform: &Platform) -> Option<String> {
    let distribution = platform.resources::<aws_cloudfront_distribution::Handle>().next()?;
    let firewall = distribution.leads(|of| of.web_acl_id()).map(|_| "WAF");
    let pages = distribution.blocks(|of| of.origin()).count() > 1;
    let host = distribution.texts(|of| of.aliases()).into_iter().flatten().next();
    let parts = [host.as_deref(), Some("CloudFront"), firewall, pages.then_some("static content in S3")];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" · "))
}

pub(super) fn stores(platform: &Platform) -> Vec<String> {
    let stores = [
        ("ECR", "repositories", platform.resources::<aws_ecr_repository::Handle>().count()),
        (
            "S3",
            "buckets of state",
            platform.resources::<aws_s3_bucket::Handle>().filter(|of| of.stack.name() != "edge").count(),
        ),
    ];
    let store = |(service, what, number)| match number {
        0 => None,
        1 => Some(format!("{service} · {what}")),
        number => Some(format!("{service} · {number} {what}")),
    };
    stores.into_iter().filter_map(store).collect()
}
