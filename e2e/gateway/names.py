"""What names and the edge need of other services: certificates that are proved, and AWS's list of CloudFront's servers."""

from __future__ import annotations

import json

from .call import Call
from .router import Router
from .world import World

# AWS's list of the addresses by which CloudFront reaches origins.
SERVERS = "com.amazonaws.global.cloudfront.origin-facing"


def declare(router: Router, world: World) -> None:
    """Declares both."""

    @router.correct("acm", "DescribeCertificate")
    def a_certificate_is_issued_once_its_records_are_there(call: Call, text: str) -> str:
        """moto issues it after a minute, whether anybody has proved anything or not."""
        from moto.acm.models import acm_backends

        body = json.loads(text)
        certificate = body["Certificate"]
        asked = certificate.get("DomainValidationOptions", [])
        if certificate["Status"] == "PENDING_VALIDATION" and asked and all(recorded(world, one["ResourceRecord"]) for one in asked):
            acm_backends[world.account][call.region].get_certificate(certificate["CertificateArn"]).status = "ISSUED"
            certificate["Status"] = "ISSUED"
            for one in asked:
                one["ValidationStatus"] = "SUCCESS"
        return json.dumps(body)

    @router.action("ec2", "DescribeManagedPrefixLists")
    def the_servers_of_cloudfront_are_listed(call: Call) -> None:
        """moto lists those of S3 and DynamoDB alone."""
        from moto.ec2.models import ec2_backends

        backend = ec2_backends[world.account][call.region]
        if all(one.prefix_list_name != SERVERS for one in backend.managed_prefix_lists.values()):
            backend._create_aws_managed_prefix_list(SERVERS, "IPv4", [{"Cidr": "120.52.22.96/27", "Description": ""}])


def recorded(world: World, wanted: dict[str, str]) -> bool:
    """Is a record in a zone of the account?"""
    from moto.route53.models import route53_backends

    zones = route53_backends[world.account][world.partition].zones.values()
    records = [record for zone in zones for record in zone.rrsets]
    return any(record.name.rstrip(".") == wanted["Name"].rstrip(".") and record.type == wanted["Type"]
               and wanted["Value"].rstrip(".") in [value.rstrip(".") for value in record.records] for record in records)
