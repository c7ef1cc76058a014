//! What policies promise of AWS, each with a setting that breaks the promise: whoever edits settings meets the rule, not AWS.

use crate::fixture::broken_by;

/// A policy, settings that break what it promises, and what AWS would do.
const BROKEN: &[(&str, &str, &str)] = &[
    ("HA009", "[karpenter.node_pools.spot]\ninstance_generation_min = 12", "no type is left to buy"),
    ("HA011", "[base_nodes]\ninstance_types = [\"t3.micro\"]", "the nodes are too small for the system"),
    ("SCALE001", "[services.cors_proxy_server]\nmax_replicas = 300", "nodes come to the pools' limits"),
    ("SCALE002", "[services.cors_proxy_server]\nmax_replicas = 150", "a lost zone's nodes count until they are gone"),
    ("SCALE003", "[karpenter.node_pools.on-demand]\ncapacity_type = \"spot\"", "Spot is gone at once"),
    (
        "SCALE009",
        "[network.subnets]\nprivate = [\"10.0.0.0/23\", \"10.0.64.0/23\", \"10.0.128.0/23\"]",
        "subnets have no range left",
    ),
    ("DRAIN002", "[services.proxy]\nderegistration_delay_seconds = 300", "flows to a pod that is gone are reset"),
    ("DRAIN003", "[services.proxy]\nlate_connections_seconds = 120", "new connections come for that long"),
    (
        "DRAIN008",
        "[services.proxy]\nderegistration_delay_seconds = 15",
        "connections are ended while they are answered",
    ),
    ("DRAIN009", "[services.cors_proxy_server]\ndrain_timeout_seconds = 300", "the node is gone after two minutes"),
    ("DRAIN010", "[karpenter]\ntermination_grace_period = \"15m\"", "pods are deleted before their turn comes"),
    ("DRAIN011", "[karpenter]\nexpire_after = \"336h\"", "nodes of one day go in one hour"),
    ("SCALE013", "[cluster]\nvolume_attach_limit = 39", "a volume is attached to no instance that is full"),
    ("VER001", "[base_nodes]\nrelease_version = \"1.36.1-20260610\"", "nobody patches the nodes"),
    ("VER002", "[karpenter]\nami_alias = \"al2023@v20260610\"", "new nodes are as old as the image"),
    ("VER003", "[karpenter]\nami_alias = \"al2023@v20260101\"", "there is no such image for the version"),
];

#[test]
fn every_promise_is_broken_by_a_setting() {
    for (code, settings, what) in BROKEN {
        assert_ne!(broken_by(code, settings), "", "{code} says nothing where {what}");
    }
}
