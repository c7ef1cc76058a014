"""What Karpenter asks of EC2 beside the catalogue, the subnets and the security groups, which are moto's."""

from __future__ import annotations

import time
from typing import Any

from . import ec2_form
from .call import Call, Text
from .ec2_form import Fault, filters, tree
from .fleet import Fleet, Instance, Offer, Request
from .router import Router


def declare(router: Router, fleet: Fleet, subnets: dict[str, str], images: dict[str, str]) -> None:
    """Declares who answers. Subnets have zones, and images architectures."""
    templates: dict[str, dict[str, Any]] = {}

    @router.action("ec2", "CreateFleet")
    def create_fleet(call: Call) -> Text:
        asked = dry_run(tree(call))
        target = asked["TargetCapacitySpecification"]
        capacity, count = target["DefaultTargetCapacityType"], int(target["TotalTargetCapacity"])
        tags = {tag["Key"]: tag["Value"] for one in asked.get("TagSpecification", [])
                if one["ResourceType"] == "instance" for tag in one["Tag"]}
        overrides: dict[Offer, tuple[dict[str, str], str]] = {}
        for config in asked["LaunchTemplateConfigs"]:
            template = config["LaunchTemplateSpecification"]["LaunchTemplateName"]
            if template not in templates:
                raise Fault(400, "InvalidLaunchTemplateName.NotFoundException", f"The launch template {template} does not exist.")
            for one in config["Overrides"]:
                overrides[Offer(capacity, one["InstanceType"], subnets[one["SubnetId"]])] = (one, template)
        refused = [offer for offer in overrides if not fleet.has_capacity(offer)]
        chosen = fleet.cheapest(list(overrides))
        given: list[Instance] = []
        if chosen:
            one, template = overrides[chosen]
            groups = security_groups(templates[template]["data"])
            given = [fleet.launch(chosen, one["SubnetId"], one["ImageId"], groups, tags) for _ in range(count)]
        strategy = asked.get("SpotOptions" if capacity == "spot" else "OnDemandOptions", {}).get("AllocationStrategy", "")
        types = list(dict.fromkeys(offer.instance_type for offer in overrides))
        fleet.requests.append(Request(capacity, count, strategy, types, len(overrides), len(refused), [one.id for one in given]))

        def of(offer: Offer) -> dict[str, Any]:
            one, template = overrides[offer]
            names = {"InstanceType": "instanceType", "SubnetId": "subnetId", "ImageId": "imageId", "AvailabilityZone": "availabilityZone"}
            return {"launchTemplateSpecification": {"launchTemplateName": template, "version": "$Latest"},
                    "overrides": {written: one.get(name) for name, written in names.items()}}
        # Told only where nothing was given: Karpenter asks for none of these again for three minutes.
        errors = [] if given else [
            {"launchTemplateAndOverrides": of(offer), "lifecycle": capacity, "errorCode": "InsufficientInstanceCapacity",
             "errorMessage": "There is no capacity available that matches your request."} for offer in refused]
        instances = [{"launchTemplateAndOverrides": of(chosen), "lifecycle": capacity, "instanceType": chosen.instance_type,
                      "instanceIds": [one.id for one in given]}] if chosen else []
        return ec2_form.answer("CreateFleet", {"fleetId": f"fleet-{len(fleet.requests):08x}", "errorSet": errors,
                                               "fleetInstanceSet": instances})

    @router.action("ec2", "RunInstances")
    def run_instances(call: Call) -> Text:
        dry_run(tree(call))
        raise Fault(400, "UnsupportedOperation", "Instances are launched by a fleet here.")

    @router.action("ec2", "DescribeInstanceTypes")
    def instance_types(call: Call) -> None:
        dry_run(tree(call))

    @router.action("ec2", "DescribeInstances")
    def describe_instances(call: Call) -> Text:
        asked = tree(call)
        wanted = asked.get("InstanceId", [])
        missing = [one for one in wanted if one not in fleet.instances]
        if missing:
            raise Fault(400, "InvalidInstanceID.NotFound", f"The instance IDs '{', '.join(missing)}' do not exist")
        found = [one for one in fleet.instances.values() if (not wanted or one.id in wanted) and matches(one, filters(asked))]
        reservations = [{"reservationId": f"r-{one.id}", "instancesSet": [shown(one)]} for one in found]
        return ec2_form.answer("DescribeInstances", {"reservationSet": reservations})

    def shown(one: Instance) -> dict[str, Any]:
        code, name = one.state
        zone = one.offer.zone
        return {
            "instanceId": one.id, "imageId": one.image, "instanceState": {"code": code, "name": name},
            "instanceType": one.offer.instance_type, "launchTime": stamp(one.launched), "subnetId": one.subnet,
            "placement": {"availabilityZone": zone, "availabilityZoneId": zone_id(zone), "tenancy": "default"},
            "spotInstanceRequestId": f"sir-{one.id[2:]}" if one.offer.capacity == "spot" else None,
            "instanceLifecycle": "spot" if one.offer.capacity == "spot" else None,
            "groupSet": [{"groupId": group} for group in one.groups],
            "privateDnsName": f"{one.id}.{zone[:-1]}.compute.internal",
            "tagSet": [{"key": key, "value": value} for key, value in one.tags.items()],
        }

    @router.action("ec2", "TerminateInstances")
    def terminate(call: Call) -> Text:
        changes = []
        for identity in tree(call)["InstanceId"]:
            one = fleet.instances[identity]
            before = one.state
            one.ended = one.ended or time.time()
            states = {"currentState": one.state, "previousState": before}
            changes.append({"instanceId": identity, **{key: {"code": code, "name": name} for key, (code, name) in states.items()}})
        return ec2_form.answer("TerminateInstances", {"instancesSet": changes})

    @router.action("ec2", "CreateTags")
    def create_tags(call: Call) -> Text | None:
        asked = tree(call)
        if any(identity not in fleet.instances for identity in asked["ResourceId"]):
            return None
        for identity in asked["ResourceId"]:
            fleet.instances[identity].tags |= {tag["Key"]: tag["Value"] for tag in asked["Tag"]}
        return ec2_form.answer("CreateTags", {"return": True})

    @router.action("ec2", "CreateLaunchTemplate")
    def create_template(call: Call) -> Text:
        asked = dry_run(tree(call))
        name = asked["LaunchTemplateName"]
        # The SDK repeats a call whose answer is late: AWS knows it by its token.
        kept = templates.setdefault(name, {"id": f"lt-{len(templates):017x}", "data": asked["LaunchTemplateData"]})
        return ec2_form.answer("CreateLaunchTemplate", {"launchTemplate": template(name, kept)})

    @router.action("ec2", "DescribeLaunchTemplates")
    def describe_templates(call: Call) -> Text:
        names = tree(call).get("LaunchTemplateName", list(templates))
        missing = [name for name in names if name not in templates]
        if missing:
            raise Fault(400, "InvalidLaunchTemplateName.NotFoundException", f"The launch template {missing[0]} does not exist.")
        return ec2_form.answer("DescribeLaunchTemplates", {"launchTemplates": [template(name, templates[name]) for name in names]})

    @router.action("ec2", "DeleteLaunchTemplate")
    def delete_template(call: Call) -> Text:
        identity = tree(call)["LaunchTemplateId"]
        name = next((name for name, kept in templates.items() if kept["id"] == identity), None)
        if name is None:
            raise Fault(400, "InvalidLaunchTemplateId.NotFound", f"The launch template {identity} does not exist.")
        return ec2_form.answer("DeleteLaunchTemplate", {"launchTemplate": template(name, templates.pop(name))})

    @router.action("ec2", "DescribeImages")
    def describe_images(call: Call) -> Text:
        wanted = {one for values in filters(tree(call)).get("image-id", []) for one in values}
        found = [{"imageId": image, "name": image, "architecture": images[image], "imageState": "available",
                  "creationDate": "2026-09-30T00:00:00.000Z"} for image in sorted(wanted & set(images))]
        return ec2_form.answer("DescribeImages", {"imagesSet": found})

    @router.action("ec2", "DescribeSpotPriceHistory")
    def spot_prices(_: Call) -> Text:
        prices = [{"instanceType": kind, "availabilityZone": zone, "spotPrice": price, "productDescription": "Linux/UNIX",
                   "timestamp": stamp(time.time())} for (kind, zone), price in fleet.prices.spot.items()]
        return ec2_form.answer("DescribeSpotPriceHistory", {"spotPriceHistorySet": prices, "nextToken": ""})

    for action, empty in (("DescribeInstanceStatus", "instanceStatusSet"), ("DescribePlacementGroups", "placementGroupSet"),
                          ("DescribeCapacityReservations", "capacityReservationSet")):
        router.action("ec2", action)(lambda _, action=action, empty=empty: ec2_form.answer(action, {empty: []}))


def security_groups(data: dict[str, Any]) -> list[str]:
    """A template's groups, which stand at its network interface if it has one."""
    holder = data["NetworkInterface"][0] if "NetworkInterface" in data else data
    return holder.get("SecurityGroupId", [])


def template(name: str, kept: dict[str, Any]) -> dict[str, Any]:
    return {"launchTemplateId": kept["id"], "launchTemplateName": name, "latestVersionNumber": 1, "defaultVersionNumber": 1}


def matches(one: Instance, asked: dict[str, list[list[str]]]) -> bool:
    """Does an instance match the filters that Karpenter uses?"""
    def has(name: str, values: list[str]) -> bool:
        if name == "instance-state-name":
            return one.state[1] in values
        if name == "tag-key":
            return any(value in one.tags for value in values)
        if name.startswith("tag:"):
            return one.tags.get(name[4:]) in values
        raise Fault(400, "InvalidParameterValue", f"The filter '{name}' is invalid")
    return all(has(name, values) for name, sets in asked.items() for values in sets)


def dry_run(asked: dict[str, Any]) -> dict[str, Any]:
    """Stops where only the permission is asked for."""
    if asked.get("DryRun") == "true":
        raise Fault(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
    return asked


def zone_id(zone: str) -> str:
    """moto's name of a zone that is the same in all accounts."""
    from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

    return next(one.zone_id for one in RegionsAndZonesBackend.zones[zone[:-1]] if one.name == zone)


def stamp(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))
