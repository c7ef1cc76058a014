"""The edge: people are led to CloudFront, it alone leads on, and what it keeps is closed."""

from __future__ import annotations

import json
from typing import Any

from settings import GLOBAL

from . import Cloud, check, expect, same
from .front import balancer, certificate, group, listeners, records, rules
from .network import subnets
from .order import before, when

# The zone of every distribution's name, as the guide of Route 53 says.
ZONE = "Z2FDTNDATAQYW2"
# AWS's list of the addresses by which CloudFront reaches origins.
SERVERS = "com.amazonaws.global.cloudfront.origin-facing"


@check("edge")
def the_name_of_the_proxy_leads_to_the_distribution_by_both_versions_of_ip(cloud: Cloud) -> None:
    found, host = distribution(cloud), cloud.settings.host()
    same("names", found["DistributionConfig"]["Aliases"]["Items"], [host])
    leads = {one["Type"]: (one["AliasTarget"]["DNSName"].rstrip("."), one["AliasTarget"]["HostedZoneId"])
             for one in records(cloud, host)}
    same("where it leads", leads, {kind: (found["DomainName"], ZONE) for kind in ("A", "AAAA")})


@check("edge")
def its_certificate_is_of_the_host_and_lies_where_cloudfront_looks(cloud: Cloud) -> None:
    about = certificate(cloud, cloud.settings.host(), GLOBAL)
    used = distribution(cloud)["DistributionConfig"]["ViewerCertificate"]
    same("certificate", (used["ACMCertificateArn"], about["Status"]), (about["CertificateArn"], "ISSUED"))
    same("what viewers speak", (used["MinimumProtocolVersion"], used["SSLSupportMethod"]), ("TLSv1.2_2021", "sni-only"))


@check("edge")
def the_proxy_is_reached_by_a_vpc_origin_that_leads_to_its_listener(cloud: Cloud) -> None:
    config = distribution(cloud)["DistributionConfig"]
    origins = {one["Id"]: one for one in config["Origins"]["Items"]}
    proxy = origins[config["DefaultCacheBehavior"]["TargetOriginId"]]
    same("name of the origin", proxy["DomainName"], balancer(cloud)["DNSName"])
    identity = proxy["VpcOriginConfig"]["VpcOriginId"]
    endpoint = cloud.client("cloudfront").get_vpc_origin(Id=identity)["VpcOrigin"]["VpcOriginEndpointConfig"]
    same("what it leads to", endpoint["Arn"], balancer(cloud)["LoadBalancerArn"])
    found = {port: one["Protocol"] for port, one in listeners(cloud).items()}
    same("port and protocol", (endpoint["OriginProtocolPolicy"], {endpoint["HTTPPort"]: "TCP"}), ("http-only", found))


@check("edge")
def nobody_but_cloudfront_reaches_the_load_balancer(cloud: Cloud) -> None:
    made = balancer(cloud)
    same("scheme", made["Scheme"], "internal")
    same("subnets", {one["SubnetId"] for one in made["AvailabilityZones"]}, {one["SubnetId"] for one in subnets(cloud, "intra")})
    same("its groups", made["SecurityGroups"], [group(cloud, "balancer")])
    lists = cloud.all("ec2", "describe_managed_prefix_lists", "PrefixLists", Filters=[{"Name": "prefix-list-name", "Values": [SERVERS]}])
    same("who is let in", rules(cloud, group(cloud, "balancer"), out=False), {(lists[0]["PrefixListId"], 80)})


@check("edge")
def requests_pass_a_firewall_that_limits_each_address(cloud: Cloud) -> None:
    api, name = cloud.client("wafv2", GLOBAL), cloud.settings.named("edge")
    [one] = [one for one in api.list_web_acls(Scope="CLOUDFRONT")["WebACLs"] if one["Name"] == name]
    same("the distribution's", distribution(cloud)["DistributionConfig"]["WebACLId"], one["ARN"])
    rules_of = api.get_web_acl(Name=name, Scope="CLOUDFRONT", Id=one["Id"])["WebACL"]["Rules"]
    limit = [rule for rule in rules_of if "RateBasedStatement" in rule["Statement"]]
    found = [(rule["Statement"]["RateBasedStatement"]["Limit"], list(rule["Action"])) for rule in limit]
    same("limits", found, [(cloud.settings["edge"]["requests_per_five_minutes"], ["Block"])])
    groups = [rule["Statement"]["ManagedRuleGroupStatement"]["Name"] for rule in rules_of if rule not in limit]
    expect(len(groups) >= 3, f"of AWS's rules there are {groups}")
    log = api.get_logging_configuration(ResourceArn=one["ARN"])["LoggingConfiguration"]
    same("hidden", {field["SingleHeader"]["Name"] for field in log["RedactedFields"]}, {"authorization", "cookie"})
    same("kept", (log["LoggingFilter"]["DefaultBehavior"], [one["Behavior"] for one in log["LoggingFilter"]["Filters"]]), ("DROP", ["KEEP"]))


@check("edge")
def static_content_is_read_by_this_distribution_alone(cloud: Cloud) -> None:
    bucket, found = f"{cloud.settings.named('pages')}-{cloud.settings.account}", distribution(cloud)
    closed(cloud, bucket, cloud.settings.region)
    [admitted] = admitting(cloud, bucket)
    same("who reads", (admitted["Principal"], admitted["Action"], admitted["Resource"]),
         ({"Service": "cloudfront.amazonaws.com"}, "s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    same("for whom", admitted["Condition"], {"StringEquals": {"AWS:SourceArn": found["ARN"]}})
    origins = {one["Id"]: one for one in found["DistributionConfig"]["Origins"]["Items"]}
    for behavior in found["DistributionConfig"]["CacheBehaviors"]["Items"]:
        control = cloud.client("cloudfront").get_origin_access_control(Id=origins[behavior["TargetOriginId"]]["OriginAccessControlId"])
        same("what is signed", control["OriginAccessControl"]["OriginAccessControlConfig"]["SigningBehavior"], "always")
    page = cloud.client("s3").get_object(Bucket=bucket, Key=found["DistributionConfig"]["DefaultRootObject"])
    same("the page", page["ContentType"], "text/html; charset=utf-8")


@check("edge")
def requests_are_written_down_in_a_bucket_that_nobody_reads(cloud: Cloud) -> None:
    logs, bucket = cloud.client("logs", GLOBAL), f"{cloud.settings.named('edge-logs')}-{cloud.settings.account}"
    closed(cloud, bucket, GLOBAL)
    same("who writes", [(one["Principal"], one["Action"]) for one in admitting(cloud, bucket)],
         [({"Service": "delivery.logs.amazonaws.com"}, "s3:PutObject")])
    name = cloud.settings.named("edge")
    same("source", logs.get_delivery_source(name=name)["deliverySource"]["resourceArns"], [distribution(cloud)["ARN"]])
    to = logs.get_delivery_destination(name=name)["deliveryDestination"]
    same("destination", to["deliveryDestinationConfiguration"]["destinationResourceArn"], f"arn:aws:s3:::{bucket}")
    deliveries = cloud.all("logs", "describe_deliveries", "deliveries", GLOBAL)
    same("deliveries", [(one["deliverySourceName"], one["deliveryDestinationArn"]) for one in deliveries], [(name, to["arn"])])


@check("edge")
def somebody_is_told_when_the_edge_is_ill(cloud: Cloud) -> None:
    found = cloud.all("cloudwatch", "describe_alarms", "MetricAlarms", GLOBAL)
    topics = [cloud.settings["edge"]["alarm_topic_arn"]]
    same("topics", [one["AlarmActions"] for one in found], [topics] * 3)
    metrics = {one["MetricName"]: {each["Name"]: each["Value"] for each in one["Dimensions"]} for one in found}
    of_distribution = {"DistributionId": distribution(cloud)["Id"], "Region": "Global"}
    same("metrics", metrics, {"5xxErrorRate": of_distribution, "OriginLatency": of_distribution,
                              "BlockedRequests": {"WebACL": cloud.settings.named("edge"), "Rule": "ALL"}})
    asked = cloud.client("cloudfront").get_monitoring_subscription(DistributionId=distribution(cloud)["Id"])
    config = asked["MonitoringSubscription"]["RealtimeMetricsSubscriptionConfig"]
    same("metrics that cost", config["RealtimeMetricsSubscriptionStatus"], "Enabled")


@check("without edge")
def destroying_leaves_nothing_of_the_edge(cloud: Cloud) -> None:
    after, known = cloud.inventories["without edge"], cloud.inventories["add-ons"]
    same("what is left", sorted(after.keys() - known.keys()), [])
    same("what is missing", sorted(known.keys() - after.keys()), [])
    same("its records", records(cloud, cloud.settings.host()), [])
    same("what CloudFront has", sorted(cloud.gateway.world.fronts), [])
    api = cloud.client("cloudfront").list_origin_access_controls()["OriginAccessControlList"]
    same("what signs", api["Quantity"], 0)


@check("order")
def the_edge_leaves_before_the_load_balancer_that_it_holds(cloud: Cloud) -> None:
    origin = when(cloud, "cloudfront", r"DELETE /2020-05-31/vpc-origin/[^/]+")
    before(cloud, "the end of the VPC origin", origin, when(cloud, "elasticloadbalancing", "DeleteLoadBalancer"))
    before(cloud, "the end of the distribution", when(cloud, "cloudfront", r"DELETE /2020-05-31/distribution/[^/]+"), origin)


def distribution(cloud: Cloud) -> dict[str, Any]:
    """The one distribution of the account."""
    [found] = cloud.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    return cloud.client("cloudfront").get_distribution(Id=found["Id"])["Distribution"]


def closed(cloud: Cloud, bucket: str, region: str) -> None:
    """Fails unless a bucket cannot be opened, and encrypts."""
    s3 = cloud.client("s3", region)
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    same(f"what of {bucket} is blocked", set(block.values()), {True})
    rule = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    same(f"encryption of {bucket}", rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"], "AES256")
    location = s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] or GLOBAL
    same(f"region of {bucket}", location, region)


def admitting(cloud: Cloud, bucket: str) -> list[dict[str, Any]]:
    """The statements of a bucket's policy that allow something."""
    policy = json.loads(cloud.client("s3").get_bucket_policy(Bucket=bucket)["Policy"])
    return [one for one in policy["Statement"] if one["Effect"] == "Allow"]
