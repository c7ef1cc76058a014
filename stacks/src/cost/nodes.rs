//! Nodes and their disks: the managed group as its resource says, Karpenter's as the twin saw them.

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use synth_bindings::{aws_eks_node_group, aws_launch_template};
use synth_twin::{
    catalogue::Catalogue,
    cost::{HOURS_A_MONTH, Item, Prices, hour, listed_hour},
    pods::Capacity,
    simulation::trace::{Kind, Trace},
};

use super::{
    Line, Part, line,
    standing::{count, gigabytes},
};
use crate::{
    Platform,
    view::{Declared, NodeClass, NodePool},
};

/// Gigabytes of a disk whose size is its image's, which is Bottlerocket's own: its documentation says 2.
const OF_IMAGE: f64 = 2.0;

/// The nodes of managed groups, and their disks.
pub(super) fn base(platform: &Platform, prices: &Prices<'_>) -> Vec<Line> {
    let groups = platform.resources::<aws_eks_node_group::Handle>();
    groups.flat_map(|group| of_group(platform, &group, prices)).collect()
}

/// Karpenter's nodes, and their disks.
pub(super) fn karpenters(platform: &Platform, trace: &Trace, prices: &Prices<'_>) -> Vec<Line> {
    let region = platform.settings.aws.region.name;
    let catalogue = Catalogue::of(region).unwrap_or_default();
    let (from, kinds) = (pools(platform), nodes(trace));
    let karpenters = kinds.iter().filter(|(kind, _)| !kind.base);
    let lines = karpenters.clone().map(|(kind, nodes)| {
        let listed = hour(&catalogue, &kind.instance_type, kind.capacity, kind.price);
        let price = prices.instance(&kind.instance_type, kind.capacity, region).unwrap_or(listed);
        let what = format!("{}, {}", kind.instance_type, paid(kind.capacity));
        let settings = ["karpenter.node_pools", "services"];
        Line { from: from.clone(), ..line(Part::Nodes, what, nodes * HOURS_A_MONTH, price, &settings) }
    });
    let mut lines: Vec<_> = lines.collect();
    let disks = disk_of_class(platform) * karpenters.map(|(_, nodes)| nodes).sum::<f64>();
    let settings = ["karpenter.volume_size_gib", "karpenter.node_pools", "services"];
    let classes = platform.every::<NodeClass>().map(|class| class.place().subject).collect();
    lines.push(Line {
        from: classes,
        ..line(Part::Nodes, "disks of Karpenter's nodes", disks, prices.of(Item::Gp3, region), &settings)
    });
    lines
}

/// The nodes of a managed group, of the type that it takes first, and their disks.
fn of_group(platform: &Platform, group: &Declared<'_, aws_eks_node_group::Handle>, prices: &Prices<'_>) -> [Line; 2] {
    let region = platform.settings.aws.region.name;
    let nodes = group.text(|of| of.scaling_config().desired_size()).and_then(|text| text.parse().ok()).unwrap_or(0.0);
    let name = group.texts(|of| of.instance_types()).into_iter().flatten().next().unwrap_or_default();
    let spot = group.text(|of| of.capacity_type()).as_deref() == Some("SPOT");
    let capacity = if spot { Capacity::Spot } else { Capacity::OnDemand };
    let price = prices.instance(&name, capacity, region).unwrap_or_else(|| listed_hour(region, &name, capacity));
    let template = group.leads(|of| of.launch_template().id());
    let template = template.and_then(|of| of.of_type::<aws_launch_template::Handle>());
    let disk: f64 = template.map_or(0.0, |of| {
        let sizes = of.blocks(|of| of.block_device_mappings()).map(|disk| disk.text(|of| of.ebs().volume_size()));
        sizes.map(|size| size.and_then(|size| size.parse().ok()).unwrap_or(OF_IMAGE)).sum()
    });
    let from = vec![group.place().subject];
    let disks_from = template.map(|of| of.place().subject).into_iter().chain(from.clone()).collect();
    let what = format!("{name}, {}", paid(capacity));
    let settings = ["base_nodes.instance_types", "base_nodes.desired_size"];
    let of_disks = ["base_nodes.volume_size_gib", "base_nodes.desired_size"];
    let gp3 = prices.of(Item::Gp3, region);
    [
        Line { from, ..line(Part::BaseNodes, what, nodes * HOURS_A_MONTH, price, &settings) },
        Line { from: disks_from, ..line(Part::BaseNodes, "disks of base nodes", nodes * disk, gp3, &of_disks) },
    ]
}

/// How many nodes of each kind there are on average over a run.
pub(super) fn nodes(trace: &Trace) -> Vec<(&Kind, f64)> {
    let seconds = count(trace.seconds.len());
    let average = |kind: usize| {
        let changes: Vec<_> = trace.nodes.iter().filter(|change| change.kind == kind).collect();
        let ends = changes.iter().skip(1).map(|change| f64::from(change.second)).chain([seconds]);
        let spans =
            changes.iter().zip(ends).map(|(change, end)| (end - f64::from(change.second)) * f64::from(change.nodes));
        spans.sum::<f64>() / seconds.max(1.0)
    };
    trace.kinds.iter().enumerate().map(|(place, kind)| (kind, average(place))).collect()
}

/// Gigabytes of a node's disks, by the class that asks for most.
fn disk_of_class(platform: &Platform) -> f64 {
    let sizes = platform.every::<NodeClass>().map(|class| {
        let disks = class.typed().spec.block_device_mappings.iter();
        disks.filter_map(|disk| disk.ebs.volume_size.clone()).map(|size| gigabytes(&Quantity(size))).sum::<f64>()
    });
    sizes.fold(0.0, f64::max)
}

fn pools(platform: &Platform) -> Vec<String> {
    platform.every::<NodePool>().map(|pool| pool.place().subject).collect()
}

fn paid(capacity: Capacity) -> &'static str {
    match capacity {
        Capacity::Spot => "Spot",
        Capacity::OnDemand => "on demand",
    }
}
