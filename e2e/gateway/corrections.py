"""What moto answers wrongly for this platform, one function for each repair.

A repair takes the call and the text that moto answers, and returns the text that AWS would: the same, if there is
nothing to do. One that never changes anything is stale, and the run says so.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from xml.etree import ElementTree

from .call import Call
from .router import Router
from .world import World


def declare(router: Router, world: World) -> None:
    """Declares the repairs."""
    eks(router, world)
    ec2(router, world)
    s3(router, world)
    backup(router, world)


def eks(router: Router, world: World) -> None:
    """Clusters and node groups."""

    @router.correct("eks", r"POST /clusters|GET /clusters/[^/]+")
    def the_cluster_keeps_what_was_asked_for(call: Call, text: str) -> str:
        """moto drops how the cluster is accessed, upgraded and shifted between zones."""
        body = json.loads(text)
        asked = world.asked.setdefault(("cluster", body["cluster"]["name"]), call.json)
        keys = ("accessConfig", "upgradePolicy", "zonalShiftConfig")
        body["cluster"].update({key: asked[key] for key in keys if key in asked})
        return json.dumps(body)

    @router.correct("eks", r"POST /clusters|GET /clusters/[^/]+")
    def the_cluster_names_an_endpoint_that_answers(call: Call, text: str) -> str:
        """moto makes up an address at AWS, and letters for a certificate."""
        body = json.loads(text)
        body["cluster"]["endpoint"] = f"{world.kubernetes}/{call.region}/{body['cluster']['name']}"
        body["cluster"]["certificateAuthority"] = {"data": base64.b64encode(world.authority).decode()}
        return json.dumps(body)

    @router.correct("eks", r"POST /clusters/[^/]+/node-groups|GET /clusters/[^/]+/node-groups/[^/]+")
    def the_node_group_is_what_was_asked_for(call: Call, text: str) -> str:
        """moto drops how the group is updated and repaired, and makes up a disk and an SSH key beside its template."""
        body = json.loads(text)
        group = body["nodegroup"]
        asked = world.asked.setdefault(("node group", group["nodegroupName"]), call.json)
        group.update({key: asked[key] for key in ("updateConfig", "nodeRepairConfig") if key in asked})
        for key in ("diskSize", "remoteAccess"):
            if key not in asked:
                group.pop(key, None)
        return json.dumps(body)


def ec2(router: Router, world: World) -> None:
    """Networks and launch templates."""

    @router.correct("ec2", "DescribeSecurityGroupRules")
    def rules_that_name_a_group_keep_their_description(call: Call, text: str) -> str:
        """moto reads a rule's description from its CIDR alone."""
        from moto.ec2.models import ec2_backends

        groups = ec2_backends[world.account][call.region].groups.values()
        rules = {rule.id: rule for vpc in groups for group in vpc.values()
                 for rule in [*group.ingress_rules, *group.egress_rules]}

        def describe(root: ElementTree.Element) -> None:
            for item in root.findall("{*}securityGroupRuleSet/{*}item"):
                rule = rules[item.findtext("{*}securityGroupRuleId", "")]
                description = (rule.source_group or {}).get("Description")
                if description and item.find("{*}description") is None:
                    ElementTree.SubElement(item, f"{namespace(item)}description").text = description
        return edited(text, describe)

    @router.correct("ec2", "AuthorizeSecurityGroupIngress|DescribeSecurityGroupRules")
    def rules_that_name_a_list_keep_their_description(call: Call, text: str) -> str:
        """moto keeps of a list in a rule its id alone."""
        asked = call.form.get("IpPermissions.1.PrefixListIds.1.Description", [])

        def describe(root: ElementTree.Element) -> None:
            for item in root.findall("{*}securityGroupRuleSet/{*}item"):
                rule = ("rule", item.findtext("{*}securityGroupRuleId", ""))
                if asked:
                    world.asked[rule] = {"Description": asked[0]}
                if rule in world.asked and not item.findtext("{*}description"):
                    for empty in item.findall("{*}description"):
                        item.remove(empty)
                    ElementTree.SubElement(item, f"{namespace(item)}description").text = world.asked[rule]["Description"]
        return edited(text, describe)

    @router.correct("ec2", "DescribeLaunchTemplateVersions")
    def a_launch_template_does_not_tag_itself(_: Call, text: str) -> str:
        """moto mixes the tags of the template with those that it gives to what is launched."""
        def remove(root: ElementTree.Element) -> None:
            for tags in root.findall(".//{*}tagSpecificationSet"):
                for item in list(tags):
                    if item.findtext("{*}resourceType") == "launch-template":
                        tags.remove(item)
        return edited(text, remove)


def s3(router: Router, world: World) -> None:
    """Buckets."""

    @router.correct("s3", r"(PUT|GET) /[^/]+\?lifecycle")
    def lifecycle_rules_keep_their_newer_versions(call: Call, text: str) -> str:
        """moto drops how many replaced versions a rule leaves alone, whatever their age."""
        if call.method == "PUT":
            world.asked["lifecycle", call.segments[0]] = {"xml": call.body.decode()}
            return text
        asked = ElementTree.fromstring(world.asked["lifecycle", call.segments[0]]["xml"])
        path = "{*}NoncurrentVersionExpiration"

        def restore(root: ElementTree.Element) -> None:
            for wanted, rule in zip(asked, root):
                newer = wanted.find(f"{path}/{{*}}NewerNoncurrentVersions")
                expiration = rule.find(path)
                if newer is not None and expiration is not None and expiration.find(newer.tag) is None:
                    expiration.append(newer)
        return edited(text, restore)


def backup(router: Router, world: World) -> None:
    """AWS Backup."""

    @router.correct("backup", r"GET /tags/[^?]+")
    def tags_of_backups_are_found(call: Call, text: str) -> str:
        """moto takes the ARN from the wrong place of a path without a slash at its end, and finds no tags."""
        from moto.backup.models import backup_backends

        return json.dumps({"Tags": backup_backends[world.account][call.region].list_tags("/".join(call.segments[1:]))})


def edited(text: str, edit: Callable[[ElementTree.Element], None]) -> str:
    """The document after an edit; letter for letter the same, if the edit did nothing."""
    root = ElementTree.fromstring(text)
    ElementTree.register_namespace("", namespace(root).strip("{}"))
    before = ElementTree.tostring(root)
    edit(root)
    return text if ElementTree.tostring(root) == before else ElementTree.tostring(root, encoding="unicode")


def namespace(element: ElementTree.Element) -> str:
    """The part of an element's name in braces."""
    return element.tag.partition("}")[0] + "}"
