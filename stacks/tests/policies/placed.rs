//! Pods that run on some nodes only.

use insta::assert_snapshot;

use crate::fixture::{broken_by, found, with};

const TARGET: &str = "[services.mock_target_server.nodes]\n";

#[test]
fn pods_for_which_no_pool_makes_a_node_are_found() {
    let arm = format!("{TARGET}architectures = [\"arm64\"]\n");
    assert_eq!(found(&with(&arm), "SCALE024"), "");
    let intel = "[karpenter.node_pools.spot]\narchitectures = [\"amd64\"]\n[karpenter.node_pools.on-demand]\narchitectures = [\"amd64\"]\n";
    assert_eq!(found(&with(intel), "SCALE024"), "");
    assert_snapshot!(broken_by("SCALE024", &format!("{arm}{intel}")), @r"
    Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml runs on nodes of `kubernetes.io/arch: arm64` alone, of which no pool makes one that hosts its pod (400m and 256Mi)
      mend: name other nodes in `nodes`, or add a pool that makes such ones
    ");
    let spot = "[karpenter.node_pools.on-demand]\ncapacity_type = \"spot\"\n";
    assert_snapshot!(broken_by("SCALE024", &format!("{TARGET}capacity_type = \"on-demand\"\n{spot}")), @r"
    Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml runs on nodes of `karpenter.sh/capacity-type: on-demand` alone, of which no pool makes one that hosts its pod (400m and 256Mi)
      mend: name other nodes in `nodes`, or add a pool that makes such ones
    ");
}

#[test]
fn a_maximum_beyond_the_pools_of_its_nodes_is_found() {
    let settings =
        format!("[services.mock_target_server]\nmax_replicas = 200\n{TARGET}capacity_type = \"on-demand\"\n");
    assert_snapshot!(broken_by("SCALE024", &settings), @r"
    Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml runs on nodes of `karpenter.sh/capacity-type: on-demand` alone, of which its maximum takes 50 of 100 vCPU and 200 GiB in all, but their pools are limited to 64 vCPU and 512 GiB
      mend: raise the limits of those pools, or lower `max_replicas` of the service
    ");
}

#[test]
fn spot_alone_is_a_warning() {
    assert_eq!(found(&with(&format!("{TARGET}capacity_type = \"on-demand\"\n")), "SCALE025"), "");
    assert_snapshot!(broken_by("SCALE025", &format!("{TARGET}capacity_type = \"spot\"\n")), @r"
    Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml runs on Spot nodes alone
      mend: leave `nodes.capacity_type` open: pools with a higher weight are tried first, and Spot has it
    ");
}
