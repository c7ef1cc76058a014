"""Certificates, which are issued to whoever proves that a name is theirs."""

from __future__ import annotations

import json

from .call import Call
from .router import Router
from .world import World


def declare(router: Router, world: World) -> None:
    """Declares who issues them."""

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


def recorded(world: World, wanted: dict[str, str]) -> bool:
    """Is a record in a zone of the account?"""
    from moto.route53.models import route53_backends

    zones = route53_backends[world.account][world.partition].zones.values()
    records = [record for zone in zones for record in zone.rrsets]
    return any(record.name.rstrip(".") == wanted["Name"].rstrip(".") and record.type == wanted["Type"]
               and wanted["Value"].rstrip(".") in [value.rstrip(".") for value in record.records] for record in records)
