"""The state bucket with all that guards it, and the image registry."""

from __future__ import annotations

import json

from botocore.exceptions import ClientError

from gateway.s3_policy import TRANSPORT_HEADER

from . import Cloud, check, expect, same


@check("bootstrap")
def the_state_bucket_keeps_versions(cloud: Cloud) -> None:
    versioning = cloud.client("s3").get_bucket_versioning(Bucket=cloud.settings.bucket)
    same("versioning", versioning.get("Status"), "Enabled")


@check("bootstrap")
def the_state_bucket_is_encrypted_with_its_own_key(cloud: Cloud) -> None:
    rules = cloud.client("s3").get_bucket_encryption(Bucket=cloud.settings.bucket)
    rule = rules["ServerSideEncryptionConfiguration"]["Rules"][0]
    wanted = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": state_key(cloud)["Arn"]}
    same("encryption", rule["ApplyServerSideEncryptionByDefault"], wanted)
    same("use of bucket keys", rule["BucketKeyEnabled"], True)


@check("bootstrap")
def the_state_bucket_is_closed_to_the_public(cloud: Cloud) -> None:
    block = cloud.client("s3").get_public_access_block(Bucket=cloud.settings.bucket)["PublicAccessBlockConfiguration"]
    same("public access block", set(block.values()), {True})
    controls = cloud.client("s3").get_bucket_ownership_controls(Bucket=cloud.settings.bucket)["OwnershipControls"]
    same("object ownership", controls["Rules"][0]["ObjectOwnership"], "BucketOwnerEnforced")


@check("bootstrap")
def the_state_bucket_denies_plain_http_and_old_tls(cloud: Cloud) -> None:
    for transport in ("HTTP", "TLS1.1"):
        expect(refused(cloud, {TRANSPORT_HEADER: transport}), f"an object is written over {transport}")
    for transport in ("TLS1.2", "TLS1.3"):
        headers = {TRANSPORT_HEADER: transport}
        expect(not refused(cloud, headers, ServerSideEncryption="aws:kms"), f"no object is written over {transport}")


@check("bootstrap")
def the_state_bucket_denies_any_other_encryption(cloud: Cloud) -> None:
    expect(refused(cloud, {}, ServerSideEncryption="AES256"), "an object is written with S3's own key")
    expect(not refused(cloud, {}, ServerSideEncryption="aws:kms"), "no object is written with the bucket's key")
    expect(not refused(cloud, {}), "an object that leaves encryption to the bucket is refused")


@check("bootstrap")
def replaced_states_expire_but_the_newest_of_them_stay(cloud: Cloud) -> None:
    rules = cloud.client("s3").get_bucket_lifecycle_configuration(Bucket=cloud.settings.bucket)["Rules"]
    same("number of rules", len(rules), 1)
    same("status", rules[0]["Status"], "Enabled")
    days = cloud.settings["state"]["noncurrent_version_days"]
    same("expiration", rules[0]["NoncurrentVersionExpiration"], {"NoncurrentDays": days, "NewerNoncurrentVersions": 20})
    expect("Expiration" not in rules[0], "current states expire")


@check("bootstrap")
def who_reads_the_state_is_logged_in_a_bucket_of_its_own(cloud: Cloud) -> None:
    s3, log = cloud.client("s3"), f"{cloud.settings.bucket}-logs"
    logged = s3.get_bucket_logging(Bucket=cloud.settings.bucket)["LoggingEnabled"]
    same("where requests are logged", (logged["TargetBucket"], logged["TargetPrefix"]), (log, "state/"))
    block = s3.get_public_access_block(Bucket=log)["PublicAccessBlockConfiguration"]
    same("public access block of the log", set(block.values()), {True})
    rules = s3.get_bucket_lifecycle_configuration(Bucket=log)["Rules"]
    days = cloud.settings["state"]["noncurrent_version_days"]
    same("days of the log", [rule["Expiration"]["Days"] for rule in rules], [days])


@check("bootstrap")
def the_state_is_backed_up_every_day(cloud: Cloud) -> None:
    backup, name = cloud.client("backup"), cloud.settings.named("state")
    vault = backup.describe_backup_vault(BackupVaultName=name)
    same("key of the vault", vault["EncryptionKeyArn"], state_key(cloud)["Arn"])
    plan = next(one for one in backup.list_backup_plans()["BackupPlansList"] if one["BackupPlanName"] == name)
    rule = backup.get_backup_plan(BackupPlanId=plan["BackupPlanId"])["BackupPlan"]["Rules"][0]
    same("vault of the plan", rule["TargetBackupVaultName"], name)
    same("schedule", rule["ScheduleExpression"], "cron(0 3 * * ? *)")
    same("retention", rule["Lifecycle"]["DeleteAfterDays"], cloud.settings["state"]["backup_retention_days"])
    [listed] = backup.list_backup_selections(BackupPlanId=plan["BackupPlanId"])["BackupSelectionsList"]
    selection = backup.get_backup_selection(BackupPlanId=plan["BackupPlanId"], SelectionId=listed["SelectionId"])
    same("what is backed up", selection["BackupSelection"]["Resources"], [f"arn:aws:s3:::{cloud.settings.bucket}"])
    same("by whom", selection["BackupSelection"]["IamRoleArn"], cloud.settings.role_arn("backup"))


@check("bootstrap")
def the_key_of_the_state_rotates_and_belongs_to_the_account(cloud: Cloud) -> None:
    kms, key = cloud.client("kms"), state_key(cloud)["KeyId"]
    same("rotation", kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"], True)
    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    root = f"arn:aws:iam::{cloud.settings.account}:root"
    same("who may use it", [one["Principal"] for one in policy["Statement"]], [{"AWS": root}])


@check("bootstrap")
def image_repositories_are_immutable_encrypted_and_tidied(cloud: Cloud) -> None:
    repositories = cloud.all("ecr", "describe_repositories", "repositories")
    same("repositories", sorted(one["repositoryName"] for one in repositories), cloud.settings.repositories())
    for one in repositories:
        name = one["repositoryName"]
        same(f"mutability of {name}", one["imageTagMutability"], "IMMUTABLE")
        same(f"encryption of {name}", one["encryptionConfiguration"]["encryptionType"], "KMS")
        same(f"scan on push of {name}", one["imageScanningConfiguration"], {"scanOnPush": True})
        policy = cloud.client("ecr").get_lifecycle_policy(repositoryName=name)["lifecyclePolicyText"]
        counts = [rule["selection"]["countNumber"] for rule in json.loads(policy)["rules"]]
        registry = cloud.settings["registry"]
        same(f"what {name} keeps", counts, [registry["untagged_days"], registry["tagged_images"]])


@check("bootstrap")
def images_are_scanned_for_as_long_as_they_are_there(cloud: Cloud) -> None:
    scanning = cloud.client("ecr").get_registry_scanning_configuration()["scanningConfiguration"]
    same("kind of scan", scanning["scanType"], "ENHANCED")
    same("frequency", [rule["scanFrequency"] for rule in scanning["rules"]], ["CONTINUOUS_SCAN"])


def state_key(cloud: Cloud) -> dict:
    """The key behind the alias that the settings name."""
    return cloud.client("kms").describe_key(KeyId=cloud.settings.key_alias)["KeyMetadata"]


def refused(cloud: Cloud, headers: dict[str, str], **arguments: str) -> bool:
    """Whether the bucket refuses an object that is written so; it is removed again."""
    s3 = cloud.client("s3")
    handler = lambda params, **_: params["headers"].update(headers)
    s3.meta.events.register("before-call.s3.PutObject", handler)
    try:
        s3.put_object(Bucket=cloud.settings.bucket, Key="probe", Body=b"", **arguments)
    except ClientError as error:
        return error.response["Error"]["Code"] == "AccessDenied"
    finally:
        s3.meta.events.unregister("before-call.s3.PutObject", handler)
        for version in s3.list_object_versions(Bucket=cloud.settings.bucket, Prefix="probe").get("Versions", []):
            s3.delete_object(Bucket=cloud.settings.bucket, Key="probe", VersionId=version["VersionId"])
    return False
