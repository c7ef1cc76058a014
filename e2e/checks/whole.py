"""What must be true of everything: tags, states, what is left at the end, and the mock itself."""

from __future__ import annotations

from gateway import stale
from processes import SECRET

from . import Cloud, check, expect, same
from .bootstrap import state_key


@check("state")
def everything_carries_the_tags_of_its_stack(cloud: Cloud) -> None:
    bare = []
    for before, stack, fewest in (("account", "bootstrap", 12), ("bootstrap", "cluster", 60), ("add-ons", "edge", 10)):
        made, known = cloud.inventories[stack], cloud.inventories[before]
        new = {name: tags for name, tags in made.items() if name not in known}
        expect(len(new) >= fewest, f"only {len(new)} things of {stack} are found")
        wanted = cloud.settings.tags(stack).items()
        bare += [f"{name} has {tags}" for name, tags in new.items() if not wanted <= tags.items()]
    expect(not bare, "\n".join(bare))


@check("state")
def states_lie_encrypted_in_the_bucket(cloud: Cloud) -> None:
    for stack in cloud.settings.stacks():
        head = cloud.client("s3").head_object(Bucket=cloud.settings.bucket, Key=cloud.settings.state_key(stack))
        same(f"encryption of the state of {stack}", head.get("ServerSideEncryption"), "aws:kms")


@check("state")
def every_write_of_a_state_names_the_key_and_so_does_every_lock(cloud: Cloud) -> None:
    settings = cloud.settings
    key = f"arn:aws:kms:{settings.region}:{settings.account}:{settings.key_alias}"
    written = set()
    wanted = {"x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-aws-kms-key-id": key}
    for call in cloud.gateway.changes:
        bucket, name = (call.segments or ("",))[0], "/".join(call.segments[1:])
        inside = bucket == settings.bucket and name.startswith(settings["state"]["key_prefix"] + "/")
        if call.service == "s3" and call.method == "PUT" and inside:
            written.add(name)
            same(f"encryption of {name}", {one: call.headers.get(one) for one in wanted}, wanted)
    keys = {settings.state_key(stack) for stack in settings.stacks()}
    same("what was written", written, keys | {f"{one}.tflock" for one in keys})


@check("state")
def locks_are_released(cloud: Cloud) -> None:
    objects = cloud.all("s3", "list_objects_v2", "Contents", Bucket=cloud.settings.bucket)
    same("objects", {one["Key"] for one in objects}, {cloud.settings.state_key(stack) for stack in cloud.settings.stacks()})


@check("state")
def no_version_of_a_state_holds_the_token_of_the_repository(cloud: Cloud) -> None:
    s3, bucket = cloud.client("s3"), cloud.settings.bucket
    versions = [one for one in cloud.all("s3", "list_object_versions", "Versions", Bucket=bucket)
                if one["Key"].endswith(".tfstate")]
    expect(len(versions) >= len(cloud.settings.stacks()), f"only {len(versions)} versions are found")
    for one in versions:
        text = s3.get_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])["Body"].read().decode()
        expect(SECRET not in text, f"{one['Key']} holds the token")


@check("afterwards")
def destroying_leaves_nothing_of_add_ons_and_cluster(cloud: Cloud) -> None:
    before, after = set(cloud.inventories["bootstrap"]), set(cloud.inventories["without cluster"])
    same("what is left", sorted(after - before), [])
    same("what is missing", sorted(before - after), [])
    world = cloud.gateway.world
    same("what is left of the cluster", [*world.addons, *world.access_entries, *world.associations], [])


@check("afterwards")
def keys_of_the_cluster_wait_for_as_long_as_was_chosen(cloud: Cloud) -> None:
    kms, pending = cloud.client("kms"), []
    for key in cloud.all("kms", "list_keys", "Keys"):
        about = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        if about["KeyState"] == "PendingDeletion" and about["Description"].endswith(f" of {cloud.settings.name}."):
            pending.append(round((about["DeletionDate"] - about["CreationDate"]).total_seconds() / 86_400))
    same("days until keys are deleted", pending, [cloud.settings["cluster"]["kms_deletion_window_days"]] * 2)


@check("afterwards")
def bootstrap_is_as_it_was(cloud: Cloud) -> None:
    same("what is there", cloud.inventories["at the end"], cloud.inventories["bootstrap"])
    same("state of the key", state_key(cloud)["KeyState"], "Enabled")
    cloud.client("backup").describe_backup_vault(BackupVaultName=cloud.settings.named("state"))


@check("afterwards")
def states_of_what_was_destroyed_can_be_gone_back_to(cloud: Cloud) -> None:
    bucket = cloud.settings.bucket
    for stack in ("cluster", "add-ons", "edge"):
        key = cloud.settings.state_key(stack)
        versions = cloud.all("s3", "list_object_versions", "Versions", Bucket=bucket, Prefix=key)
        expect(sum(1 for one in versions if one["Key"] == key) >= 2, f"{key} has no earlier version")


@check("mock")
def the_mock_had_an_answer_to_everything(cloud: Cloud) -> None:
    same("faults", sorted(set(cloud.gateway.faults)), [])


@check("mock")
def every_correction_of_the_mock_is_still_needed(cloud: Cloud) -> None:
    unused = [f"`{one.name}` changed nothing in {one.calls} answers" for one in cloud.gateway.router.corrections
              if not one.changes]
    expect(not unused, "\n".join(unused))
    answered = stale.answered_by_moto(cloud.gateway.router)
    expect(not answered, f"moto answers {answered} by itself now: try without our own")
