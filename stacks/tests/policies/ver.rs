//! VER: images that grow old, and images that never were.

use insta::assert_snapshot;
use jiff::civil::date;
use serde_json::json;

use crate::fixture::{broken, broken_by, found, found_on, set, small, with};

#[test]
fn base_nodes_that_are_never_patched_are_a_warning() {
    assert_snapshot!(broken_by("VER001", "[base_nodes]\nrelease_version = \"\""), @r"
        aws_eks_node_group.base in cluster/base-nodes.tf.json names no release of its image, and keeps the one that it is made with until the Kubernetes version changes
          mend: set `base_nodes.release_version`
        ");
    assert_eq!(found_on(date(2026, 11, 2), &small(), "VER001"), "", "sixty days are not old");
    assert_snapshot!(found_on(date(2026, 11, 3), &small(), "VER001"), @r"
        aws_eks_node_group.base in cluster/base-nodes.tf.json makes nodes of `1.36.3-20260903`, which is 61 days old
          mend: set `base_nodes.release_version` to a recent one (https://github.com/awslabs/amazon-eks-ami/releases)
        ");
    assert_snapshot!(found_on(date(2026, 9, 2), &small(), "VER001"), @r"
        aws_eks_node_group.base in cluster/base-nodes.tf.json makes nodes of `1.36.3-20260903`, a day that has not come
          mend: set `base_nodes.release_version` to one that is published
        ");
    let bottlerocket = "[base_nodes]\nami_type = \"BOTTLEROCKET_x86_64\"\nrelease_version = \"1.62.1-5d9ac849\"";
    assert_eq!(found(&with(bottlerocket), "VER001"), "", "its releases say no day");
}

#[test]
fn an_old_image_of_karpenters_nodes_is_a_warning() {
    assert_eq!(found(&small(), "VER002"), "");
    assert_snapshot!(found_on(date(2027, 1, 1), &small(), "VER002"), @r"
        EC2NodeClass/default in manifests/node-pools/ec2-node-class.yaml makes nodes of `al2023@v20260903`, which is 120 days old
          mend: set `karpenter.ami_alias` to a recent one (https://github.com/awslabs/amazon-eks-ami/releases)
        ");
    let other = json!([{ "id": "ami-0123456789abcdef0" }]);
    let class = "EC2NodeClass";
    assert_eq!(broken("VER002", |platform| set(platform, class, "default", "/spec/amiSelectorTerms", other)), "");
}

#[test]
fn an_image_that_was_never_published_for_the_version_is_found() {
    assert_snapshot!(broken_by("VER003", "[karpenter]\nami_alias = \"al2023@v20260421\""), @r"
        EC2NodeClass/default in manifests/node-pools/ec2-node-class.yaml makes nodes of `al2023@v20260421`, which is older than Kubernetes 1.36 of 2026-04-22: there is none for it
          mend: set `karpenter.ami_alias` to a later day
        ");
    assert_snapshot!(broken_by("VER003", "[base_nodes]\nrelease_version = \"1.36.0-20260401\""), @r"
        aws_eks_node_group.base in cluster/base-nodes.tf.json makes nodes of `1.36.0-20260401`, which is older than Kubernetes 1.36 of 2026-04-22: there is none for it
          mend: set `base_nodes.release_version` to a later day
        ");
    let earlier = "[cluster]\nkubernetes_version = \"1.35\"\n[cluster.addon_versions]\nkube_proxy = \"\"\n\
                   [base_nodes]\nrelease_version = \"\"\n[karpenter]\nami_alias = \"al2023@v20260421\"";
    assert_eq!(found(&with(earlier), "VER003"), "", "the version before knows it");
}
