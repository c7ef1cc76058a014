"""The order in which things were made and destroyed: what moto lets pass in any order, AWS does not."""

from __future__ import annotations

import re

from . import Cloud, check, expect

CLUSTER = r"POST /clusters"
ADD_ON = r"POST /clusters/[^/]+/addons"
NODES = r"POST /clusters/[^/]+/node-groups"
NO_CLUSTER = r"DELETE /clusters/[^/]+"
NO_ADD_ON = r"DELETE /clusters/[^/]+/addons/.+"
NO_NODES = r"DELETE /clusters/[^/]+/node-groups/[^/]+"


@check("order")
def the_cluster_finds_its_role_and_its_log_group(cloud: Cloud) -> None:
    cluster = when(cloud, "eks", CLUSTER)
    before(cloud, "policies of the role", when(cloud, "iam", "AttachRolePolicy", RoleName="cluster"), cluster)
    group = f"/aws/eks/{cloud.settings.name}/cluster"
    before(cloud, "the log group", when(cloud, "logs", "CreateLogGroup", logGroupName=group), cluster)


@check("order")
def nodes_find_what_makes_them_ready(cloud: Cloud) -> None:
    nodes = when(cloud, "eks", NODES)
    for name in ("vpc-cni", "kube-proxy", "eks-pod-identity-agent"):
        before(cloud, name, when(cloud, "eks", ADD_ON, addonName=name), nodes)
    before(cloud, "policies of the role", when(cloud, "iam", "AttachRolePolicy", RoleName="base-node"), nodes)
    before(cloud, "ways out", when(cloud, "ec2", "CreateRoute"), nodes)
    before(cloud, "rules", when(cloud, "ec2", "AuthorizeSecurityGroup(Ingress|Egress)"), nodes)


@check("order")
def add_ons_that_schedule_pods_find_nodes(cloud: Cloud) -> None:
    nodes = when(cloud, "eks", NODES)
    for name in ("coredns", "aws-ebs-csi-driver", "eks-node-monitoring-agent"):
        before(cloud, "nodes", nodes, when(cloud, "eks", ADD_ON, addonName=name))


@check("order")
def nodes_leave_while_they_still_can(cloud: Cloud) -> None:
    gone = when(cloud, "eks", NO_NODES)
    after = when(cloud, "eks", r"DELETE /clusters/[^/]+/addons/(vpc-cni|kube-proxy|eks-pod-identity-agent).*")
    before(cloud, "the end of nodes", gone, after)
    detached = when(cloud, "iam", "DetachRolePolicy", RoleName="base-node")
    before(cloud, "the end of nodes", gone, detached)
    before(cloud, "the end of nodes", gone, when(cloud, "ec2", "DeleteRoute"))
    before(cloud, "the end of nodes", gone, when(cloud, "ec2", "DeleteNatGateway"))
    before(cloud, "the end of nodes", gone, when(cloud, "ec2", "DeleteLaunchTemplate"))


@check("order")
def the_cluster_leaves_before_what_it_stands_on(cloud: Cloud) -> None:
    gone = when(cloud, "eks", NO_CLUSTER)
    before(cloud, "the end of add-ons", when(cloud, "eks", NO_ADD_ON), gone)
    detached = when(cloud, "iam", "DetachRolePolicy", RoleName="cluster")
    before(cloud, "the end of the cluster", gone, detached)
    asked = cloud.gateway.world.asked["cluster", cloud.settings.name]["resourcesVpcConfig"]
    for group in asked["securityGroupIds"]:
        before(cloud, "the end of the cluster", gone, when(cloud, "ec2", "DeleteSecurityGroup", GroupId=group))
    for subnet in asked["subnetIds"]:
        before(cloud, "the end of the cluster", gone, when(cloud, "ec2", "DeleteSubnet", SubnetId=subnet))
    group = f"/aws/eks/{cloud.settings.name}/cluster"
    before(cloud, "the end of the cluster", gone, when(cloud, "logs", "DeleteLogGroup", logGroupName=group))


@check("order")
def the_way_to_the_internet_leaves_last(cloud: Cloud) -> None:
    detached = when(cloud, "ec2", "DetachInternetGateway")
    before(cloud, "the end of gateways", when(cloud, "ec2", "DeleteNatGateway"), detached)
    before(cloud, "the release of addresses", when(cloud, "ec2", "ReleaseAddress"), detached)


def when(cloud: Cloud, service: str, name: str, **fields: str) -> list[int]:
    """The places, among all changes that succeeded, of an operation on what the fields say."""
    def fits(key: str, wanted: str, found: str) -> bool:
        return found == (cloud.settings.named(wanted) if key == "RoleName" else wanted)

    changes = enumerate(cloud.gateway.changes)
    return [place for place, call in changes if call.service == service and re.fullmatch(name, call.name)
            and all(fits(key, wanted, call.field(key)) for key, wanted in fields.items())]


def before(cloud: Cloud, what: str, first: list[int], then: list[int]) -> None:
    """Fails unless all of the first came before any of the others."""
    expect(first, f"{what}: nothing of it was seen")
    expect(then, f"{what}: nothing was seen to come after it")
    latest, next_ = max(first), min(then)
    changes = cloud.gateway.changes
    expect(latest < next_, f"{what}: `{changes[latest]}` came after `{changes[next_]}`")
