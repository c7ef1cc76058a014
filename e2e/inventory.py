"""Lists what an account holds, with the tags of each thing, service by service."""

from __future__ import annotations

from typing import Any

from settings import GLOBAL

Tags = dict[str, str]

# Operation, key of the answer, key of the identity; what EC2 keeps as a tombstone has a state.
EC2 = [
    ("describe_vpcs", "Vpcs", "VpcId"),
    ("describe_subnets", "Subnets", "SubnetId"),
    ("describe_route_tables", "RouteTables", "RouteTableId"),
    ("describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    ("describe_nat_gateways", "NatGateways", "NatGatewayId"),
    ("describe_addresses", "Addresses", "AllocationId"),
    ("describe_security_groups", "SecurityGroups", "GroupId"),
    ("describe_security_group_rules", "SecurityGroupRules", "SecurityGroupRuleId"),
    ("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    ("describe_flow_logs", "FlowLogs", "FlowLogId"),
    ("describe_launch_templates", "LaunchTemplates", "LaunchTemplateId"),
]


def take(cloud: Any) -> dict[str, Tags]:
    """Everything that can carry tags, by service and identity."""
    found: dict[str, Tags] = {}
    for lister in (ec2, iam, kms, eks, messages, storage, names, edge):
        found |= lister(cloud)
    return found


def pairs(tags: list[dict[str, str]] | None, key: str = "Key", value: str = "Value") -> Tags:
    return {tag[key]: tag[value] for tag in tags or []}


def ec2(cloud: Any) -> dict[str, Tags]:
    """Networks, and what nodes are made from; a VPC's main route table is made by itself, like a default route."""
    found = {}
    for operation, key, identity in EC2:
        for item in cloud.all("ec2", operation, key):
            gone = item.get("State") in ("deleted", "deleting")
            if not gone and not any(one.get("Main") for one in item.get("Associations", [])):
                found[f"{key}/{item[identity]}"] = pairs(item.get("Tags"))
    return found


def iam(cloud: Any) -> dict[str, Tags]:
    """Roles, policies of the account's own, and identity providers."""
    api, found = cloud.client("iam"), {}
    for role in cloud.all("iam", "list_roles", "Roles"):
        name = role["RoleName"]
        found[f"role/{name}"] = pairs(cloud.all("iam", "list_role_tags", "Tags", RoleName=name))
    for policy in cloud.all("iam", "list_policies", "Policies", Scope="Local"):
        tags = cloud.all("iam", "list_policy_tags", "Tags", PolicyArn=policy["Arn"])
        found[f"policy/{policy['PolicyName']}"] = pairs(tags)
    for provider in api.list_open_id_connect_providers()["OpenIDConnectProviderList"]:
        arn = provider["Arn"]
        tags = cloud.all("iam", "list_open_id_connect_provider_tags", "Tags", OpenIDConnectProviderArn=arn)
        found[f"identity provider/{arn}"] = pairs(tags)
    return found


def kms(cloud: Any) -> dict[str, Tags]:
    """Keys of the account's own that are not on their way out."""
    api, found = cloud.client("kms"), {}
    for key in cloud.all("kms", "list_keys", "Keys"):
        about = api.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        if about["KeyManager"] == "CUSTOMER" and about["KeyState"] == "Enabled":
            tags = cloud.all("kms", "list_resource_tags", "Tags", KeyId=key["KeyId"])
            found[f"key/{about['Description']}"] = pairs(tags, "TagKey", "TagValue")
    return found


def eks(cloud: Any) -> dict[str, Tags]:
    """Clusters with all that belongs to them."""
    api, found = cloud.client("eks"), {}
    for name in cloud.all("eks", "list_clusters", "clusters"):
        found[f"cluster/{name}"] = api.describe_cluster(name=name)["cluster"]["tags"]
        for group in cloud.all("eks", "list_nodegroups", "nodegroups", clusterName=name):
            about = api.describe_nodegroup(clusterName=name, nodegroupName=group)["nodegroup"]
            found[f"node group/{name}/{group}"] = about["tags"]
        for addon in cloud.all("eks", "list_addons", "addons", clusterName=name):
            about = api.describe_addon(clusterName=name, addonName=addon)["addon"]
            found[f"add-on/{name}/{addon}"] = about["tags"]
        for principal in cloud.all("eks", "list_access_entries", "accessEntries", clusterName=name):
            about = api.describe_access_entry(clusterName=name, principalArn=principal)["accessEntry"]
            found[f"access entry/{name}/{principal}"] = about["tags"]
        for one in cloud.all("eks", "list_pod_identity_associations", "associations", clusterName=name):
            about = api.describe_pod_identity_association(clusterName=name, associationId=one["associationId"])
            if "ownerArn" not in about["association"]:
                found[f"pod identity/{name}/{one['serviceAccount']}"] = about["association"]["tags"]
    return found


def messages(cloud: Any) -> dict[str, Tags]:
    """Queues, event rules and log groups."""
    found = {}
    for url in cloud.all("sqs", "list_queues", "QueueUrls"):
        name = url.rpartition("/")[2]
        found[f"queue/{name}"] = cloud.client("sqs").list_queue_tags(QueueUrl=url).get("Tags", {})
    for rule in cloud.all("events", "list_rules", "Rules"):
        tags = cloud.client("events").list_tags_for_resource(ResourceARN=rule["Arn"])["Tags"]
        found[f"rule/{rule['Name']}"] = pairs(tags)
    for group in cloud.all("logs", "describe_log_groups", "logGroups"):
        tags = cloud.client("logs").list_tags_for_resource(resourceArn=group["arn"].removesuffix(":*"))["tags"]
        found[f"log group/{group['logGroupName']}"] = tags
    return found


def storage(cloud: Any) -> dict[str, Tags]:
    """Buckets, backups and image repositories."""
    found, s3 = {}, cloud.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        found[f"bucket/{bucket['Name']}"] = pairs(s3.get_bucket_tagging(Bucket=bucket["Name"])["TagSet"])
    backup = cloud.client("backup")
    for vault in backup.list_backup_vaults()["BackupVaultList"]:
        found[f"vault/{vault['BackupVaultName']}"] = backup.list_tags(ResourceArn=vault["BackupVaultArn"])["Tags"]
    for plan in backup.list_backup_plans()["BackupPlansList"]:
        found[f"backup plan/{plan['BackupPlanName']}"] = backup.list_tags(ResourceArn=plan["BackupPlanArn"])["Tags"]
    for repository in cloud.all("ecr", "describe_repositories", "repositories"):
        tags = cloud.client("ecr").list_tags_for_resource(resourceArn=repository["repositoryArn"])["tags"]
        found[f"repository/{repository['repositoryName']}"] = pairs(tags)
    return found


def names(cloud: Any) -> dict[str, Tags]:
    """Load balancers with all that belongs to them, zones, and certificates."""
    found, api = {}, cloud.client("elbv2")
    for kind, operation, key, name in (("load balancer", "describe_load_balancers", "LoadBalancers", "LoadBalancerName"),
                                       ("target group", "describe_target_groups", "TargetGroups", "TargetGroupName")):
        for one in cloud.all("elbv2", operation, key):
            arn = one[f"{key.removesuffix('s')}Arn"]
            found[f"{kind}/{one[name]}"] = of_balancing(api, arn)
            for listener in api.describe_listeners(LoadBalancerArn=arn)["Listeners"] if kind == "load balancer" else []:
                found[f"listener/{one[name]}/{listener['Port']}"] = of_balancing(api, listener["ListenerArn"])
    for zone in cloud.all("route53", "list_hosted_zones", "HostedZones"):
        identity = zone["Id"].rpartition("/")[2]
        tags = cloud.client("route53").list_tags_for_resource(ResourceType="hostedzone", ResourceId=identity)
        found[f"zone/{zone['Name']}"] = pairs(tags["ResourceTagSet"]["Tags"])
    for region in sorted({cloud.settings.region, GLOBAL}):
        for one in cloud.all("acm", "list_certificates", "CertificateSummaryList", region):
            tags = cloud.client("acm", region).list_tags_for_certificate(CertificateArn=one["CertificateArn"])
            found[f"certificate/{region}/{one['DomainName']}"] = pairs(tags["Tags"])
    return found


def of_balancing(api: Any, arn: str) -> Tags:
    [found] = api.describe_tags(ResourceArns=[arn])["TagDescriptions"]
    return pairs(found["Tags"])


def edge(cloud: Any) -> dict[str, Tags]:
    """Distributions, VPC origins and web ACLs; what is beside them in the region of what is global."""
    found, api = {}, cloud.client("cloudfront")
    arns = {f"{kind}/{identity}": made["Arn"] for (kind, identity), made in cloud.gateway.world.fronts.items()
            if kind in ("distribution", "vpcorigin")}
    for name, arn in arns.items():
        found[name] = pairs(api.list_tags_for_resource(Resource=arn)["Tags"]["Items"])
    wafv2 = cloud.client("wafv2", GLOBAL)
    for one in wafv2.list_web_acls(Scope="CLOUDFRONT")["WebACLs"]:
        tags = wafv2.list_tags_for_resource(ResourceARN=one["ARN"])["TagInfoForResource"]["TagList"]
        found[f"web ACL/{one['Name']}"] = pairs(tags)
    logs = cloud.client("logs", GLOBAL)
    if cloud.settings.region != GLOBAL:
        for group in cloud.all("logs", "describe_log_groups", "logGroups", GLOBAL):
            found[f"log group/{group['logGroupName']}"] = logs.list_tags_for_resource(resourceArn=group["arn"].removesuffix(":*"))["tags"]
    for alarm in cloud.all("cloudwatch", "describe_alarms", "MetricAlarms", GLOBAL):
        tags = cloud.client("cloudwatch", GLOBAL).list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
        found[f"alarm/{alarm['AlarmName']}"] = pairs(tags)
    for kind, operation, key in (("delivery source", "describe_delivery_sources", "deliverySources"),
                                 ("delivery destination", "describe_delivery_destinations", "deliveryDestinations"),
                                 ("delivery", "describe_deliveries", "deliveries")):
        for one in cloud.all("logs", operation, key, GLOBAL):
            found[f"{kind}/{one.get('name') or one['id']}"] = one.get("tags", {})
    return found
