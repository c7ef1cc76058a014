"""Reads roles and policies, and checks what is common to all of them."""

from __future__ import annotations

import json
from typing import Any

from . import Cloud, check, expect, same

LIMIT = 6_144
NODE_POLICIES = {"AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonSSMManagedInstanceCore"}
KARPENTER_POLICIES = ["karpenter-node-lifecycle", "karpenter-iam-integration", "karpenter-eks-integration",
                      "karpenter-interruption", "karpenter-zonal-shift", "karpenter-resource-discovery"]


@check("policies")
def every_policy_of_the_account_is_under_the_limit(cloud: Cloud) -> None:
    policies = cloud.all("iam", "list_policies", "Policies", Scope="Local")
    expect(len(policies) >= 10, f"only {len(policies)} policies are found")
    for policy in policies:
        size = len(json.dumps(by_arn(cloud, policy["Arn"]), separators=(",", ":")))
        expect(size < LIMIT, f"{policy['PolicyName']} has {size} characters, and the limit is {LIMIT}")


@check("policies")
def every_policy_of_the_account_is_attached_once(cloud: Cloud) -> None:
    for policy in cloud.all("iam", "list_policies", "Policies", Scope="Local"):
        roles = cloud.client("iam").list_entities_for_policy(PolicyArn=policy["Arn"])["PolicyRoles"]
        same(f"roles with {policy['PolicyName']}", len(roles), 1)


@check("policies")
def roles_have_the_policies_that_belong_to_them(cloud: Cloud) -> None:
    named = cloud.settings.named
    wanted = {
        "cluster": {"AmazonEKSClusterPolicy", named("cluster-secrets")},
        "base-node": NODE_POLICIES, "karpenter-node": NODE_POLICIES,
        "vpc-cni": {"AmazonEKS_CNI_Policy"}, "ebs-csi": {"AmazonEBSCSIDriverPolicy"},
        "karpenter": set(map(named, KARPENTER_POLICIES)),
        "aws-load-balancer-controller": {named("load-balancer-controller")},
        "backup": {"AWSBackupServiceRolePolicyForS3Backup", "AWSBackupServiceRolePolicyForS3Restore"},
    }
    for role, policies in wanted.items():
        same(f"policies of {role}", attached(cloud, role), policies)


@check("policies")
def every_attached_policy_of_aws_exists(cloud: Cloud) -> None:
    for role in cloud.all("iam", "list_roles", "Roles"):
        for policy in cloud.all("iam", "list_attached_role_policies", "AttachedPolicies", RoleName=role["RoleName"]):
            by_arn(cloud, policy["PolicyArn"])


@check("policies")
def each_role_of_pods_goes_to_one_service_account_of_this_cluster(cloud: Cloud) -> None:
    settings = cloud.settings
    cluster = f"arn:aws:eks:{settings.region}:{settings.account}:cluster/{settings.name}"
    for role, (namespace, account) in settings.pod_roles().items():
        [statement] = trust(cloud, role)["Statement"]
        same(f"principal of {role}", statement["Principal"], {"Service": "pods.eks.amazonaws.com"})
        same(f"actions of {role}", set(statement["Action"]), {"sts:AssumeRole", "sts:TagSession"})
        taken_by = {"aws:SourceAccount": settings.account, "aws:RequestTag/eks-cluster-arn": cluster,
                    "aws:RequestTag/kubernetes-namespace": namespace,
                    "aws:RequestTag/kubernetes-service-account": account}
        same(f"condition of {role}", statement["Condition"], {"StringEquals": taken_by})


@check("policies")
def services_take_their_roles_and_nobody_else(cloud: Cloud) -> None:
    wanted = {"cluster": "eks.amazonaws.com", "base-node": "ec2.amazonaws.com", "karpenter-node": "ec2.amazonaws.com",
              "flow-logs": "vpc-flow-logs.amazonaws.com", "backup": "backup.amazonaws.com"}
    for role, service in wanted.items():
        principals = [one["Principal"] for one in trust(cloud, role)["Statement"]]
        same(f"principals of {role}", principals, [{"Service": service}])


@check("policies")
def the_service_linked_role_for_spot_is_there(cloud: Cloud) -> None:
    if cloud.settings["karpenter"]["spot_service_linked_role"] == "create":
        path = "/aws-service-role/spot.amazonaws.com/"
        same("roles", len(cloud.all("iam", "list_roles", "Roles", PathPrefix=path)), 1)


def trust(cloud: Cloud, role: str) -> dict[str, Any]:
    """Who may take a role."""
    return cloud.client("iam").get_role(RoleName=cloud.settings.named(role))["Role"]["AssumeRolePolicyDocument"]


def attached(cloud: Cloud, role: str) -> set[str]:
    """The names of the policies of a role."""
    name = cloud.settings.named(role)
    policies = cloud.all("iam", "list_attached_role_policies", "AttachedPolicies", RoleName=name)
    return {policy["PolicyName"] for policy in policies}


def document(cloud: Cloud, policy: str) -> dict[str, Any]:
    """A policy of the account's own."""
    return by_arn(cloud, f"arn:aws:iam::{cloud.settings.account}:policy/{cloud.settings.named(policy)}")


def by_arn(cloud: Cloud, arn: str) -> dict[str, Any]:
    """The version of a policy that is in force."""
    version = cloud.client("iam").get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return cloud.client("iam").get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def statements(cloud: Cloud, policy: str) -> list[dict[str, Any]]:
    found = document(cloud, policy)["Statement"]
    return found if isinstance(found, list) else [found]
