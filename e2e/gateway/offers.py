"""What AWS offers to everybody: images of nodes, by public parameters, and vCPUs, by quotas. moto has neither."""

from __future__ import annotations

from .call import Answer, Call, Refused
from .router import Router
from .world import World

IMAGES = ("/aws/service/eks/", "/aws/service/bottlerocket/")
# vCPUs of Spot instances, for which the account has a quota of its own; for others it has what all have.
SPOT = "L-34B43A08"


def declare(router: Router, world: World) -> None:
    """Declares who answers for these."""

    @router.route("ssm", "", "POST", "/")
    def parameter(call: Call) -> Answer | None:
        name = call.field("Name")
        if call.action != "GetParameter" or not name.startswith(IMAGES):
            return None
        if name not in world.parameters:
            raise Refused(400, "ParameterNotFound", "", __type="ParameterNotFound")
        return Answer({"Parameter": {"Name": name, "Type": "String", "Value": world.parameters[name], "Version": 1}})

    @router.route("servicequotas", "", "POST", "/")
    def quota(call: Call) -> Answer | None:
        asked = {key: call.field(key) for key in ("ServiceCode", "QuotaCode")}
        if asked["ServiceCode"] != "ec2":
            return None
        if call.action == "GetAWSDefaultServiceQuota" or (call.action, asked["QuotaCode"]) == ("GetServiceQuota", SPOT):
            return Answer({"Quota": {**asked, "Value": world.vcpus}})
        if call.action == "RequestServiceQuotaIncrease":
            return Answer({"RequestedQuota": {**asked, "DesiredValue": call.json["DesiredValue"], "Status": "PENDING"}})
        return None
