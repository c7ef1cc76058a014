//! VER: images that grow old, and images that never were.

use insta::assert_snapshot;
use jiff::civil::date;
use serde_json::json;

use synth_framework::IgnoreChanges;
use synth_kubernetes::Manifests;
use synth_project::Built;

use crate::fixture::{
    BASE, argue, asset, broken, broken_by, build, found, found_on, resource, set, settings, small, text, with,
};

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
        EC2NodeClass/default in manifests/node-pools/ec2-node-class.yaml makes nodes of `al2023@v20260421`, which is older than Kubernetes 1.36 of 2026-04-22: no image of that day exists for it
          mend: set `karpenter.ami_alias` to a later day
        ");
    assert_snapshot!(broken_by("VER003", "[base_nodes]\nrelease_version = \"1.36.0-20260401\""), @r"
        aws_eks_node_group.base in cluster/base-nodes.tf.json makes nodes of `1.36.0-20260401`, which is older than Kubernetes 1.36 of 2026-04-22: no image of that day exists for it
          mend: set `base_nodes.release_version` to a later day
        ");
    let earlier = "[cluster]\nkubernetes_version = \"1.35\"\n[cluster.addon_versions]\nkube_proxy = \"\"\n\
                   [base_nodes]\nrelease_version = \"\"\n[karpenter]\nami_alias = \"al2023@v20260421\"";
    assert_eq!(found(&with(earlier), "VER003"), "", "the version before knows it");
}

#[test]
fn a_base_that_nobody_rebuilds_is_a_warning_before_its_end() {
    let until = |day| found_on(day, &small(), "VER004");
    assert_eq!(until(date(2028, 5, 11)), "");
    assert_snapshot!(until(date(2028, 5, 12)), @r"
        Dockerfile/docker.io/library/rust:1.95-slim-trixie in  is of trixie, which is rebuilt for only 89 more days, until 2028-08-09
          mend: take a later release, with its digest
        Dockerfile/gcr.io/distroless/cc-debian13:nonroot in  is of debian13, which is rebuilt for only 89 more days, until 2028-08-09
          mend: take a later release, with its digest
        ");
    let old =
        |platform: &mut stacks::Platform| platform.dockerfile = platform.dockerfile.replace("debian13", "debian12");
    assert_snapshot!(broken("VER004", old), @r"
        Dockerfile/gcr.io/distroless/cc-debian12:nonroot in  is of debian12, which has not been rebuilt since 2026-09-01
          mend: take a later release, with its digest
        ");
    let unknown =
        |platform: &mut stacks::Platform| platform.dockerfile = platform.dockerfile.replace("debian13", "debian14");
    assert_snapshot!(broken("VER004", unknown), @r"
        Dockerfile/gcr.io/distroless/cc-debian14:nonroot in  is of a release whose end of life is not known
          mend: add the release to `stacks/src/data/base-images.csv`, with its end
        ");
}

#[test]
fn the_guide_shows_the_ends_of_the_bases() {
    let guide = include_str!("../../../docs/delivery.md");
    let table = include_str!("../../src/data/base-images.csv").lines().filter(|line| !line.starts_with('#')).skip(1);
    let rows: Vec<_> = table.map(|row| row.split_once(',').unwrap()).collect();
    assert!(rows.len() >= 4, "{rows:?}");
    for (release, end) in rows {
        let row = guide.lines().find(|line| line.starts_with("| ") && line.contains(&format!("`{release}`")));
        assert!(row.is_some_and(|row| row.contains(&format!("| {end} |"))), "{release} ends on {end}: {row:?}");
    }
}

#[test]
fn production_names_the_build_of_each_add_on() {
    let production = |overrides: &str| build(&settings("production", &[BASE, overrides]));
    let named = "[cluster.addon_versions]\neks_node_monitoring_agent = \"v1.7.0-eksbuild.1\"\n";
    assert_eq!(found(&production(named), "VER005"), "");
    assert_snapshot!(found(&production(&format!("{named}coredns = \"\"")), "VER005"), @r"
        aws_eks_addon.coredns in production/cluster/add-ons.tf.json names no build in production, which would then get the most recent one of the day
          mend: name a build in `cluster.addon_versions.coredns`
        ");
    let called = format!("[github]\nenvironment = \"production\"\n{named}vpc_cni = \"\"");
    assert_ne!(found(&with(&called), "VER005"), "", "whatever its file is called");
}

#[test]
fn a_build_that_floats_is_found_wherever_it_would_roll_in_with_another_change() {
    let address = "aws_eks_addon.eks_node_monitoring_agent";
    let float = |platform: &mut stacks::Platform| {
        resource(platform, address, |addon| addon.lifecycle.ignore_changes = IgnoreChanges::Some(Vec::new()));
    };
    assert_snapshot!(broken("VER005", float), @r"
        aws_eks_addon.eks_node_monitoring_agent in cluster/add-ons.tf.json takes the most recent build at every plan, so that any other change rolls it out
          mend: name a build in `cluster.addon_versions.eks_node_monitoring_agent`
        ");
}

/// The newest Kubernetes as somebody tries it: no build is known, the image is of a day that they looked up.
const NEWEST: &str = "[cluster]\nkubernetes_version = \"1.37\"\n\
                      [cluster.addon_versions]\nvpc_cni = \"\"\nkube_proxy = \"\"\ncoredns = \"\"\n\
                      eks_pod_identity_agent = \"\"\naws_ebs_csi_driver = \"\"\neks_node_monitoring_agent = \"\"\n\
                      [base_nodes]\nrelease_version = \"\"\n[karpenter]\nami_alias = \"al2023@v20260930\"";

#[test]
fn karpenter_that_is_too_old_for_kubernetes_is_an_error() {
    assert_eq!(found(&small(), "VER006"), "");
    assert_snapshot!(broken_by("VER006", "[karpenter]\nchart_version = \"1.12.3\""), @r"
        Application/karpenter in manifests/karpenter.yaml installs karpenter 1.12.3: Karpenter 1.9 to 1.12 works with Kubernetes up to 1.35, but the cluster runs 1.36
          mend: set `karpenter.chart_version` to a later release
        ");
    let far = "[karpenter]\nchart_version = \"1.5.0\"";
    assert_snapshot!(broken_by("VER006", far), @r"
        Application/karpenter in manifests/karpenter.yaml installs karpenter 1.5.0: Karpenter 1.5 works with Kubernetes up to 1.33, but the cluster runs 1.36
          mend: set `karpenter.chart_version` to a later release
        ");
    let earlier = "[karpenter]\nchart_version = \"1.13.0\"";
    assert_eq!(found(&with(earlier), "VER006"), "", "the first that knows 1.36");
}

#[test]
fn what_was_not_tested_with_kubernetes_is_a_warning() {
    assert_snapshot!(found(&small(), "VER007"), @r"
        helm_release.argocd with Kubernetes 1.36 in cluster/argocd.tf.json installs argo-cd 10.1.1: Argo CD 3.4 was tested with Kubernetes 1.32 to 1.35, but the cluster runs 1.36
          mend: set `argocd.chart_version` to a release that was tested with it, or say in a waiver who tested it
        ");
    assert_eq!(found(&with("[argocd]\nchart_version = \"10.9.3\""), "VER007"), "", "Argo CD 3.5 was tested with 1.36");
    assert_snapshot!(found(&with(NEWEST), "VER007"), @r"
        helm_release.argocd with Kubernetes 1.37 in cluster/argocd.tf.json installs argo-cd 10.1.1: Argo CD 3.4 was tested with Kubernetes 1.32 to 1.35, but the cluster runs 1.37
          mend: set `argocd.chart_version` to a release that was tested with it, or say in a waiver who tested it
        Application/karpenter with Kubernetes 1.37 in manifests/karpenter.yaml installs karpenter 1.14.1: Karpenter 1.13 to 1.14 was tested with Kubernetes up to 1.36, but the cluster runs 1.37
          mend: set `karpenter.chart_version` to a release that was tested with it, or say in a waiver who tested it
        ");
    assert_snapshot!(found(&with("[argocd]\nchart_version = \"11.0.0\"\n[karpenter]\nchart_version = \"1.15.0\""), "VER007"), @r"
        helm_release.argocd with Kubernetes 1.36 in cluster/argocd.tf.json installs argo-cd 11.0.0, but it is not known which Kubernetes versions that was tested with
          mend: set `argocd.chart_version` to a release that was tested with it, or say in a waiver who tested it
        Application/karpenter with Kubernetes 1.36 in manifests/karpenter.yaml installs karpenter 1.15.0, but it is not known which Kubernetes versions that was tested with
          mend: set `karpenter.chart_version` to a release that was tested with it, or say in a waiver who tested it
        ");
}

#[test]
fn a_build_of_another_kubernetes_is_a_warning_and_none_is_not() {
    assert_eq!(found(&small(), "VER008"), "");
    assert_eq!(found(&with(NEWEST), "VER008"), "", "AWS chooses");
    let named = NEWEST.replace("coredns = \"\"", "coredns = \"v1.14.6-eksbuild.4\"");
    assert_snapshot!(found(&with(&named), "VER008"), @r#"
        aws_eks_addon.coredns in cluster/add-ons.tf.json names the build v1.14.6-eksbuild.4, which is known only for Kubernetes 1.36
          mend: set `cluster.addon_versions.coredns` to one that `aws eks describe-addon-versions --addon-name coredns --kubernetes-version 1.37` lists, or to ""
        "#);
    let unseen = NEWEST.replace("coredns = \"\"", "coredns = \"v1.15.0-eksbuild.1\"");
    assert_eq!(found(&with(&unseen), "VER008"), "", "`make up` asks AWS");
}

#[test]
fn the_newest_kubernetes_is_taken_with_builds_that_aws_chooses() {
    let review = stacks::policies::review(&with(NEWEST), crate::fixture::TODAY);
    assert_eq!(review.errors().map(ToString::to_string).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn the_end_of_standard_support_is_a_warning_that_says_what_follows() {
    let on = |day, overrides: &str| found_on(day, &with(overrides), "VER009");
    assert_eq!(on(date(2027, 5, 4), ""), "", "ninety days are enough");
    assert_snapshot!(on(date(2027, 5, 5), ""), @r"
        aws_eks_cluster.main in cluster/control-plane.tf.json runs Kubernetes 1.36, whose standard support ends in 89 days, on 2027-08-02: EKS then upgrades the control plane by itself, and neither nodes nor add-ons
          mend: set `cluster.kubernetes_version` to the next one, with builds of the add-ons and an image for it
        ");
    assert_snapshot!(on(date(2027, 8, 3), "[cluster]\nsupport_type = \"EXTENDED\""), @r"
        aws_eks_cluster.main in cluster/control-plane.tf.json runs Kubernetes 1.36, whose standard support ended on 2027-08-02: from then on the cluster costs 438 USD a month instead of 73
          mend: set `cluster.kubernetes_version` to the next one, with builds of the add-ons and an image for it
        ");
}

/// The platform with an object more in the folder of its manifests.
fn beside(object: &serde_json::Value) -> impl FnOnce(&mut stacks::Platform) {
    let manifests = Manifests::new("manifests");
    manifests.add("more", object);
    let manifests = manifests.build().unwrap_or_else(|problems| panic!("{problems}"));
    move |platform| platform.parts.push(Built::Manifests(manifests))
}

#[test]
fn an_api_that_kubernetes_serves_no_more_is_found_wherever_it_is_written() {
    let old = json!({ "apiVersion": "flowcontrol.apiserver.k8s.io/v1beta3", "kind": "FlowSchema", "metadata": { "name": "old" } });
    assert_snapshot!(broken("VER010", beside(&old)), @r"
        FlowSchema/old in manifests/more.yaml is of `flowcontrol.apiserver.k8s.io/v1beta3`, which Kubernetes 1.32 and later do not serve
          mend: write it as `flowcontrol.apiserver.k8s.io/v1`
        ");
    let released =
        json!({ "apiVersion": "policy/v1beta1", "kind": "PodSecurityPolicy", "metadata": { "name": "closed" } });
    let add = |values: &mut serde_json::Value| values["objects"].as_array_mut().unwrap().push(released.clone());
    assert_snapshot!(broken("VER010", |platform| asset(platform, "root-values.json", add)), @r"
        PodSecurityPolicy/closed in add-ons/root-values.json is of `policy/v1beta1`, which Kubernetes 1.25 and later do not serve
          mend: remove it: no version takes its place
        ");
}

#[test]
fn an_api_that_is_deprecated_is_a_warning_until_kubernetes_serves_it_no_more() {
    let range =
        json!({ "apiVersion": "networking.k8s.io/v1beta1", "kind": "ServiceCIDR", "metadata": { "name": "more" } });
    assert_eq!(broken("VER010", beside(&range)), "", "1.36 serves it");
    assert_snapshot!(broken("VER012", beside(&range)), @r"
        ServiceCIDR/more in manifests/more.yaml is of `networking.k8s.io/v1beta1`, which is deprecated since Kubernetes 1.34 and not served from 1.37 on
          mend: write it as `networking.k8s.io/v1`
        ");
    let mut later = with(NEWEST);
    beside(&range)(&mut later);
    assert_snapshot!(found(&later, "VER010"), @r"
        ServiceCIDR/more in manifests/more.yaml is of `networking.k8s.io/v1beta1`, which Kubernetes 1.37 and later do not serve
          mend: write it as `networking.k8s.io/v1`
        ");
    assert_eq!(found(&later, "VER012"), "");
}

#[test]
fn what_is_retired_is_a_warning() {
    let mode = text("{\"mode\": \"ipvs\"}");
    assert_snapshot!(broken("VER011", |platform| argue(platform, "aws_eks_addon.kube_proxy", "configuration_values", mode.clone())), @r"
        aws_eks_addon.kube_proxy in cluster/add-ons.tf.json runs the service proxy in the mode `ipvs`, which is deprecated since Kubernetes 1.35
          mend: leave the mode out: `iptables` is the default
        ");
    let image = "registry.k8s.io/ingress-nginx/controller:v1.14.1";
    let change = |platform: &mut stacks::Platform| {
        set(platform, "Deployment", "mock-target-server", "/spec/template/spec/containers/0/image", image);
    };
    assert_snapshot!(broken("VER011", change), @r"
        Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml runs Ingress-NGINX, which is retired
          mend: let the AWS Load Balancer Controller make a load balancer for the Service, or take a maintained controller
        ");
    let chart = |platform: &mut stacks::Platform| {
        set(platform, "Application", "metrics-server", "/spec/source/chart", "ingress-nginx");
    };
    assert_ne!(broken("VER011", chart), "");
}
