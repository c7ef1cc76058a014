"""Names, and the load balancer that Terraform makes: what each leads to, who proves it, and who is let in."""

from __future__ import annotations

from typing import Any

from . import Cloud, check, same
from .iam import statements
from .network import ANYWHERE, subnets

Rules = set[tuple[str, int | str]]


@check("names")
def amazon_alone_signs_certificates_of_the_domain(cloud: Cloud) -> None:
    [record] = records(cloud, cloud.settings["domain"]["name"], "CAA")
    same("authorities", record["ResourceRecords"], [{"Value": '0 issue "amazon.com"'}])


@check("names")
def one_certificate_of_every_name_below_the_domain_is_issued(cloud: Cloud) -> None:
    about = certificate(cloud, f"*.{cloud.settings['domain']['name']}", cloud.settings.region)
    same("status", about["Status"], "ISSUED")
    proof = about["DomainValidationOptions"][0]["ResourceRecord"]
    [record] = records(cloud, proof["Name"].rstrip("."), proof["Type"])
    same("its proof", record["ResourceRecords"], [{"Value": proof["Value"]}])


@check("names")
def external_dns_changes_records_of_its_own_zone_alone(cloud: Cloud) -> None:
    changing = [one for one in statements(cloud, "external-dns") if "route53:ChangeResourceRecordSets" in one["Action"]]
    same("zones", [one["Resource"] for one in changing], [f"arn:aws:route53:::hostedzone/{zone(cloud)}"])


@check("names")
def health_is_asked_of_the_pods_and_their_clients_are_told(cloud: Cloud) -> None:
    groups = {one["TargetGroupName"]: one for one in cloud.all("elbv2", "describe_target_groups", "TargetGroups")
              if one["LoadBalancerArns"] == [balancer(cloud)["LoadBalancerArn"]]}
    edge = "edge" in cloud.settings.stacks()
    same("target groups", set(groups), {cloud.settings.named(one) for one in (["proxy"] if edge else ["proxy", "redirect"])})
    server = cloud.settings["services"]["cors_proxy_server"]
    for name, group in groups.items():
        asked = (group["TargetType"], group["HealthCheckProtocol"], group["HealthCheckPort"], group["HealthCheckPath"])
        same(f"what {name} asks", asked, ("ip", "HTTP", str(server["admin_port"]), "/readyz"))
        attributes = attributes_of(cloud, group)
        same(f"header of {name}", attributes["proxy_protocol_v2.enabled"], "true")
        same(f"addresses of {name}", attributes["preserve_client_ip.enabled"], "false")


@check("names")
def the_load_balancer_reaches_the_pods_and_nothing_else(cloud: Cloud) -> None:
    server = cloud.settings["services"]["cors_proxy_server"]
    ports = {server["port"], server["admin_port"]} | (set() if "edge" in cloud.settings.stacks() else {8081})
    nodes = group(cloud, "nodes")
    same("ways out", rules(cloud, group(cloud, "balancer"), out=True), {(nodes, port) for port in ports})
    inward = {one for one in rules(cloud, nodes, out=False) if one[0] == group(cloud, "balancer")}
    same("ways in to nodes", inward, {(group(cloud, "balancer"), port) for port in ports})


@check("front")
def the_name_of_the_proxy_leads_to_its_load_balancer(cloud: Cloud) -> None:
    [record] = records(cloud, cloud.settings.host(), "A")
    made, alias = balancer(cloud), record["AliasTarget"]
    same("where it leads", (alias["DNSName"].rstrip("."), alias["HostedZoneId"]), (made["DNSName"], made["CanonicalHostedZoneId"]))


@check("front")
def everybody_reaches_it_over_tls_and_what_comes_without_is_sent_there(cloud: Cloud) -> None:
    made, found = balancer(cloud), listeners(cloud)
    # One that nobody has asked for is the internet's, as AWS's API reference has it; moto leaves it out.
    same("scheme", made.get("Scheme", "internet-facing"), "internet-facing")
    same("subnets", {one["SubnetId"] for one in made["AvailabilityZones"]}, {one["SubnetId"] for one in subnets(cloud, "public")})
    same("who is let in", rules(cloud, group(cloud, "balancer"), out=False), {(ANYWHERE, 80), (ANYWHERE, 443)})
    same("protocols", {port: one["Protocol"] for port, one in found.items()}, {443: "TLS", 80: "TCP"})
    about = certificate(cloud, f"*.{cloud.settings['domain']['name']}", cloud.settings.region)
    same("certificate", found[443]["Certificates"][0]["CertificateArn"], about["CertificateArn"])
    names = {one["TargetGroupArn"]: one["TargetGroupName"] for one in cloud.all("elbv2", "describe_target_groups", "TargetGroups")}
    leads = {port: names[one["DefaultActions"][0]["TargetGroupArn"]] for port, one in found.items()}
    same("where they lead", leads, {443: cloud.settings.named("proxy"), 80: cloud.settings.named("redirect")})


def zone(cloud: Cloud) -> str:
    """The id of the domain's zone."""
    name = f"{cloud.settings['domain']['name']}."
    [found] = [one["Id"] for one in cloud.all("route53", "list_hosted_zones", "HostedZones") if one["Name"] == name]
    return found.rpartition("/")[2]


def records(cloud: Cloud, name: str, kind: str = "") -> list[dict[str, Any]]:
    """The records of a name."""
    found = cloud.all("route53", "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone(cloud))
    return [one for one in found if one["Name"].rstrip(".").replace("\\052", "*") == name and kind in ("", one["Type"])]


def certificate(cloud: Cloud, name: str, region: str) -> dict[str, Any]:
    """The one certificate of a name in a region."""
    found = [one["CertificateArn"] for one in cloud.all("acm", "list_certificates", "CertificateSummaryList", region)
             if one["DomainName"] == name]
    same(f"number of certificates of {name} in {region}", len(found), 1)
    return cloud.client("acm", region).describe_certificate(CertificateArn=found[0])["Certificate"]


def balancer(cloud: Cloud) -> dict[str, Any]:
    [found] = cloud.client("elbv2").describe_load_balancers(Names=[cloud.settings.named("proxy")])["LoadBalancers"]
    return found


def listeners(cloud: Cloud) -> dict[int, dict[str, Any]]:
    """The listeners of the load balancer, by port."""
    found = cloud.all("elbv2", "describe_listeners", "Listeners", LoadBalancerArn=balancer(cloud)["LoadBalancerArn"])
    return {one["Port"]: one for one in found}


def attributes_of(cloud: Cloud, target_group: dict[str, Any]) -> dict[str, str]:
    found = cloud.client("elbv2").describe_target_group_attributes(TargetGroupArn=target_group["TargetGroupArn"])
    return {one["Key"]: one["Value"] for one in found["Attributes"]}


def group(cloud: Cloud, name: str) -> str:
    """The security group of a name."""
    wanted = [{"Name": "tag:Name", "Values": [cloud.settings.named(name)]}]
    [found] = cloud.all("ec2", "describe_security_groups", "SecurityGroups", Filters=wanted)
    return found["GroupId"]


def rules(cloud: Cloud, identity: str, out: bool) -> Rules:
    """Whom a security group lets through, and by which port of TCP, or by which protocol and ports."""
    found: Rules = set()
    for rule in cloud.all("ec2", "describe_security_group_rules", "SecurityGroupRules"):
        if rule["GroupId"] == identity and rule["IsEgress"] == out:
            protocol, first, last = rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort")
            who = rule.get("PrefixListId") or rule.get("CidrIpv4") or rule.get("ReferencedGroupInfo", {}).get("GroupId")
            found.add((str(who), first if protocol == "tcp" and first == last else f"{protocol} {first}-{last}"))
    return found
