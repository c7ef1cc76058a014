//! LINK: one layer's names changed, and not the other's.

use insta::assert_snapshot;
use serde_json::json;
use synth_framework::Expression;

use crate::fixture::{argue, broken, copy_resource, edit, found, remove_resource, resource, set, text, texts, with};

const PROXY: &str = "cors-proxy-server";
const VALUES: &str = "/spec/source/helm/valuesObject";

fn value(path: &str) -> String {
    format!("{VALUES}/{path}")
}

/// Removes one tag of a resource.
fn untag(platform: &mut stacks::Platform, address: &str, key: &str) {
    resource(platform, address, |resource| {
        let tags = resource.body.get("tags").unwrap().as_object().unwrap();
        let rest = tags.iter().filter(|(name, _)| name.as_str() != Some(key)).cloned().collect();
        resource.override_argument("tags", Expression::Object(rest));
    });
}

#[test]
fn a_discovery_tag_that_subnets_lack_is_found() {
    let tag = "karpenter.sh/discovery";
    assert_snapshot!(broken("LINK001", |platform| untag(platform, "aws_subnet.private_b", tag)), @r"
        EC2NodeClass/default in manifests/node-pools/ec2-node-class.yaml selects subnets by `karpenter.sh/discovery: small`, which no subnet in eu-north-1b carries
          mend: set the tag on the private subnet of every zone
        ");
    assert_snapshot!(
        broken("LINK001", |platform| ["a", "b", "c"].iter().for_each(|zone| untag(platform, &format!("aws_subnet.private_{zone}"), tag))),
        @r"
        EC2NodeClass/default in manifests/node-pools/ec2-node-class.yaml selects subnets by `karpenter.sh/discovery: small`, which no subnet carries
          mend: set the tag on the private subnet of every zone
        "
    );
}

#[test]
fn a_discovery_tag_on_no_security_group_or_on_two_is_found() {
    let tag = "karpenter.sh/discovery";
    assert_snapshot!(broken("LINK002", |platform| untag(platform, "aws_security_group.nodes", tag)), @r"
        EC2NodeClass/default in manifests/node-pools/ec2-node-class.yaml selects security groups by `karpenter.sh/discovery: small`, which no security group carries
          mend: set the tag on the security group of the nodes, and on no other
        ");
    assert_snapshot!(broken("LINK002", |platform| copy_resource(platform, "aws_security_group.nodes", "more", |_| {})), @r"
        EC2NodeClass/default in manifests/node-pools/ec2-node-class.yaml selects security groups by `karpenter.sh/discovery: small`, which aws_security_group.nodes and aws_security_group.more carry
          mend: set the tag on the security group of the nodes, and on no other
        ");
}

#[test]
fn a_node_role_that_nobody_declares_or_admits_is_found() {
    assert_snapshot!(broken("LINK003", |platform| set(platform, "EC2NodeClass", "default", "/spec/role", "KarpenterNodeRole")), @r"
        EC2NodeClass/default in manifests/node-pools/ec2-node-class.yaml gives nodes the role `KarpenterNodeRole`, which no stack declares
          mend: name the role of the nodes that the cluster stack declares
        ");
    assert_snapshot!(broken("LINK003", |platform| remove_resource(platform, "aws_eks_access_entry.karpenter_node")), @r"
        EC2NodeClass/default in manifests/node-pools/ec2-node-class.yaml gives nodes the role `small-karpenter-node`, which has no access entry of type `EC2_LINUX`
          mend: declare an `aws_eks_access_entry` of that type for the role
        ");
}

#[test]
fn another_queue_is_found() {
    let queue = value("settings/interruptionQueue");
    assert_snapshot!(broken("LINK004", |platform| set(platform, "Application", "karpenter", &queue, "other")), @r"
        Application/karpenter in manifests/karpenter.yaml listens to the queue `other`, which no stack declares
          mend: set `settings.interruptionQueue` to the name of the queue that the cluster stack declares
        ");
}

#[test]
fn a_service_account_without_its_role_is_found() {
    let account = value("serviceAccount/name");
    assert_snapshot!(broken("LINK005", |platform| set(platform, "Application", "karpenter", &account, "karpenter-sa")), @r"
        aws_eks_pod_identity_association.karpenter in cluster/karpenter.tf.json gives a role to service account `karpenter` of namespace `kube-system`, which no chart uses
          mend: name the service account and namespace of the chart
        Application/karpenter in manifests/karpenter.yaml runs as service account `karpenter-sa` of namespace `kube-system`, to which no stack gives a role
          mend: name the service account and namespace of its `aws_eks_pod_identity_association`
        ");
}

#[test]
fn another_cluster_is_found() {
    let name = value("clusterName");
    assert_snapshot!(broken("LINK006", |platform| set(platform, "Application", "aws-load-balancer-controller", &name, "other")), @r"
        Application/aws-load-balancer-controller in manifests/aws-load-balancer-controller.yaml is told `clusterName: other`, but the cluster stack declares `small`
          mend: set `clusterName` to `small`
        ");
    assert_snapshot!(broken("LINK006", |platform| argue(platform, "data.aws_eks_cluster.main", "name", text("other"))), @r"
        data.aws_eks_cluster.main in add-ons/root.tf.json looks for the cluster `other`, but the cluster stack declares `small`
          mend: look for `small`
        ");
}

#[test]
fn a_target_that_is_not_the_mocks_service_is_found() {
    let replace = |address: &'static str| {
        move |platform: &mut stacks::Platform| {
            edit(platform, "Deployment", PROXY, |object| {
                let args = object.pointer_mut("/spec/template/spec/containers/0/args").unwrap().as_array_mut().unwrap();
                let at = args.iter().position(|arg| arg == "--allow-target").unwrap();
                args[at + 1] = address.into();
            });
        }
    };
    assert_snapshot!(broken("LINK008", replace("mock-target-server-service.services.svc.cluster.local:80")), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml allows the target `mock-target-server-service.services.svc.cluster.local:80`, but Service/mock-target-server-service of namespace `services` does not exist
          mend: name an existing Service and one of its ports
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml does not allow Service/mock-target-server as a target
          mend: add `--allow-target` with the address of Service/mock-target-server
        ");
    assert_snapshot!(broken("LINK008", replace("mock-target-server.services.svc.cluster.local:80")), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml allows the target `mock-target-server.services.svc.cluster.local:80`, but Service/mock-target-server of namespace `services` has no port 80
          mend: name an existing Service and one of its ports
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml does not allow Service/mock-target-server as a target
          mend: add `--allow-target` with the address of Service/mock-target-server
        ");
}

#[test]
fn a_health_check_of_another_port_or_path_is_found() {
    let annotation =
        |name: &str| format!("/metadata/annotations/service.beta.kubernetes.io~1aws-load-balancer-healthcheck-{name}");
    assert_snapshot!(broken("LINK009", |platform| set(platform, "Service", PROXY, &annotation("port"), "9999")), @r"
        Service/cors-proxy-server in manifests/cors-proxy-server/service.yaml checks health on port `9999`, which no container has
          mend: give its health check the port and path of the readiness probe
        ");
    assert_snapshot!(broken("LINK009", |platform| set(platform, "Service", PROXY, &annotation("port"), "8080")), @r"
        Service/cors-proxy-server in manifests/cors-proxy-server/service.yaml checks health on port `8080`, but the readiness probe uses port `admin`
          mend: give its health check the port and path of the readiness probe
        ");
    assert_snapshot!(broken("LINK009", |platform| set(platform, "Service", PROXY, &annotation("path"), "/healthz")), @r"
        Service/cors-proxy-server in manifests/cors-proxy-server/service.yaml checks health at `/healthz`, but the readiness probe uses `/readyz`
          mend: give its health check the port and path of the readiness probe
        ");
}

#[test]
fn a_service_that_leads_nowhere_is_found() {
    assert_snapshot!(broken("LINK010", |platform| set(platform, "Service", PROXY, "/spec/ports/0/targetPort", "web")), @r"
        Service/cors-proxy-server in manifests/cors-proxy-server/service.yaml leads to port `web`, which no container of Deployment/cors-proxy-server has
          mend: name a port of the container in `targetPort`, with its protocol
        ");
    assert_snapshot!(broken("LINK010", |platform| set(platform, "Service", PROXY, "/spec/ports/0/protocol", "UDP")), @r"
        Service/cors-proxy-server in manifests/cors-proxy-server/service.yaml leads to udp port `http`, which no container of Deployment/cors-proxy-server has
          mend: name a port of the container in `targetPort`, with its protocol
        ");
    assert_snapshot!(broken("LINK010", |platform| set(platform, "Service", PROXY, "/spec/selector", json!({ "app": "proxy" }))), @r#"
        Service/cors-proxy-server in manifests/cors-proxy-server/service.yaml selects pods by {"app":"proxy"}, which no Deployment of its namespace gives its pods
          mend: select by a label of the pods' template
        "#);
}

#[test]
fn a_service_that_translates_its_port_is_found() {
    assert_snapshot!(broken("LINK023", |platform| set(platform, "Service", "mock-target-server", "/spec/ports/0/port", 80)), @r"
    Service/mock-target-server in manifests/mock-target-server/service.yaml translates port 80 to 3000 of Deployment/mock-target-server
      mend: give the Service port 3000, and use that port in its callers' addresses
    ");
}

#[test]
fn a_monitor_of_a_port_that_no_service_has_is_found() {
    assert_snapshot!(broken("LINK011", |platform| set(platform, "ServiceMonitor", PROXY, "/spec/endpoints/0/port", "metrics")), @r"
        ServiceMonitor/cors-proxy-server in manifests/cors-proxy-server/service-monitor.yaml scrapes port `metrics`, which no Service that it selects has
          mend: select a Service that has a port of that name
        ");
}

#[test]
fn traffic_that_no_network_policy_admits_is_found() {
    let admitted = |port: usize| format!("/spec/ingress/0/ports/{port}/port");
    assert_snapshot!(broken("LINK012", |platform| set(platform, "NetworkPolicy", PROXY, &admitted(0), 80)), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml receives the clients of Service/cors-proxy-server on tcp port 8080 from 10.0.192.0/22, which no network policy admits
          mend: admit tcp port 8080 from 10.0.192.0/22 in the pods' network policy
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml receives the clients of Service/cors-proxy-server on tcp port 8080 from 10.0.196.0/22, which no network policy admits
          mend: admit tcp port 8080 from 10.0.196.0/22 in the pods' network policy
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml receives the clients of Service/cors-proxy-server on tcp port 8080 from 10.0.200.0/22, which no network policy admits
          mend: admit tcp port 8080 from 10.0.200.0/22 in the pods' network policy
        ");
    assert_snapshot!(broken("LINK012", |platform| set(platform, "NetworkPolicy", PROXY, &admitted(1), 8080)), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml receives health checks on tcp port 9090 from 10.0.192.0/22, which no network policy admits
          mend: admit tcp port 9090 from 10.0.192.0/22 in the pods' network policy
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml receives health checks on tcp port 9090 from 10.0.196.0/22, which no network policy admits
          mend: admit tcp port 9090 from 10.0.196.0/22 in the pods' network policy
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml receives health checks on tcp port 9090 from 10.0.200.0/22, which no network policy admits
          mend: admit tcp port 9090 from 10.0.200.0/22 in the pods' network policy
        ");
    assert_snapshot!(broken("LINK012", |platform| set(platform, "NetworkPolicy", "mock-target-server", &admitted(0), 80)), @r"
        Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml is called by cors-proxy-server on tcp port 3000, which no network policy admits
          mend: admit tcp port 3000 from those pods
        ");
    assert_snapshot!(broken("LINK012", |platform| set(platform, "NetworkPolicy", PROXY, "/spec/egress/1/ports/0/port", 80)), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml calls mock-target-server on tcp port 3000, which no network policy lets its pods reach
          mend: allow egress to tcp port 3000 of those pods
        ");
}

#[test]
fn clients_whose_addresses_are_kept_must_be_admitted_from_everywhere() {
    let annotation = "/metadata/annotations/service.beta.kubernetes.io~1aws-load-balancer-target-group-attributes";
    let keep = |platform: &mut stacks::Platform| {
        set(platform, "Service", PROXY, annotation, "preserve_client_ip.enabled=true");
    };
    assert_snapshot!(broken("LINK012", keep), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml receives the clients of Service/cors-proxy-server on tcp port 8080 from 0.0.0.0/0, which no network policy admits
          mend: admit tcp port 8080 from 0.0.0.0/0 in the pods' network policy
        ");
    let everyone = broken("LINK012", |platform| {
        keep(platform);
        set(platform, "NetworkPolicy", PROXY, "/spec/ingress/0/from", ());
    });
    assert_eq!(everyone, "");
}

#[test]
fn a_rule_for_another_protocol_admits_nothing() {
    let protocol = |direction: &str| format!("/spec/{direction}/ports/0/protocol");
    assert_snapshot!(broken("LINK012", |platform| set(platform, "NetworkPolicy", PROXY, &protocol("egress/0"), "TCP")), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml resolves names by udp on port 53, which no network policy lets its pods reach
          mend: allow egress to udp port 53 of the name servers
        ");
    assert_snapshot!(broken("LINK012", |platform| set(platform, "NetworkPolicy", PROXY, "/spec/egress/0/ports/1/protocol", "UDP")), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml resolves names by tcp on port 53, which no network policy lets its pods reach
          mend: allow egress to tcp port 53 of the name servers
        ");
    assert_snapshot!(broken("LINK012", |platform| set(platform, "NetworkPolicy", "mock-target-server", &protocol("ingress/0"), "UDP")), @r"
        Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml is called by cors-proxy-server on tcp port 3000, which no network policy admits
          mend: admit tcp port 3000 from those pods
        ");
    let range = broken("LINK012", |platform| {
        edit(platform, "NetworkPolicy", "mock-target-server", |policy| {
            policy["spec"]["ingress"][0]["ports"][0] = json!({ "port": 2999, "endPort": 3001 });
        });
    });
    assert_eq!(range, "", "a range of ports admits each, by TCP if it names no protocol");
}

/// The cheapest platform in the partition for the United States government.
const GOV: &str = r#"
[aws]
region = "us-gov-west-1"
[network]
zones = ["us-gov-west-1a", "us-gov-west-1b", "us-gov-west-1c"]
interface_endpoints = ["ecr.api", "sts"]
[cluster]
admin_principal_arns = ["arn:aws-us-gov:iam::111122223333:role/platform-admin"]
"#;

#[test]
fn names_of_another_partition_are_found() {
    assert_eq!(found(&with(GOV), "LINK024"), "");
    let policy = "aws_iam_role_policy_attachment.github_apply";
    let administrator = text("arn:aws:iam::aws:policy/AdministratorAccess");
    let mut platform = with(GOV);
    argue(&mut platform, policy, "policy_arn", administrator);
    argue(&mut platform, "aws_vpc_endpoint.sts", "service_name", text("cn.com.amazonaws.cn-north-1.sts"));
    let nodes = "data.aws_iam_policy_document.karpenter_node_trust";
    argue(&mut platform, nodes, "statement.principals.identifiers", texts(&["ec2.amazonaws.com.cn"]));
    assert_snapshot!(found(&platform, "LINK024"), @r"
    aws_iam_role_policy_attachment.github_apply in bootstrap/github.tf.json names `arn:aws:iam::aws:policy/AdministratorAccess`, but `us-gov-west-1` lies in the partition `aws-us-gov`
      mend: begin the ARN with `arn:aws-us-gov:`
    aws_iam_role.karpenter_node in cluster/karpenter.tf.json trusts `ec2.amazonaws.com.cn`, which is not a service principal of the partition `aws-us-gov`
      mend: name the service under `amazonaws.com`
    aws_vpc_endpoint.sts in cluster/endpoints.tf.json leads to `cn.com.amazonaws.cn-north-1.sts`, which is not the name of a service in `us-gov-west-1`
      mend: begin the name with `com.amazonaws.us-gov-west-1.`
    ");
}
