"""The base nodes, and Karpenter's side of AWS."""

from __future__ import annotations

import json
from typing import Any

from . import Cloud, check, same
from .cluster import of
from .iam import statements
from .network import name_of, subnets

EVENTS = {
    ("aws.health", "AWS Health Event"),
    ("aws.ec2", "EC2 Spot Instance Interruption Warning"),
    ("aws.ec2", "EC2 Instance Rebalance Recommendation"),
    ("aws.ec2", "EC2 Instance State-change Notification"),
    ("aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"),
}


@check("nodes")
def base_nodes_stand_in_every_zone_and_repel_what_is_not_for_them(cloud: Cloud) -> None:
    group, settings = node_group(cloud), cloud.settings["base_nodes"]
    same("subnets", set(group["subnets"]), {one["SubnetId"] for one in subnets(cloud, "private")})
    taint = {"key": "CriticalAddonsOnly", "value": "true", "effect": "NO_SCHEDULE"}
    same("taints", group["taints"], [taint])
    same("labels", group["labels"], {"karpenter.sh/controller": "true"})
    sizes = {"minSize": settings["min_size"], "desiredSize": settings["desired_size"], "maxSize": settings["max_size"]}
    same("sizes", group["scalingConfig"], sizes)


@check("nodes")
def base_nodes_are_what_was_chosen_and_repair_themselves(cloud: Cloud) -> None:
    group, settings = node_group(cloud), cloud.settings["base_nodes"]
    same("instance types", group["instanceTypes"], settings["instance_types"])
    same("image", group["amiType"], settings["ami_type"])
    same("capacity", group["capacityType"], "ON_DEMAND")
    same("version", group["version"], cloud.settings["cluster"]["kubernetes_version"])
    if settings["release_version"]:
        same("release of the image", group["releaseVersion"], settings["release_version"])
    same("repair", group["nodeRepairConfig"], {"enabled": True})
    unavailable = settings["max_unavailable_percentage"]
    same("update", group["updateConfig"], {"maxUnavailablePercentage": unavailable})
    same("role", group["nodeRole"], cloud.settings.role_arn("base-node"))


@check("nodes")
def pods_do_not_reach_the_metadata_of_their_node(cloud: Cloud) -> None:
    options = template(cloud)["MetadataOptions"]
    wanted = {"HttpTokens": "required", "HttpPutResponseHopLimit": 1, "HttpEndpoint": "enabled"}
    same("metadata options", {key: options.get(key) for key in wanted}, wanted)


@check("nodes")
def disks_of_base_nodes_are_encrypted(cloud: Cloud) -> None:
    [disk] = template(cloud)["BlockDeviceMappings"]
    same("device", disk["DeviceName"], "/dev/xvda")
    wanted = {"Encrypted": True, "DeleteOnTermination": True, "VolumeType": "gp3",
              "VolumeSize": cloud.settings["base_nodes"]["volume_size_gib"]}
    same("disk", {key: disk["Ebs"].get(key) for key in wanted}, wanted)


@check("nodes")
def base_nodes_have_the_security_group_of_all_nodes(cloud: Cloud) -> None:
    groups = cloud.all("ec2", "describe_security_groups", "SecurityGroups",
                       GroupIds=template(cloud)["SecurityGroupIds"])
    same("security groups", [name_of(one) for one in groups], [cloud.settings.named("nodes")])


@check("nodes")
def what_is_launched_carries_a_name_and_the_tags_of_its_stack(cloud: Cloud) -> None:
    wanted = {"Name": cloud.settings.named("base-node"), **cloud.settings.tags("cluster")}
    specified = template(cloud)["TagSpecifications"]
    same("what is tagged", {one["ResourceType"] for one in specified}, {"instance", "volume", "network-interface"})
    for one in specified:
        same(f"tags of each {one['ResourceType']}", {tag["Key"]: tag["Value"] for tag in one["Tags"]}, wanted)


@check("karpenter")
def the_queue_is_encrypted_and_forgets_soon(cloud: Cloud) -> None:
    attributes = queue(cloud)
    same("encryption", attributes["SqsManagedSseEnabled"], "true")
    same("retention", attributes["MessageRetentionPeriod"], "300")


@check("karpenter")
def the_queue_takes_events_and_denies_plain_http(cloud: Cloud) -> None:
    found = {one["Sid"]: one for one in json.loads(queue(cloud)["Policy"])["Statement"]}
    same("statements", set(found), {"Send", "DenyHTTP"})
    send, deny = found["Send"], found["DenyHTTP"]
    same("who sends", set(send["Principal"]["Service"]), {"events.amazonaws.com", "sqs.amazonaws.com"})
    same("what is allowed", (send["Effect"], send["Action"], send["Resource"]),
         ("Allow", "sqs:SendMessage", queue(cloud)["QueueArn"]))
    same("what is denied", (deny["Effect"], deny["Action"], deny["Condition"]),
         ("Deny", "sqs:*", {"Bool": {"aws:SecureTransport": "false"}}))


@check("karpenter")
def five_rules_bring_interruptions_to_the_queue(cloud: Cloud) -> None:
    found = set()
    for rule in cloud.all("events", "list_rules", "Rules"):
        same(f"state of {rule['Name']}", rule["State"], "ENABLED")
        pattern = json.loads(rule["EventPattern"])
        found.add((*pattern["source"], *pattern["detail-type"]))
        targets = cloud.all("events", "list_targets_by_rule", "Targets", Rule=rule["Name"])
        same(f"targets of {rule['Name']}", [one["Arn"] for one in targets], [queue(cloud)["QueueArn"]])
    same("events", found, EVENTS)


@check("karpenter")
def karpenter_reads_its_own_queue_and_passes_its_own_role(cloud: Cloud) -> None:
    [read] = statements(cloud, "karpenter-interruption")
    same("queue", read["Resource"], queue(cloud)["QueueArn"])
    passed = [one for one in statements(cloud, "karpenter-iam-integration") if "iam:PassRole" in one["Action"]]
    same("role", [one["Resource"] for one in passed], [cloud.settings.role_arn("karpenter-node")])


@check("karpenter")
def karpenter_touches_only_what_carries_the_tag_of_its_cluster(cloud: Cloud) -> None:
    tag = f"kubernetes.io/cluster/{cloud.settings.name}"
    free = set()
    for statement in statements(cloud, "karpenter-node-lifecycle"):
        equal = statement.get("Condition", {}).get("StringEquals", {})
        if "owned" not in (equal.get(f"aws:ResourceTag/{tag}"), equal.get(f"aws:RequestTag/{tag}")):
            free.add(statement["Sid"])
    same("statements without the tag", free, {"AllowScopedEC2InstanceAccessActions"})


def node_group(cloud: Cloud) -> dict[str, Any]:
    [name] = cloud.all("eks", "list_nodegroups", "nodegroups", **of(cloud))
    return cloud.client("eks").describe_nodegroup(nodegroupName=name, **of(cloud))["nodegroup"]


def template(cloud: Cloud) -> dict[str, Any]:
    """The version of the launch template that the node group uses."""
    used = node_group(cloud)["launchTemplate"]
    versions = cloud.client("ec2").describe_launch_template_versions(
        LaunchTemplateId=used["id"], Versions=[used["version"]])["LaunchTemplateVersions"]
    return versions[0]["LaunchTemplateData"]


def queue(cloud: Cloud) -> dict[str, str]:
    url = cloud.client("sqs").get_queue_url(QueueName=cloud.settings.named("karpenter"))["QueueUrl"]
    return cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
