"""EKS add-ons, which moto lacks: what is installed, and what could be."""

from __future__ import annotations

import json
from typing import Any

from .call import Answer, Call, in_use, invalid, not_found
from .router import Router
from .world import World, new_id, now, same_update

# The service refuses keys that an add-on's schema does not have; these are the schemas' first levels.
CONFIGURATION_KEYS = {
    "vpc-cni": {"enableNetworkPolicy", "env", "init", "nodeAgent", "eniConfig", "resources", "tolerations", "affinity",
                "livenessProbeTimeoutSeconds", "readinessProbeTimeoutSeconds", "podAnnotations", "podLabels"},
    "coredns": {"replicaCount", "autoScaling", "podDisruptionBudget", "topologySpreadConstraints", "tolerations",
                "affinity", "nodeSelector", "resources", "corefile", "computeType", "podAnnotations", "podLabels"},
    "kube-proxy": {"mode", "ipvs", "resources", "podAnnotations", "podLabels"},
    "aws-ebs-csi-driver": {"controller", "defaultStorageClass", "node", "sidecars"},
    "eks-pod-identity-agent": {"agent", "affinity", "nodeSelector", "tolerations", "resources", "priorityClassName",
                               "updateStrategy"},
    "eks-node-monitoring-agent": {"nodeAgent", "dcgmAgent", "global", "extraObjects"},
}


def declare(router: Router, world: World) -> None:
    """Declares the operations on add-ons."""

    def found(cluster: str, name: str) -> dict[str, Any]:
        addon = world.addons.get((cluster, name))
        if addon is None:
            raise not_found(f"No addon: {name} found in cluster: {cluster}", clusterName=cluster, addonName=name)
        return addon

    def associate(call: Call, addon: dict[str, Any], wanted: list[dict[str, str]]) -> None:
        """Replaces the add-on's Pod Identity associations, which belong to it."""
        cluster = addon["clusterName"]
        owned = [key for key, one in world.associations.items() if one.get("ownerArn") == addon["addonArn"]]
        for key in owned:
            del world.associations[key]
        addon["podIdentityAssociations"] = [
            new_association(call, world, cluster, {**one, "namespace": "kube-system"}, addon["addonArn"])
            ["associationArn"] for one in wanted]

    @router.route("eks", "CreateAddon", "POST", "/clusters/{cluster}/addons")
    def create(call: Call, cluster: str) -> Answer:
        world.cluster(call.region, cluster)
        asked = call.json
        name = asked["addonName"]
        if (cluster, name) in world.addons:
            raise in_use("Addon already exists.", clusterName=cluster, addonName=name)
        check(world, name, asked)
        addon: dict[str, Any] = {
            "addonName": name, "clusterName": cluster, "status": "ACTIVE", "health": {"issues": []},
            "addonVersion": asked.get("addonVersion") or world.addon_versions[name][0],
            "addonArn": world.eks_arn(call.region, f"addon/{cluster}/{name}/{new_id()}"),
            "createdAt": now(), "modifiedAt": now(), "tags": asked.get("tags") or {},
            "owner": "aws", "publisher": "eks", "namespaceConfig": {"namespace": "kube-system"},
        }
        addon.update({key: asked[key] for key in ("configurationValues", "serviceAccountRoleArn") if asked.get(key)})
        associate(call, addon, asked.get("podIdentityAssociations") or [])
        world.addons[cluster, name] = addon
        # While it is created; whoever asks next finds it active.
        return Answer({"addon": {**addon, "status": "CREATING"}})

    @router.route("eks", "DescribeAddon", "GET", "/clusters/{cluster}/addons/{name}")
    def describe(call: Call, cluster: str, name: str) -> Answer:
        world.cluster(call.region, cluster)
        return Answer({"addon": found(cluster, name)})

    @router.route("eks", "ListAddons", "GET", "/clusters/{cluster}/addons")
    def list_all(call: Call, cluster: str) -> Answer:
        world.cluster(call.region, cluster)
        return Answer({"addons": [name for owner, name in world.addons if owner == cluster]})

    @router.route("eks", "UpdateAddon", "POST", "/clusters/{cluster}/addons/{name}/update")
    def update(call: Call, cluster: str, name: str) -> Answer:
        addon, asked = found(cluster, name), call.json
        check(world, name, asked)
        keys = ("addonVersion", "configurationValues", "serviceAccountRoleArn")
        addon.update({key: asked[key] for key in keys if asked.get(key)}, modifiedAt=now())
        if asked.get("podIdentityAssociations") is not None:
            associate(call, addon, asked["podIdentityAssociations"])
        return Answer({"update": same_update("AddonUpdate")})

    @router.route("eks", "DeleteAddon", "DELETE", "/clusters/{cluster}/addons/{name}")
    def delete(call: Call, cluster: str, name: str) -> Answer:
        addon = found(cluster, name)
        associate(call, addon, [])
        return Answer({"addon": {**world.addons.pop((cluster, name)), "status": "DELETING"}})

    @router.route("eks", "DescribeAddonVersions", "GET", "/addons/supported-versions")
    def versions(call: Call) -> Answer:
        wanted = call.query.get("addonName", list(world.addon_versions))
        kubernetes = call.query.get("kubernetesVersion", world.kubernetes_versions)
        return Answer({"addons": [offer(name, world.addon_versions.get(name, []), kubernetes) for name in wanted]})


def offer(name: str, versions: list[str], kubernetes: list[str]) -> dict[str, Any]:
    """An add-on of the catalogue, its newest build first, as the service lists them."""
    return {
        "addonName": name, "type": "system", "owner": "aws", "publisher": "eks", "addonVersions": [
            {"addonVersion": version, "architecture": ["amd64", "arm64"], "computeTypes": ["ec2"], "compatibilities": [
                {"clusterVersion": one, "platformVersions": ["*"], "defaultVersion": index == 0} for one in kubernetes]}
            for index, version in enumerate(versions)]}


def check(world: World, name: str, asked: dict[str, Any]) -> None:
    """Refuses what the service would refuse: unknown add-ons, builds, configuration keys, and roles."""
    version = asked.get("addonVersion")
    if name not in world.addon_versions or (version and version not in world.addon_versions[name]):
        raise invalid(f"Addon version specified is not supported: {name} {version}", addonName=name)
    if asked.get("configurationValues"):
        unknown = set(json.loads(asked["configurationValues"])) - CONFIGURATION_KEYS[name]
        if unknown:
            raise invalid(f"ConfigurationValue provided in request is not supported: {sorted(unknown)}", addonName=name)


def new_association(
    call: Call, world: World, cluster: str, asked: dict[str, Any], owner: str | None = None
) -> dict[str, Any]:
    """Ties a service account to a role: each service account once, and only to a role that exists."""
    world.check_principal(asked["roleArn"])
    place = (asked["namespace"], asked["serviceAccount"])
    for (of_cluster, _), one in world.associations.items():
        if of_cluster == cluster and (one["namespace"], one["serviceAccount"]) == place:
            raise in_use("Association already exists: " + one["associationId"], clusterName=cluster)
    identity = "a-" + new_id().replace("-", "")[:17]
    association = {
        "clusterName": cluster, "namespace": place[0], "serviceAccount": place[1], "roleArn": asked["roleArn"],
        "associationId": identity, "tags": asked.get("tags") or {}, "createdAt": now(), "modifiedAt": now(),
        "associationArn": world.eks_arn(call.region, f"podidentityassociation/{cluster}/{identity}"),
        "disableSessionTags": bool(asked.get("disableSessionTags")),
    }
    if owner:
        association["ownerArn"] = owner
    world.associations[cluster, identity] = association
    return association
