"""The network: subnets and ways out in each zone, and what is closed."""

from __future__ import annotations

import ipaddress
from typing import Any

from . import Cloud, check, expect, same

ANYWHERE = "0.0.0.0/0"


@check("network")
def every_zone_has_a_subnet_of_each_tier_in_its_range(cloud: Cloud) -> None:
    for tier, ranges in cloud.settings["network"]["subnets"].items():
        found = [(one["AvailabilityZone"], one["CidrBlock"]) for one in subnets(cloud, tier)]
        same(f"{tier} subnets", found, list(zip(cloud.settings.zones, ranges)))


@check("network")
def subnets_carry_the_tags_that_controllers_select_them_by(cloud: Cloud) -> None:
    wanted = {"public": {"kubernetes.io/role/elb": "1"}, "intra": {},
              "private": {"kubernetes.io/role/internal-elb": "1", "karpenter.sh/discovery": cloud.settings.name}}
    for tier, role_tags in wanted.items():
        for subnet in subnets(cloud, tier):
            tags = {key: value for key, value in tags_of(subnet).items() if "/" in key}
            same(f"tags of {name_of(subnet)}", tags, role_tags)


@check("network")
def private_subnets_keep_whole_ranges_for_the_prefixes_of_nodes(cloud: Cloud) -> None:
    ec2 = cloud.client("ec2")
    for subnet in subnets(cloud, "private"):
        answer = ec2.get_subnet_cidr_reservations(SubnetId=subnet["SubnetId"])
        found = answer["SubnetIpv4CidrReservations"]
        same(f"kinds of reservations in {name_of(subnet)}", {one["ReservationType"] for one in found}, {"prefix"})
        parts = [ipaddress.IPv4Network(one["Cidr"]) for one in found]
        inside = ipaddress.IPv4Network(subnet["CidrBlock"])
        expect(all(part.subnet_of(inside) for part in parts), f"a reservation leaves {name_of(subnet)}")
        # Each node has two ranges at least.
        nodes = sum(pool["limit_cpu"] for pool in cloud.settings["karpenter"]["node_pools"].values()) // 2
        held = sum(part.num_addresses for part in parts) // 16
        here = nodes // (len(cloud.settings.zones) - 1)
        expect(held >= 2 * here, f"{name_of(subnet)} keeps {held} ranges for {here} nodes")


@check("network")
def no_subnet_hands_out_public_addresses(cloud: Cloud) -> None:
    for subnet in cloud.all("ec2", "describe_subnets", "Subnets", Filters=in_vpc(cloud)):
        expect(not subnet["MapPublicIpOnLaunch"], f"{name_of(subnet)} hands out public addresses")


@check("network")
def every_private_subnet_leaves_through_the_gateway_of_its_own_zone(cloud: Cloud) -> None:
    gateways = {one["NatGatewayId"]: one for one in cloud.all("ec2", "describe_nat_gateways", "NatGateways")
                if one["State"] == "available"}
    zone_of = {one["SubnetId"]: one["AvailabilityZone"] for one in cloud.all("ec2", "describe_subnets", "Subnets")}
    single = cloud.settings["network"]["nat_gateways"] == "single"
    same("number of gateways", len(gateways), 1 if single else len(cloud.settings.zones))
    public = {one["SubnetId"] for one in subnets(cloud, "public")}
    expect(all(one["SubnetId"] in public for one in gateways.values()), "a gateway is not in a public subnet")
    for subnet in subnets(cloud, "private"):
        gateway = gateways[default_route(cloud, subnet)["NatGatewayId"]]
        if not single:
            same(f"zone of the gateway of {name_of(subnet)}", zone_of[gateway["SubnetId"]], subnet["AvailabilityZone"])


@check("network")
def public_subnets_reach_the_internet_and_intra_subnets_nothing(cloud: Cloud) -> None:
    for subnet in subnets(cloud, "public"):
        gateway = default_route(cloud, subnet).get("GatewayId", "")
        expect(gateway.startswith("igw-"), f"{name_of(subnet)} leaves through {gateway!r}")
    for subnet in subnets(cloud, "intra"):
        same(f"way out of {name_of(subnet)}", default_route(cloud, subnet), {})


@check("network")
def the_default_security_group_lets_nothing_through(cloud: Cloud) -> None:
    [group] = cloud.all("ec2", "describe_security_groups", "SecurityGroups",
                        Filters=[*in_vpc(cloud), {"Name": "group-name", "Values": ["default"]}])
    same("rules", (group["IpPermissions"], group["IpPermissionsEgress"]), ([], []))


@check("network")
def every_connection_is_logged(cloud: Cloud) -> None:
    [log] = cloud.all("ec2", "describe_flow_logs", "FlowLogs")
    same("what is logged", (log["ResourceId"], log["TrafficType"]), (vpc(cloud)["VpcId"], "ALL"))
    group = f"/aws/vpc/{cloud.settings.name}/flow-logs"
    same("where to", log["LogDestination"].removesuffix(":*").partition("log-group:")[2], group)
    same("by whom", log["DeliverLogsPermissionArn"], cloud.settings.role_arn("flow-logs"))
    same("every", log["MaxAggregationInterval"], 60)


@check("network")
def aws_is_reached_without_the_way_over_nat(cloud: Cloud) -> None:
    endpoints = cloud.all("ec2", "describe_vpc_endpoints", "VpcEndpoints", Filters=in_vpc(cloud))
    prefix = f"com.amazonaws.{cloud.settings.region}."
    found = {one["ServiceName"].removeprefix(prefix): one for one in endpoints if one["State"] != "deleted"}
    same("endpoints", set(found), {"s3", *cloud.settings["network"]["interface_endpoints"]})
    private = {one["SubnetId"] for one in subnets(cloud, "private")}
    tables = {route_table(cloud, one)["RouteTableId"] for one in subnets(cloud, "private")}
    for service, endpoint in found.items():
        if service == "s3":
            same("route tables of s3", set(endpoint["RouteTableIds"]), tables)
        else:
            same(f"subnets of {service}", set(endpoint["SubnetIds"]), private)
            same(f"private names of {service}", endpoint["PrivateDnsEnabled"], True)


@check("network")
def nodes_are_reached_by_the_control_plane_the_load_balancer_and_each_other_alone(cloud: Cloud) -> None:
    groups = {name_of(one): one["GroupId"] for one in cloud.all("ec2", "describe_security_groups", "SecurityGroups")}
    nodes, control = groups[cloud.settings.named("nodes")], groups[cloud.settings.named("control-plane")]
    balancer = groups[cloud.settings.named("balancer")]
    rules = [one for one in cloud.all("ec2", "describe_security_group_rules", "SecurityGroupRules")
             if one["GroupId"] == nodes and not one["IsEgress"]]
    expect(len(rules) >= 8, f"only {len(rules)} rules are found")
    for rule in rules:
        source = rule.get("ReferencedGroupInfo", {}).get("GroupId")
        expect(source in (nodes, control, balancer), f"{rule.get('Description')} lets in {source or rule.get('CidrIpv4')}")


@check("network")
def one_security_group_alone_carries_the_tags_of_the_nodes(cloud: Cloud) -> None:
    settings = cloud.settings
    for key, value in (("karpenter.sh/discovery", settings.name), (f"kubernetes.io/cluster/{settings.name}", "owned")):
        tagged = cloud.all("ec2", "describe_security_groups", "SecurityGroups",
                           Filters=[{"Name": f"tag:{key}", "Values": [value]}])
        same(f"groups with {key}", [name_of(one) for one in tagged], [settings.named("nodes")])


def tags_of(thing: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in thing.get("Tags", [])}


def name_of(thing: dict[str, Any]) -> str:
    return tags_of(thing).get("Name", "")


def vpc(cloud: Cloud) -> dict[str, Any]:
    name = [{"Name": "tag:Name", "Values": [cloud.settings.name]}]
    [found] = cloud.all("ec2", "describe_vpcs", "Vpcs", Filters=name)
    return found


def in_vpc(cloud: Cloud) -> list[dict[str, Any]]:
    return [{"Name": "vpc-id", "Values": [vpc(cloud)["VpcId"]]}]


def subnets(cloud: Cloud, tier: str) -> list[dict[str, Any]]:
    """The subnets of a tier, by zone."""
    ours = cloud.all("ec2", "describe_subnets", "Subnets", Filters=in_vpc(cloud))
    prefix = cloud.settings.named(f"{tier}-")
    return sorted((one for one in ours if name_of(one).startswith(prefix)), key=lambda one: one["AvailabilityZone"])


def route_table(cloud: Cloud, subnet: dict[str, Any]) -> dict[str, Any]:
    """The one route table that a subnet is associated with."""
    wanted = [{"Name": "association.subnet-id", "Values": [subnet["SubnetId"]]}]
    tables = cloud.all("ec2", "describe_route_tables", "RouteTables", Filters=wanted)
    same(f"number of route tables of {name_of(subnet)}", len(tables), 1)
    return tables[0]


def default_route(cloud: Cloud, subnet: dict[str, Any]) -> dict[str, Any]:
    """The subnet's way to anywhere, or nothing."""
    routes = route_table(cloud, subnet)["Routes"]
    return next((one for one in routes if one.get("DestinationCidrBlock") == ANYWHERE), {})
