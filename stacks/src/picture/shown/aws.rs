//! What of AWS is shown: stacks, zones, the control plane, base nodes and stores.

use std::collections::BTreeMap;

use synth_framework::{BuiltStack, Expression, Mode};

use super::{Stack, Zone};
use crate::{Part, Platform, policies::view::Declared};

pub(super) fn stacks(platform: &Platform) -> Vec<Stack> {
    let stack = |stack: &BuiltStack| Stack {
        name: stack.name().to_owned(),
        summary: Part::named(stack.name()).map_or("", |part| part.summary),
        resources: stack.resources().filter(|resource| resource.mode == Mode::Managed).count(),
    };
    platform.stacks().map(stack).collect()
}

pub(super) fn zones(platform: &Platform) -> Vec<Zone> {
    let label = |found: Declared<'_>| found.resource.label.clone();
    let gateways =
        platform.managed("aws_nat_gateway").filter_map(|gateway| gateway.leads_to(gateway.get("subnet_id")?));
    let gateways: Vec<_> = gateways.map(label).collect();
    let mut zones: Vec<Zone> = Vec::new();
    for subnet in platform.managed("aws_subnet") {
        let (Some(name), Some(range)) = (subnet.text("availability_zone"), subnet.text("cidr_block")) else { continue };
        let tier = subnet.resource.label.split('_').next().unwrap_or_default().to_owned();
        let index = zones.iter().position(|zone| zone.name == name).unwrap_or_else(|| {
            zones.push(Zone { name, subnets: BTreeMap::new(), gateway: false });
            zones.len() - 1
        });
        zones[index].subnets.insert(tier, range);
        zones[index].gateway |= gateways.contains(&label(subnet));
    }
    zones
}

pub(super) fn control_plane(platform: &Platform) -> Option<String> {
    let cluster = platform.managed("aws_eks_cluster").next()?;
    let open = |argument| cluster.nested("vpc_config", argument).as_deref() == Some("true");
    let endpoint = match (open("endpoint_private_access"), open("endpoint_public_access")) {
        (true, true) => "private and public endpoint",
        (true, false) => "private endpoint",
        _ => "public endpoint",
    };
    Some(format!("EKS control plane · Kubernetes {} · {endpoint}", cluster.text("version")?))
}

pub(super) fn base(platform: &Platform) -> Option<String> {
    let group = platform.managed("aws_eks_node_group").next()?;
    let size = |argument| group.nested("scaling_config", argument);
    let types = group.get("instance_types").and_then(Expression::as_list)?;
    let types: Vec<_> = types.iter().filter_map(|item| group.resolve(item)).collect();
    Some(format!("{}–{} × {}", size("min_size")?, size("max_size")?, types.join(", ")))
}

pub(super) fn stores(platform: &Platform) -> Vec<String> {
    let stores = [("ECR", "repositories", "aws_ecr_repository"), ("S3", "buckets of state", "aws_s3_bucket")];
    let store = |(service, what, type_name)| match platform.managed(type_name).count() {
        0 => None,
        1 => Some(format!("{service} · {what}")),
        number => Some(format!("{service} · {number} {what}")),
    };
    stores.into_iter().filter_map(store).collect()
}
