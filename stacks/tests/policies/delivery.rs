//! LINK, on the way into the cluster: namespaces, names, waves, projects, folders and where system pods run.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};
use stacks::Platform;
use synth_framework::Expression;

use crate::fixture::{argue, asset, broken, broken_by, edit, remove, set};

const PROXY: &str = "cors-proxy-server";

/// A value of a chart.
fn value(path: &str) -> String {
    format!("/spec/source/helm/valuesObject/{path}")
}

#[test]
fn a_namespace_that_nobody_makes_is_found() {
    assert_snapshot!(broken("LINK013", |platform| remove(platform, "Namespace", "monitoring")), @r"
        Application/kube-prometheus-stack in manifests/kube-prometheus-stack.yaml syncs to namespace `monitoring`, which nothing creates
          mend: declare the Namespace among the platform's manifests
        Application/observability in manifests/observability.yaml syncs to namespace `monitoring`, which nothing creates
          mend: declare the Namespace among the platform's manifests
        ConfigMap/dashboard-scaling in manifests/observability/dashboard-scaling.yaml lies in namespace `monitoring`, which nothing creates
          mend: declare the Namespace among the platform's manifests
        ConfigMap/dashboard-traffic in manifests/observability/dashboard-traffic.yaml lies in namespace `monitoring`, which nothing creates
          mend: declare the Namespace among the platform's manifests
        PrometheusRule/controllers in manifests/observability/prometheus-rule-controllers.yaml lies in namespace `monitoring`, which nothing creates
          mend: declare the Namespace among the platform's manifests
        PrometheusRule/delivery in manifests/observability/prometheus-rule-delivery.yaml lies in namespace `monitoring`, which nothing creates
          mend: declare the Namespace among the platform's manifests
        PrometheusRule/nodes in manifests/observability/prometheus-rule-nodes.yaml lies in namespace `monitoring`, which nothing creates
          mend: declare the Namespace among the platform's manifests
        PrometheusRule/observability in manifests/observability/prometheus-rule-observability.yaml lies in namespace `monitoring`, which nothing creates
          mend: declare the Namespace among the platform's manifests
        PrometheusRule/scaling in manifests/observability/prometheus-rule-scaling.yaml lies in namespace `monitoring`, which nothing creates
          mend: declare the Namespace among the platform's manifests
        PrometheusRule/services in manifests/observability/prometheus-rule-services.yaml lies in namespace `monitoring`, which nothing creates
          mend: declare the Namespace among the platform's manifests
        ServiceMonitor/argocd-application-controller in manifests/observability/service-monitor-argocd-application-controller.yaml lies in namespace `monitoring`, which nothing creates
          mend: declare the Namespace among the platform's manifests
        ServiceMonitor/argocd-applicationset-controller in manifests/observability/service-monitor-argocd-applicationset-controller.yaml lies in namespace `monitoring`, which nothing creates
          mend: declare the Namespace among the platform's manifests
        ServiceMonitor/argocd-repo-server in manifests/observability/service-monitor-argocd-repo-server.yaml lies in namespace `monitoring`, which nothing creates
          mend: declare the Namespace among the platform's manifests
        ServiceMonitor/argocd-server in manifests/observability/service-monitor-argocd-server.yaml lies in namespace `monitoring`, which nothing creates
          mend: declare the Namespace among the platform's manifests
        ServiceMonitor/aws-load-balancer-controller in manifests/observability/service-monitor-aws-load-balancer-controller.yaml lies in namespace `monitoring`, which nothing creates
          mend: declare the Namespace among the platform's manifests
        ServiceMonitor/karpenter in manifests/observability/service-monitor-karpenter.yaml lies in namespace `monitoring`, which nothing creates
          mend: declare the Namespace among the platform's manifests
        ServiceMonitor/metrics-server in manifests/observability/service-monitor-metrics-server.yaml lies in namespace `monitoring`, which nothing creates
          mend: declare the Namespace among the platform's manifests
        ");
}

#[test]
fn names_of_nothing_are_found() {
    assert_snapshot!(broken("LINK014", |platform| remove(platform, "PriorityClass", "services")), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml names PriorityClass/services, which does not exist
          mend: declare the PriorityClass, or name another
        Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml names PriorityClass/services, which does not exist
          mend: declare the PriorityClass, or name another
        ");
    assert_snapshot!(broken("LINK014", |platform| remove(platform, "ServiceAccount", PROXY)), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml names ServiceAccount/cors-proxy-server, which does not exist
          mend: declare the ServiceAccount, or name another
        ");
    assert_snapshot!(broken("LINK014", |platform| remove(platform, "StorageClass", "gp3-encrypted")), @r"
        Application/kube-prometheus-stack in manifests/kube-prometheus-stack.yaml names StorageClass/gp3-encrypted, which does not exist
          mend: declare the StorageClass, or name another
        ");
    let class = "/spec/template/spec/nodeClassRef/name";
    assert_snapshot!(broken("LINK014", |platform| set(platform, "NodePool", "spot", class, "other")), @r"
        NodePool/spot in manifests/node-pools/node-pool-spot.yaml names EC2NodeClass/other, which does not exist
          mend: declare the EC2NodeClass, or name another
        ");
}

#[test]
fn objects_before_their_definitions_are_found() {
    let wave = "/metadata/annotations/argocd.argoproj.io~1sync-wave";
    assert_snapshot!(broken("LINK015", |platform| set(platform, "Application", "karpenter-crd", wave, "-2")), @r"
        Application/node-pools in manifests/node-pools.yaml syncs EC2NodeClass/default in wave -2, but EC2NodeClass comes with Application/karpenter-crd in wave -2
          mend: sync it in a wave after -2
        Application/node-pools in manifests/node-pools.yaml syncs NodePool/on-demand in wave -2, but NodePool comes with Application/karpenter-crd in wave -2
          mend: sync it in a wave after -2
        Application/node-pools in manifests/node-pools.yaml syncs NodePool/spot in wave -2, but NodePool comes with Application/karpenter-crd in wave -2
          mend: sync it in a wave after -2
        ");
    assert_snapshot!(broken("LINK015", |platform| set(platform, "Application", "mock-target-server", wave, "-10")), @r"
        Application/mock-target-server in manifests/mock-target-server.yaml syncs Deployment/mock-target-server in wave -10, but its namespace comes with Application/platform in wave -10
          mend: sync it in a wave after -10
        Application/mock-target-server in manifests/mock-target-server.yaml syncs HorizontalPodAutoscaler/mock-target-server in wave -10, but its namespace comes with Application/platform in wave -10
          mend: sync it in a wave after -10
        Application/mock-target-server in manifests/mock-target-server.yaml syncs NetworkPolicy/mock-target-server in wave -10, but its namespace comes with Application/platform in wave -10
          mend: sync it in a wave after -10
        Application/mock-target-server in manifests/mock-target-server.yaml syncs PodDisruptionBudget/mock-target-server in wave -10, but its namespace comes with Application/platform in wave -10
          mend: sync it in a wave after -10
        Application/mock-target-server in manifests/mock-target-server.yaml syncs ServiceAccount/mock-target-server in wave -10, but its namespace comes with Application/platform in wave -10
          mend: sync it in a wave after -10
        Application/mock-target-server in manifests/mock-target-server.yaml syncs ServiceMonitor/mock-target-server in wave -10, but ServiceMonitor comes with Application/kube-prometheus-stack in wave 0
          mend: sync it in a wave after 0
        Application/mock-target-server in manifests/mock-target-server.yaml syncs ServiceMonitor/mock-target-server in wave -10, but its namespace comes with Application/platform in wave -10
          mend: sync it in a wave after -10
        Application/mock-target-server in manifests/mock-target-server.yaml syncs Service/mock-target-server in wave -10, but its namespace comes with Application/platform in wave -10
          mend: sync it in a wave after -10
        ");
}

#[test]
fn what_a_project_does_not_allow_is_found() {
    assert_snapshot!(broken("LINK016", |platform| set(platform, "Application", "karpenter", "/spec/project", "default")), @r"
        Application/karpenter in manifests/karpenter.yaml belongs to the project `default`, which does not exist
          mend: name a declared AppProject
        ");
    let repositories = "/spec/sourceRepos";
    assert_snapshot!(
        broken("LINK016", |platform| edit(platform, "AppProject", "platform", |project| {
            let listed = project.pointer_mut(repositories).unwrap().as_array_mut().unwrap();
            listed.retain(|url| url != "https://aws.github.io/eks-charts");
            let kinds = project.pointer_mut("/spec/clusterResourceWhitelist").unwrap().as_array_mut().unwrap();
            kinds.retain(|entry| entry["kind"] != "NodePool");
        })),
        @r"
        Application/aws-load-balancer-controller in manifests/aws-load-balancer-controller.yaml is refused by AppProject/platform: its source `https://aws.github.io/eks-charts` is not listed
          mend: allow it in AppProject/platform
        Application/node-pools in manifests/node-pools.yaml is refused by AppProject/platform: the kind NodePool is not listed
          mend: allow it in AppProject/platform
        "
    );
    assert_snapshot!(
        broken("LINK016", |platform| set(platform, "Application", "metrics-server", "/spec/destination/namespace", "metrics")),
        @r"
        Application/metrics-server in manifests/metrics-server.yaml is refused by AppProject/platform: its namespace `metrics` is not listed
          mend: allow it in AppProject/platform
        "
    );
}

#[test]
fn what_a_chart_makes_and_a_project_does_not_allow_is_found() {
    let without = |list: &str, kind: &str| {
        broken("LINK016", |platform| {
            edit(platform, "AppProject", "platform", |project| {
                project["spec"][list].as_array_mut().unwrap().retain(|entry| entry["kind"] != kind);
            });
        })
    };
    assert_snapshot!(without("clusterResourceWhitelist", "APIService"), @r"
    Application/metrics-server in manifests/metrics-server.yaml is refused by AppProject/platform: the kind APIService is not listed
      mend: allow it in AppProject/platform
    ");
    assert_snapshot!(without("namespaceResourceWhitelist", "Job"), @r"
    Application/kube-prometheus-stack in manifests/kube-prometheus-stack.yaml is refused by AppProject/platform: the kind Job is not listed
      mend: allow it in AppProject/platform
    ");
    assert_snapshot!(
        broken("LINK016", |platform| edit(platform, "AppProject", "platform", |project| {
            let listed = project.pointer_mut("/spec/destinations").unwrap().as_array_mut().unwrap();
            listed.retain(|destination| destination["namespace"] != "kube-system");
        })),
        @r"
    Application/aws-load-balancer-controller in manifests/aws-load-balancer-controller.yaml is refused by AppProject/platform: its namespace `kube-system` is not listed
      mend: allow it in AppProject/platform
    Application/karpenter-crd in manifests/karpenter-crd.yaml is refused by AppProject/platform: its namespace `kube-system` is not listed
      mend: allow it in AppProject/platform
    Application/karpenter in manifests/karpenter.yaml is refused by AppProject/platform: its namespace `kube-system` is not listed
      mend: allow it in AppProject/platform
    Application/kube-prometheus-stack in manifests/kube-prometheus-stack.yaml is refused by AppProject/platform: the namespace `kube-system`, where its chart also puts objects, is not listed
      mend: allow it in AppProject/platform
    Application/metrics-server in manifests/metrics-server.yaml is refused by AppProject/platform: its namespace `kube-system` is not listed
      mend: allow it in AppProject/platform
    Application/node-pools in manifests/node-pools.yaml is refused by AppProject/platform: its namespace `kube-system` is not listed
      mend: allow it in AppProject/platform
    "
    );
}

#[test]
fn folders_that_nobody_syncs_and_empty_ones_are_found() {
    assert_snapshot!(broken("LINK017", |platform| remove(platform, "Application", "admission")), @r"
        ValidatingAdmissionPolicyBinding/services-by-hand in manifests/admission/policy-binding-by-hand.yaml lies in the folder `admission`, which no Application syncs
          mend: point an Application at the folder
        ");
    assert_snapshot!(broken("LINK017", |platform| set(platform, "Application", "admission", "/spec/source/path", "out/manifests/policies")), @r"
        ValidatingAdmissionPolicyBinding/services-by-hand in manifests/admission/policy-binding-by-hand.yaml lies in the folder `admission`, which no Application syncs
          mend: point an Application at the folder
        Application/admission in manifests/admission.yaml syncs `out/manifests/policies`, which holds no manifests
          mend: point it at a folder of manifests
        ");
}

#[test]
fn system_pods_that_avoid_the_base_nodes_are_found() {
    assert_snapshot!(broken("LINK018", |platform| set(platform, "Application", "karpenter", &value("nodeSelector"), ())), @r"
        Application/karpenter in manifests/karpenter.yaml may run on any node, not only on those of aws_eks_node_group.base
          mend: select a label of the base nodes in `nodeSelector`
        ");
    assert_snapshot!(
        broken("LINK018", |platform| set(platform, "Application", "karpenter", &value("nodeSelector"), json!({ "role": "system" }))),
        @r"
        Application/karpenter in manifests/karpenter.yaml selects nodes by `role: system`, which aws_eks_node_group.base does not have
          mend: select a label of the base nodes in `nodeSelector`
        "
    );
    assert_snapshot!(broken("LINK018", |platform| set(platform, "Application", "metrics-server", &value("tolerations"), json!([]))), @r"
        Application/metrics-server in manifests/metrics-server.yaml does not tolerate the taint `CriticalAddonsOnly=true` of aws_eks_node_group.base
          mend: tolerate the taint of the base nodes in `tolerations`
        ");
    assert_snapshot!(
        broken("LINK018", |platform| asset(platform, "argocd-values.json", |values| values["global"]["tolerations"] = Json::Null)),
        @r"
        helm_release.argocd in cluster/argocd-values.json does not tolerate the taint `CriticalAddonsOnly=true` of aws_eks_node_group.base
          mend: tolerate the taint of the base nodes in `tolerations`
        "
    );
}

#[test]
fn a_hosted_runner_that_the_endpoint_does_not_admit_is_found() {
    let hosted = "[github]\nrunner = \"ubuntu-24.04\"\n[cluster]\npublic_access_cidrs = ";
    assert_snapshot!(broken_by("LINK019", &format!("{hosted}[]")), @r"
    helm_release.argocd in cluster/argocd.tf.json is planned on GitHub's own runner `ubuntu-24.04`, but the cluster has no public endpoint
      mend: set `github.runner` to runners in the VPC, or to runners with fixed addresses that `cluster.public_access_cidrs` holds
    helm_release.root in add-ons/root.tf.json is planned on GitHub's own runner `ubuntu-24.04`, but the cluster has no public endpoint
      mend: set `github.runner` to runners in the VPC, or to runners with fixed addresses that `cluster.public_access_cidrs` holds
    ");
    assert_snapshot!(broken_by("LINK019", &format!("{hosted}[\"203.0.113.0/24\"]")), @r"
    helm_release.argocd in cluster/argocd.tf.json is planned on GitHub's own runner `ubuntu-24.04`, but the cluster's public endpoint admits only named ranges
      mend: set `github.runner` to runners in the VPC, or to runners with fixed addresses that `cluster.public_access_cidrs` holds
    helm_release.root in add-ons/root.tf.json is planned on GitHub's own runner `ubuntu-24.04`, but the cluster's public endpoint admits only named ranges
      mend: set `github.runner` to runners in the VPC, or to runners with fixed addresses that `cluster.public_access_cidrs` holds
    ");
}

#[test]
fn a_private_endpoint_that_admits_nodes_alone_keeps_a_runner_of_our_own_out() {
    let closed = "[cluster]\nprivate_access_security_groups = []";
    assert_snapshot!(broken_by("LINK019", closed), @r"
        helm_release.argocd in cluster/argocd.tf.json is planned on `tideline-vpc`, but the cluster's endpoint is private and admits only its nodes
          mend: add the runners to `cluster.private_access_cidrs` or `cluster.private_access_security_groups`
        helm_release.root in add-ons/root.tf.json is planned on `tideline-vpc`, but the cluster's endpoint is private and admits only its nodes
          mend: add the runners to `cluster.private_access_cidrs` or `cluster.private_access_security_groups`
        ");
    let port = |port: i64| {
        move |platform: &mut Platform| {
            let rule = "aws_vpc_security_group_ingress_rule.control_plane_from_sg_0a1b2c3d";
            argue(platform, rule, "from_port", Expression::Integer(port));
        }
    };
    assert_ne!(broken("LINK019", port(444)), "", "a rule for another port opens nothing");
}

#[test]
fn a_runner_of_our_own_or_an_open_endpoint_is_no_finding() {
    for (key, value) in
        [("private_access_cidrs", "10.0.0.0/16"), ("private_access_security_groups", "sg-0123456789abcdef0")]
    {
        let own =
            format!("[github]\nrunner = \"tideline-vpc\"\n[cluster]\npublic_access_cidrs = []\n{key} = [\"{value}\"]");
        assert_eq!(broken_by("LINK019", &own), "");
    }
    let open = |platform: &mut Platform| {
        "windows-2025".clone_into(&mut platform.settings.github.runner);
        platform.settings.cluster.public_access_cidrs = vec!["0.0.0.0/0".parse().unwrap()];
    };
    assert_eq!(broken("LINK019", open), "");
}
