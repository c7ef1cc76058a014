"""The control plane, its keys and logs, its add-ons, and who may use it."""

from __future__ import annotations

import json
from typing import Any

from . import Cloud, check, expect, same
from .network import subnets


@check("control plane")
def the_cluster_is_in_the_intra_subnets_and_closed_to_strangers(cloud: Cloud) -> None:
    config, settings = cluster(cloud)["resourcesVpcConfig"], cloud.settings["cluster"]
    same("subnets", set(config["subnetIds"]), {one["SubnetId"] for one in subnets(cloud, "intra")})
    same("private endpoint", config["endpointPrivateAccess"], True)
    public = settings["public_access_cidrs"]
    same("public endpoint", config["endpointPublicAccess"], bool(public))
    if public:
        same("who reaches it", config["publicAccessCidrs"], public)


@check("control plane")
def the_cluster_is_of_the_version_and_support_that_was_chosen(cloud: Cloud) -> None:
    settings = cloud.settings["cluster"]
    same("version", cluster(cloud)["version"], settings["kubernetes_version"])
    same("support", cluster(cloud)["upgradePolicy"]["supportType"], settings["support_type"])
    same("zonal shift", cluster(cloud)["zonalShiftConfig"]["enabled"], settings["zonal_shift"] != "off")
    same("range of services", cluster(cloud)["kubernetesNetworkConfig"]["serviceIpv4Cidr"], settings["service_cidr"])


@check("control plane")
def access_is_by_entries_and_its_maker_gets_none(cloud: Cloud) -> None:
    config = cluster(cloud)["accessConfig"]
    same("mode", config["authenticationMode"], "API")
    same("administration by the maker", config["bootstrapClusterCreatorAdminPermissions"], False)
    asked = cloud.gateway.world.asked["cluster", cloud.settings.name]
    same("add-ons of nobody", asked["bootstrapSelfManagedAddons"], False)


@check("control plane")
def secrets_are_encrypted_with_a_key_of_the_cluster(cloud: Cloud) -> None:
    key = alias(cloud, "secrets")
    wanted = [{"resources": ["secrets"], "provider": {"keyArn": key["Arn"]}}]
    same("encryption", cluster(cloud)["encryptionConfig"], wanted)


@check("control plane")
def keys_rotate_and_serve_nobody_but_the_account_and_its_logs(cloud: Cloud) -> None:
    kms, settings = cloud.client("kms"), cloud.settings
    account = {"AWS": f"arn:aws:iam::{settings.account}:root"}
    logs = {"Service": f"logs.{settings.region}.amazonaws.com"}
    for name, principals in (("secrets", [account]), ("logs", [account, logs])):
        key = alias(cloud, name)["KeyId"]
        same(f"rotation of {name}", kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"], True)
        statements = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])["Statement"]
        same(f"users of {name}", [one["Principal"] for one in statements], principals)
        for statement in statements:
            if statement["Principal"] == logs:
                context = statement["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]
                prefix = f"arn:aws:logs:{settings.region}:{settings.account}:log-group:"
                expect(context.startswith(prefix), f"the key of logs serves {context}")


@check("control plane")
def logs_are_written_kept_and_encrypted(cloud: Cloud) -> None:
    settings = cloud.settings
    enabled = {kind for one in cluster(cloud)["logging"]["clusterLogging"] if one["enabled"] for kind in one["types"]}
    same("logs of the control plane", enabled, set(settings["cluster"]["log_types"]))
    found = {one["logGroupName"]: one for one in cloud.all("logs", "describe_log_groups", "logGroups")}
    wanted = {f"/aws/eks/{settings.name}/cluster": settings["cluster"]["log_retention_days"],
              f"/aws/vpc/{settings.name}/flow-logs": settings["network"]["flow_log_retention_days"]}
    same("log groups", set(found), set(wanted))
    for name, days in wanted.items():
        same(f"retention of {name}", found[name].get("retentionInDays"), days)
        same(f"key of {name}", found[name].get("kmsKeyId"), alias(cloud, "logs")["Arn"])


@check("control plane")
def add_ons_are_of_the_builds_that_were_chosen(cloud: Cloud) -> None:
    found = {name: addon(cloud, name) for name in cloud.all("eks", "list_addons", "addons", **of(cloud))}
    wanted = {name: versions[0] for name, versions in cloud.settings.addon_versions().items()}
    same("builds", {name: one["addonVersion"] for name, one in found.items()}, wanted)
    same("states", {one["status"] for one in found.values()}, {"ACTIVE"})


@check("control plane")
def network_policies_are_enforced(cloud: Cloud) -> None:
    configuration = json.loads(addon(cloud, "vpc-cni")["configurationValues"])
    same("enableNetworkPolicy", configuration["enableNetworkPolicy"], "true")
    same("prefixes", configuration["env"]["ENABLE_PREFIX_DELEGATION"], "true")


@check("control plane")
def names_are_resolved_in_every_zone(cloud: Cloud) -> None:
    configuration = json.loads(addon(cloud, "coredns")["configurationValues"])
    same("fewest pods", configuration["autoScaling"]["minReplicas"], len(cloud.settings.zones))
    keys = [one["topologyKey"] for one in configuration["topologySpreadConstraints"]]
    same("spread", keys, ["topology.kubernetes.io/zone"])


@check("access")
def service_accounts_have_the_roles_that_are_made_for_them(cloud: Cloud) -> None:
    eks, settings, found = cloud.client("eks"), cloud.settings, {}
    for one in cloud.all("eks", "list_pod_identity_associations", "associations", **of(cloud)):
        about = eks.describe_pod_identity_association(associationId=one["associationId"], **of(cloud))["association"]
        found[about["namespace"], about["serviceAccount"]] = about["roleArn"]
    wanted = {account: settings.role_arn(role) for role, account in settings.pod_roles().items()}
    same("service accounts", found, wanted)


@check("access")
def principals_have_the_access_that_is_meant_for_them(cloud: Cloud) -> None:
    eks, settings, found = cloud.client("eks"), cloud.settings, {}
    for principal in cloud.all("eks", "list_access_entries", "accessEntries", **of(cloud)):
        kind = eks.describe_access_entry(principalArn=principal, **of(cloud))["accessEntry"]["type"]
        policies = cloud.all("eks", "list_associated_access_policies", "associatedAccessPolicies",
                             principalArn=principal, **of(cloud))
        granted = {(one["policyArn"].rpartition("/")[2], ",".join(one["accessScope"]["namespaces"]) or "cluster")
                   for one in policies}
        found[principal] = (kind, granted)
    admin = ("STANDARD", {("AmazonEKSClusterAdminPolicy", "cluster")})
    wanted: dict[str, Any] = {arn: admin for arn in settings["cluster"]["admin_principal_arns"]}
    wanted |= {settings.role_arn("github-apply"): admin, settings.role_arn("karpenter-node"): ("EC2_LINUX", set()),
               settings.role_arn("github-plan"): ("STANDARD", {("AmazonEKSAdminViewPolicy", settings["argocd"]["namespace"])})}
    same("entries", found, wanted)


def of(cloud: Cloud) -> dict[str, str]:
    return {"clusterName": cloud.settings.name}


def cluster(cloud: Cloud) -> dict[str, Any]:
    return cloud.client("eks").describe_cluster(name=cloud.settings.name)["cluster"]


def addon(cloud: Cloud, name: str) -> dict[str, Any]:
    return cloud.client("eks").describe_addon(addonName=name, **of(cloud))["addon"]


def alias(cloud: Cloud, name: str) -> dict[str, Any]:
    """The key behind one of the platform's aliases."""
    return cloud.client("kms").describe_key(KeyId=f"alias/{cloud.settings.named(name)}")["KeyMetadata"]
