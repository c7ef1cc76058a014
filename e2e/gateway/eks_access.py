"""EKS access entries and their policies, Pod Identity associations, and the tags of all these: moto lacks them."""

from __future__ import annotations

from typing import Any

from .call import Answer, Call, in_use, invalid, not_found
from .eks_addons import new_association
from .router import Router
from .world import World, now

ENTRIES = "/clusters/{cluster}/access-entries"
POLICIES = ENTRIES + "/{principal}/access-policies"
ASSOCIATIONS = "/clusters/{cluster}/pod-identity-associations"
KNOWN_POLICIES = {"AmazonEKSClusterAdminPolicy", "AmazonEKSAdminPolicy", "AmazonEKSAdminViewPolicy",
                  "AmazonEKSEditPolicy", "AmazonEKSViewPolicy"}


def declare(router: Router, world: World) -> None:
    """Declares the operations."""
    access_entries(router, world)
    access_policies(router, world)
    pod_identity(router, world)
    tags(router, world)


def entry_of(world: World, cluster: str, principal: str) -> dict[str, Any]:
    entry = world.access_entries.get((cluster, principal))
    if entry is None:
        raise not_found(f"The specified principalArn could not be found: {principal}", clusterName=cluster)
    return entry


def access_entries(router: Router, world: World) -> None:
    """Who may use the cluster's API at all."""

    @router.route("eks", "CreateAccessEntry", "POST", ENTRIES)
    def create(call: Call, cluster: str) -> Answer:
        world.cluster(call.region, cluster)
        asked = call.json
        principal, kind = asked["principalArn"], asked.get("type") or "STANDARD"
        if (cluster, principal) in world.access_entries:
            raise in_use("The specified access entry resource is already in use on this cluster.", clusterName=cluster)
        world.check_principal(principal)
        name = principal.rpartition("/")[2]
        nodes = kind.startswith("EC2")
        user = f"arn:{world.partition}:sts::{world.account}:assumed-role/{name}/{{{{SessionName}}}}"
        entry = {
            "clusterName": cluster, "principalArn": principal, "type": kind, "tags": asked.get("tags") or {},
            "accessEntryArn": world.eks_arn(call.region, f"access-entry/{cluster}/role/{world.account}/{name}"),
            "kubernetesGroups": ["system:nodes"] if nodes else asked.get("kubernetesGroups") or [],
            "username": asked.get("username") or ("system:node:{{EC2PrivateDNSName}}" if nodes else user),
            "createdAt": now(), "modifiedAt": now(),
        }
        world.access_entries[cluster, principal] = entry
        world.access_policies[cluster, principal] = {}
        return Answer({"accessEntry": entry})

    @router.route("eks", "DescribeAccessEntry", "GET", ENTRIES + "/{principal}")
    def describe(call: Call, cluster: str, principal: str) -> Answer:
        world.cluster(call.region, cluster)
        return Answer({"accessEntry": entry_of(world, cluster, principal)})

    @router.route("eks", "ListAccessEntries", "GET", ENTRIES)
    def list_all(call: Call, cluster: str) -> Answer:
        world.cluster(call.region, cluster)
        return Answer({"accessEntries": [principal for owner, principal in world.access_entries if owner == cluster]})

    @router.route("eks", "UpdateAccessEntry", "POST", ENTRIES + "/{principal}")
    def update(call: Call, cluster: str, principal: str) -> Answer:
        entry = entry_of(world, cluster, principal)
        entry.update({key: call.json[key] for key in ("kubernetesGroups", "username") if key in call.json})
        return Answer({"accessEntry": entry})

    @router.route("eks", "DeleteAccessEntry", "DELETE", ENTRIES + "/{principal}")
    def delete(call: Call, cluster: str, principal: str) -> Answer:
        entry_of(world, cluster, principal)
        del world.access_entries[cluster, principal], world.access_policies[cluster, principal]
        return Answer({})


def access_policies(router: Router, world: World) -> None:
    """What they may do there."""

    @router.route("eks", "AssociateAccessPolicy", "POST", POLICIES)
    def associate(call: Call, cluster: str, principal: str) -> Answer:
        entry, policy = entry_of(world, cluster, principal), call.json["policyArn"]
        if entry["type"] != "STANDARD":
            raise invalid("The specified policyArn cannot be associated with an access entry of this type.")
        if policy.rpartition("/")[2] not in KNOWN_POLICIES:
            raise invalid(f"The policyArn parameter format is not valid: {policy}")
        association = {"policyArn": policy, "accessScope": {"namespaces": [], **call.json["accessScope"]},
                       "associatedAt": now(), "modifiedAt": now()}
        world.access_policies[cluster, principal][policy] = association
        return Answer({"clusterName": cluster, "principalArn": principal, "associatedAccessPolicy": association})

    @router.route("eks", "ListAssociatedAccessPolicies", "GET", POLICIES)
    def list_all(call: Call, cluster: str, principal: str) -> Answer:
        entry_of(world, cluster, principal)
        policies = list(world.access_policies[cluster, principal].values())
        return Answer({"clusterName": cluster, "principalArn": principal, "associatedAccessPolicies": policies})

    @router.route("eks", "DisassociateAccessPolicy", "DELETE", POLICIES + "/{policy}")
    def disassociate(call: Call, cluster: str, principal: str, policy: str) -> Answer:
        entry_of(world, cluster, principal)
        if world.access_policies[cluster, principal].pop(policy, None) is None:
            raise not_found(f"The specified policyArn could not be found: {policy}", clusterName=cluster)
        return Answer({})


def pod_identity(router: Router, world: World) -> None:
    """Which pods have which role."""

    def found(cluster: str, identity: str) -> dict[str, Any]:
        association = world.associations.get((cluster, identity))
        if association is None:
            raise not_found(f"Association not found: {identity}", clusterName=cluster)
        return association

    @router.route("eks", "CreatePodIdentityAssociation", "POST", ASSOCIATIONS)
    def create(call: Call, cluster: str) -> Answer:
        world.cluster(call.region, cluster)
        return Answer({"association": new_association(call, world, cluster, call.json)})

    @router.route("eks", "DescribePodIdentityAssociation", "GET", ASSOCIATIONS + "/{identity}")
    def describe(call: Call, cluster: str, identity: str) -> Answer:
        world.cluster(call.region, cluster)
        return Answer({"association": found(cluster, identity)})

    @router.route("eks", "ListPodIdentityAssociations", "GET", ASSOCIATIONS)
    def list_all(call: Call, cluster: str) -> Answer:
        world.cluster(call.region, cluster)
        filters = {key: call.query[key][0] for key in ("namespace", "serviceAccount") if key in call.query}
        ours = [one for (owner, _), one in world.associations.items() if owner == cluster]
        return Answer({"associations": [one for one in ours if filters.items() <= one.items()]})

    @router.route("eks", "UpdatePodIdentityAssociation", "POST", ASSOCIATIONS + "/{identity}")
    def update(call: Call, cluster: str, identity: str) -> Answer:
        association = found(cluster, identity)
        world.check_principal(call.json["roleArn"])
        association.update(roleArn=call.json["roleArn"], modifiedAt=now())
        return Answer({"association": association})

    @router.route("eks", "DeletePodIdentityAssociation", "DELETE", ASSOCIATIONS + "/{identity}")
    def delete(call: Call, cluster: str, identity: str) -> Answer:
        found(cluster, identity)
        return Answer({"association": world.associations.pop((cluster, identity))})


def tags(router: Router, world: World) -> None:
    """Tags of what is ours; those of clusters and node groups are moto's."""

    @router.route("eks", "", "GET", "/tags/{arn}")
    def list_all(call: Call, arn: str) -> Answer | None:
        ours = world.tagged(arn)
        return None if ours is None else Answer({"tags": ours["tags"]})

    @router.route("eks", "", "POST", "/tags/{arn}")
    def tag(call: Call, arn: str) -> Answer | None:
        ours = world.tagged(arn)
        return None if ours is None else Answer({}) if not ours["tags"].update(call.json["tags"]) else None

    @router.route("eks", "", "DELETE", "/tags/{arn}")
    def untag(call: Call, arn: str) -> Answer | None:
        ours = world.tagged(arn)
        if ours is None:
            return None
        for key in call.query.get("tagKeys", []):
            ours["tags"].pop(key, None)
        return Answer({})
