//! The rights of the AWS load balancer controller, statement by statement as its project publishes them for 3.5.
//!
//! Source: <https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/docs/install/iam_policy.json>

use synth_bindings::{aws_eks_cluster, aws_eks_pod_identity_association, data::aws_iam_policy_document::statement};
use synth_framework::Stack;

use crate::{
    iam::{allow, condition, grant, pod_role},
    settings::Settings,
};

/// The tag that the controller puts on all that it makes.
const OWN_TAG: &str = "elbv2.k8s.aws/cluster";

/// Declares the controller's role, and ties its service account to it.
pub(super) fn role(settings: &Settings, cluster: &aws_eks_cluster::Handle, stack: &Stack) {
    let controller = &settings.load_balancer_controller;
    let pods = (controller.namespace.as_str(), controller.service_account.as_str());
    let role = pod_role(stack, settings, "aws-load-balancer-controller", pods);
    let partition = settings.aws.partition();
    let statements = [reading(), security_groups(partition), load_balancers(partition)].concat();
    grant(stack, settings, &role, "load-balancer-controller", statements);
    aws_eks_pod_identity_association("load_balancer_controller")
        .cluster_name(cluster.name())
        .namespace(pods.0)
        .service_account(pods.1)
        .role_arn(role.arn())
        .add_to(stack);
}

/// Holds when the request carries the controller's tag.
fn requested(present: bool, statement: statement::Block) -> statement::Block {
    tagged("RequestTag", present, statement)
}

/// Holds when what exists carries the controller's tag.
fn existing(statement: statement::Block) -> statement::Block {
    tagged("ResourceTag", true, statement)
}

fn tagged(kind: &str, present: bool, statement: statement::Block) -> statement::Block {
    let absent = if present { "false" } else { "true" };
    statement.condition(condition("Null", format!("aws:{kind}/{OWN_TAG}"), [absent]))
}

fn prefixed(service: &str, actions: &[&str]) -> Vec<String> {
    actions.iter().map(|action| format!("{service}:{action}")).collect()
}

fn reading() -> Vec<statement::Block> {
    let ec2 = [
        "DescribeAccountAttributes",
        "DescribeAddresses",
        "DescribeAvailabilityZones",
        "DescribeInternetGateways",
        "DescribeVpcs",
        "DescribeVpcPeeringConnections",
        "DescribeSubnets",
        "DescribeSecurityGroups",
        "DescribeInstances",
        "DescribeNetworkInterfaces",
        "DescribeTags",
        "GetCoipPoolUsage",
        "DescribeCoipPools",
        "GetSecurityGroupsForVpc",
        "DescribeIpamPools",
        "DescribeRouteTables",
    ];
    let balancing = [
        "DescribeLoadBalancers",
        "DescribeLoadBalancerAttributes",
        "DescribeListeners",
        "DescribeListenerCertificates",
        "DescribeSSLPolicies",
        "DescribeRules",
        "DescribeTargetGroups",
        "DescribeTargetGroupAttributes",
        "DescribeTargetHealth",
        "DescribeTags",
        "DescribeTrustStores",
        "DescribeListenerAttributes",
        "DescribeCapacityReservation",
    ];
    let neighbours = [
        "cognito-idp:DescribeUserPoolClient",
        "acm:ListCertificates",
        "acm:DescribeCertificate",
        "iam:ListServerCertificates",
        "iam:GetServerCertificate",
        "waf-regional:GetWebACL",
        "waf-regional:GetWebACLForResource",
        "waf-regional:AssociateWebACL",
        "waf-regional:DisassociateWebACL",
        "wafv2:GetWebACL",
        "wafv2:GetWebACLForResource",
        "wafv2:AssociateWebACL",
        "wafv2:DisassociateWebACL",
        "shield:GetSubscriptionState",
        "shield:DescribeProtection",
        "shield:CreateProtection",
        "shield:DeleteProtection",
    ];
    let service_name = ("iam:AWSServiceName", "elasticloadbalancing.amazonaws.com");
    vec![
        allow("CreateServiceLinkedRole", ["iam:CreateServiceLinkedRole"]).resources(["*"]).condition(condition(
            "StringEquals",
            service_name.0,
            [service_name.1],
        )),
        allow("Describe", [prefixed("ec2", &ec2), prefixed("elasticloadbalancing", &balancing)].concat())
            .resources(["*"]),
        allow("Neighbours", neighbours).resources(["*"]),
    ]
}

fn security_groups(partition: &str) -> Vec<statement::Block> {
    let groups = [format!("arn:{partition}:ec2:*:*:security-group/*")];
    let rules = ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"];
    let owned = ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress", "ec2:DeleteSecurityGroup"];
    vec![
        allow("SecurityGroupRules", rules).resources(["*"]),
        allow("CreateSecurityGroup", ["ec2:CreateSecurityGroup"]).resources(["*"]),
        requested(true, allow("TagNewSecurityGroup", ["ec2:CreateTags"]).resources(&groups)).condition(condition(
            "StringEquals",
            "ec2:CreateAction",
            ["CreateSecurityGroup"],
        )),
        existing(requested(
            false,
            allow("TagOwnSecurityGroup", ["ec2:CreateTags", "ec2:DeleteTags"]).resources(&groups),
        )),
        existing(allow("OwnSecurityGroups", owned).resources(["*"])),
    ]
}

fn load_balancers(partition: &str) -> Vec<statement::Block> {
    let arn = |resource: &str| format!("arn:{partition}:elasticloadbalancing:*:*:{resource}");
    let made = ["targetgroup/*/*", "loadbalancer/net/*/*", "loadbalancer/app/*/*"].map(arn);
    let listeners =
        ["listener/net/*/*/*", "listener/app/*/*/*", "listener-rule/net/*/*/*", "listener-rule/app/*/*/*"].map(arn);
    let balancing = |sid: &str, actions: &[&str]| allow(sid, prefixed("elasticloadbalancing", actions));
    let own = [
        "ModifyLoadBalancerAttributes",
        "SetIpAddressType",
        "SetSecurityGroups",
        "SetSubnets",
        "DeleteLoadBalancer",
        "ModifyTargetGroup",
        "ModifyTargetGroupAttributes",
        "DeleteTargetGroup",
        "ModifyListenerAttributes",
        "ModifyCapacityReservation",
        "ModifyIpPools",
    ];
    let rules = [
        "SetWebAcl",
        "ModifyListener",
        "AddListenerCertificates",
        "RemoveListenerCertificates",
        "ModifyRule",
        "SetRulePriorities",
    ];
    vec![
        requested(true, balancing("Create", &["CreateLoadBalancer", "CreateTargetGroup"]).resources(["*"])),
        balancing("Listeners", &["CreateListener", "DeleteListener", "CreateRule", "DeleteRule"]).resources(["*"]),
        existing(requested(false, balancing("TagOwn", &["AddTags", "RemoveTags"]).resources(&made))),
        balancing("TagListeners", &["AddTags", "RemoveTags"]).resources(listeners),
        existing(balancing("ChangeOwn", &own).resources(["*"])),
        requested(true, balancing("TagNew", &["AddTags"]).resources(made)).condition(condition(
            "StringEquals",
            "elasticloadbalancing:CreateAction",
            ["CreateTargetGroup", "CreateLoadBalancer"],
        )),
        balancing("Targets", &["RegisterTargets", "DeregisterTargets"]).resources([arn("targetgroup/*/*")]),
        balancing("ListenerRules", &rules).resources(["*"]),
    ]
}
