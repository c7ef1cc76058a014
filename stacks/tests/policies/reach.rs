//! LINK and SCALE, below the manifests: what security groups, roles and add-ons let pods do.

use insta::{allow_duplicates, assert_snapshot};
use synth_framework::{Expression, Root, Traversal};

use crate::fixture::{argue, broken, copy_resource, found, remove, remove_resource, resource, set, text, with};

#[test]
fn a_webhook_that_the_control_plane_does_not_reach_is_found() {
    let rule = "aws_vpc_security_group_ingress_rule.nodes_from_control_plane_9443";
    assert_snapshot!(broken("LINK020", |platform| remove_resource(platform, rule)), @r"
    aws_security_group.nodes in cluster/security-groups.tf.json does not admit the control plane to port 9443, where aws-load-balancer-controller serves its webhooks
      mend: admit TCP port 9443 from the control plane's security group
    ");
    let rule = "aws_vpc_security_group_ingress_rule.nodes_from_control_plane_10250";
    assert_snapshot!(broken("LINK020", |platform| argue(platform, rule, "to_port", Expression::Integer(10249))), @r"
    aws_security_group.nodes in cluster/security-groups.tf.json does not admit the control plane to port 10250, where kube-prometheus-stack serves its webhooks
      mend: admit TCP port 10250 from the control plane's security group
    aws_security_group.nodes in cluster/security-groups.tf.json does not admit the control plane to port 10250, where metrics-server serves its metrics
      mend: admit TCP port 10250 from the control plane's security group
    ");
    let port = "/spec/source/helm/valuesObject/containerPort";
    assert_snapshot!(broken("LINK020", |platform| set(platform, "Application", "metrics-server", port, 4444)), @r"
    aws_security_group.nodes in cluster/security-groups.tf.json does not admit the control plane to port 4444, where metrics-server serves its metrics
      mend: admit TCP port 4444 from the control plane's security group
    ");
    let any = broken("LINK020", |platform| {
        argue(platform, "aws_vpc_security_group_ingress_rule.nodes_from_control_plane_443", "ip_protocol", text("-1"));
        remove_resource(platform, rule);
    });
    assert_eq!(any, "", "a rule for every port admits this one");
}

#[test]
fn pods_that_do_not_reach_each_other_are_found() {
    let rule = "aws_vpc_security_group_ingress_rule.nodes_among_themselves_dns_udp";
    assert_snapshot!(broken("LINK021", |platform| remove_resource(platform, rule)), @r"
    aws_security_group.nodes in cluster/security-groups.tf.json does not admit pods to udp port 53 of the name servers on other nodes
      mend: admit udp port 53 from the nodes' own security group
    ");
    let rule = "aws_vpc_security_group_ingress_rule.nodes_among_themselves_unprivileged_tcp";
    assert_snapshot!(broken("LINK021", |platform| argue(platform, rule, "from_port", Expression::Integer(3001))), @r"
    aws_security_group.nodes in cluster/security-groups.tf.json does not admit pods to tcp port 3000 of Grafana on other nodes
      mend: admit tcp port 3000 from the nodes' own security group
    aws_security_group.nodes in cluster/security-groups.tf.json does not admit pods to tcp port 3000 of mock-target-server on other nodes
      mend: admit tcp port 3000 from the nodes' own security group
    ");
    let lowest = with("[services.mock_target_server]\nport = 1025\nadmin_port = 65535");
    assert_eq!(found(&lowest, "LINK021"), "", "every port that settings allow");
}

#[test]
fn a_rule_for_tcp_does_not_admit_what_alertmanagers_say_by_udp() {
    let rule = "aws_vpc_security_group_ingress_rule.nodes_among_themselves_alertmanager_udp";
    let silent = [
        broken("LINK021", |platform| remove_resource(platform, rule)),
        broken("LINK021", |platform| argue(platform, rule, "ip_protocol", text("tcp"))),
        broken("LINK021", |platform| argue(platform, rule, "to_port", Expression::Integer(9093))),
    ];
    for found in silent {
        allow_duplicates! {
            assert_snapshot!(found, @r"
            aws_security_group.nodes in cluster/security-groups.tf.json does not admit pods to udp port 9094 of Alertmanager on other nodes
              mend: admit udp port 9094 from the nodes' own security group
            ");
        }
    }
    let mut alone = with("[observability]\nalertmanager_replicas = 1");
    remove_resource(&mut alone, rule);
    assert_eq!(found(&alone, "LINK021"), "", "one Alertmanager has nobody to tell");
}

#[test]
fn ports_of_charts_and_of_other_protocols_are_known() {
    let rule = "aws_vpc_security_group_ingress_rule.nodes_among_themselves_unprivileged_tcp";
    let found = broken("LINK021", |platform| argue(platform, rule, "ip_protocol", text("udp")));
    for who in [
        "3000 of Grafana",
        "8081 of Argo CD's repo server",
        "9090 of Prometheus",
        "9094 of Alertmanager",
        "10250 of the kubelets",
    ] {
        assert!(found.contains(&format!("does not admit pods to tcp port {who} on other nodes")), "{who}: {found}");
    }
    assert_snapshot!(
        broken("LINK021", |platform| set(
            platform,
            "Deployment",
            "mock-target-server",
            "/spec/template/spec/containers/0/ports/0/protocol",
            "UDP"
        )),
        @r"
    aws_security_group.nodes in cluster/security-groups.tf.json does not admit pods to udp port 3000 of mock-target-server on other nodes
      mend: admit udp port 3000 from the nodes' own security group
    "
    );
}

#[test]
fn base_nodes_in_another_security_group_are_found() {
    let template = "aws_launch_template.base_node";
    assert_snapshot!(broken("LINK021", |platform| argue(platform, template, "vpc_security_group_ids", Expression::List(Vec::new()))), @r"
    aws_eks_node_group.base in cluster/base-nodes.tf.json gives its nodes the security group that EKS makes, which does not admit the pods of other nodes
      mend: name the nodes' security group in its launch template
    ");
    let apart = broken("LINK021", |platform| {
        resource(platform, template, |template| {
            let mut groups = template.body.get("vpc_security_group_ids").unwrap().clone();
            let Expression::List(named) = &mut groups else { panic!("{groups:?}") };
            let Expression::Traversal(Traversal { root: Root::Declared(address), .. }) = &mut named[0] else {
                panic!("{named:?}")
            };
            address.label = "control_plane".into();
            template.override_argument("vpc_security_group_ids", groups);
        });
    });
    for apart_from in ["nodes", "control_plane"] {
        let lost = format!(
            "does not admit pods to udp port 53 of the name servers on other nodes of aws_security_group.{apart_from}"
        );
        assert!(apart.contains(&lost), "{lost}: {apart}");
    }
}

#[test]
fn nodes_that_may_not_do_their_work_are_found() {
    assert_snapshot!(
        broken("LINK022", |platform| {
            remove_resource(platform, "aws_iam_role_policy_attachment.karpenter_node_worker");
            remove_resource(platform, "aws_iam_role_policy_attachment.base_node_images");
        }),
        @r"
    aws_iam_role.base_node in cluster/base-nodes.tf.json is the role of nodes, which cannot pull images with it
      mend: attach `AmazonEC2ContainerRegistryPullOnly` to it
    aws_iam_role.karpenter_node in cluster/karpenter.tf.json is the role of nodes, which cannot join the cluster with it
      mend: attach `AmazonEKSWorkerNodePolicy` to it
    "
    );
    assert_snapshot!(
        broken("LINK022", |platform| remove_resource(platform, "aws_iam_role_policy_attachment.vpc_cni")),
        @r"
    aws_iam_role.base_node in cluster/base-nodes.tf.json is the role of nodes, which cannot give addresses to pods with it
      mend: attach `AmazonEKS_CNI_Policy` to it
    aws_iam_role.karpenter_node in cluster/karpenter.tf.json is the role of nodes, which cannot give addresses to pods with it
      mend: attach `AmazonEKS_CNI_Policy` to it
    "
    );
    let on_the_node = broken("LINK022", |platform| {
        for node in ["base_node", "karpenter_node"] {
            let sessions = format!("aws_iam_role_policy_attachment.{node}_sessions");
            let policy = text("arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy");
            argue(platform, &sessions, "policy_arn", policy);
        }
        remove_resource(platform, "aws_iam_role_policy_attachment.vpc_cni");
    });
    assert_eq!(on_the_node, "", "the nodes' own roles may connect pods instead");
}

#[test]
fn roles_of_pods_without_the_agent_are_found() {
    let agent = "aws_eks_addon.eks_pod_identity_agent";
    assert_snapshot!(broken("LINK005", |platform| remove_resource(platform, agent)), @r"
    aws_eks_pod_identity_association.karpenter in cluster/karpenter.tf.json gives a role to pods, but no add-on `eks-pod-identity-agent` hands out its credentials
      mend: declare the add-on `eks-pod-identity-agent`
    ");
}

#[test]
fn autoscalers_without_metrics_and_two_servers_of_them_are_found() {
    assert_snapshot!(broken("SCALE012", |platform| remove(platform, "Application", "metrics-server")), @r"
    HorizontalPodAutoscaler/cors-proxy-server in manifests/cors-proxy-server/horizontal-pod-autoscaler.yaml scales by what pods use, which nothing measures
      mend: install `metrics-server`
    HorizontalPodAutoscaler/mock-target-server in manifests/mock-target-server/horizontal-pod-autoscaler.yaml scales by what pods use, which nothing measures
      mend: install `metrics-server`
    ");
    let second = |platform: &mut stacks::Platform| {
        copy_resource(platform, "aws_eks_addon.coredns", "metrics_server", |addon| {
            addon.override_argument("addon_name", text("metrics-server"));
        });
    };
    assert_snapshot!(broken("SCALE012", second), @r"
    Application/metrics-server in manifests/metrics-server.yaml and aws_eks_addon.metrics_server register the same API, so that one replaces the other
      mend: keep one of them
    ");
    let managed = broken("SCALE012", |platform| {
        second(platform);
        remove(platform, "Application", "metrics-server");
    });
    assert_eq!(managed, "", "the managed add-on measures, too");
}
