//! The settings that replace nodes, as day-2 lists them, held against what these settings change.

use serde_json::Value as Json;
use stacks::Platform;

use crate::fixture::{GUIDE, small, with};

/// A setting, another value of it, and whether Karpenter's nodes and the base nodes are then declared otherwise.
const CHANGED: &[(&str, &str, bool, bool)] = &[
    ("karpenter.ami_alias", "\"al2023@v20260909\"", true, false),
    ("karpenter.volume_size_gib", "99", true, false),
    ("karpenter.expire_after", "\"99h\"", true, false),
    ("karpenter.termination_grace_period", "\"31m\"", true, false),
    ("aws.tags", "{ Owner = \"others\" }", true, true),
    ("karpenter.node_pools.spot.architectures", "[\"amd64\"]", true, false),
    ("karpenter.node_pools.spot.instance_categories", "[\"c\", \"m\"]", true, false),
    ("karpenter.node_pools.spot.instance_generation_min", "6", true, false),
    ("karpenter.node_pools.spot.capacity_type", "\"on-demand\"", true, false),
    ("karpenter.node_pools.spot.limit_cpu", "65", false, false),
    ("karpenter.node_pools.spot.limit_memory_gib", "257", false, false),
    ("karpenter.node_pools.spot.weight", "51", false, false),
    ("karpenter.node_pools.spot.consolidate_after", "\"2m\"", false, false),
    ("base_nodes.release_version", "\"1.36.3-20260909\"", false, true),
    ("base_nodes.volume_size_gib", "99", false, true),
    ("base_nodes.instance_types", "[\"m7i.2xlarge\"]", false, true),
    ("base_nodes.ami_type", "\"BOTTLEROCKET_x86_64\"\nbase_nodes.release_version = \"\"", false, true),
];

/// The specs that Karpenter compares its nodes with: those of classes as a whole, of pools only those of their nodes.
fn compared(platform: &Platform) -> Vec<Json> {
    let parts = platform.objects().filter_map(|object| match object.kind() {
        "EC2NodeClass" => Some(object.object()["spec"].clone()),
        "NodePool" => Some(object.object()["spec"]["template"].clone()),
        _ => None,
    });
    parts.collect()
}

/// The file that declares the base nodes.
fn base_nodes(platform: &Platform) -> String {
    let files = platform.stack("cluster").unwrap().files();
    files.into_iter().find(|file| file.path == "base-nodes.tf.json").unwrap().text
}

/// The row of the guide that names a setting: what it says of Karpenter's nodes, and of the base nodes.
fn said(key: &str) -> (&'static str, &'static str) {
    let (_, section) = GUIDE.split_once("## What replaces nodes").expect("the guide says what replaces nodes");
    let (section, _) = section.split_once("\n## ").expect("more follows");
    let name = key.strip_prefix("karpenter.node_pools.spot.").unwrap_or(key);
    let row = section.lines().find(|line| line.starts_with('|') && line.contains(&format!("`{name}`")));
    let row = row.unwrap_or_else(|| panic!("the guide says nothing of `{name}`"));
    let mut cells = row.split('|').map(str::trim).skip(2);
    (cells.next().unwrap(), cells.next().unwrap())
}

#[test]
fn settings_replace_the_nodes_that_the_guide_says() {
    let before = small();
    for (key, value, karpenter, base) in CHANGED {
        let after = with(&format!("{key} = {value}"));
        assert_eq!(compared(&before) != compared(&after), *karpenter, "{key} and Karpenter's nodes");
        assert_eq!(base_nodes(&before) != base_nodes(&after), *base, "{key} and the base nodes");
        let said = said(key);
        assert_eq!((!said.0.starts_with("stay"), !said.1.starts_with("stay")), (*karpenter, *base), "{key}: {said:?}");
    }
}

#[test]
fn another_version_of_kubernetes_drifts_what_no_manifest_changes() {
    let version = "[cluster]\nkubernetes_version = \"1.35\"\n[cluster.addon_versions]\nkube_proxy = \"\"\n\
                   [base_nodes]\nrelease_version = \"\"\n";
    let after = with(version);
    assert_eq!(compared(&small()), compared(&after), "an alias is resolved by the version of the control plane");
    assert!(said("cluster.kubernetes_version").0.starts_with("drift when the control plane is of it"));
}
