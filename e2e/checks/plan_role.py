"""The role that plans may call what plans call, and nothing else."""

from __future__ import annotations

from . import Cloud, check, same
from .iam import attached, by_arn


@check("plan role")
def what_plans_call_the_role_that_plans_may_do(cloud: Cloud) -> None:
    recorded = cloud.planning
    calls = {action: recorded.actions[action] for action in sorted(recorded.asked() - allowed(cloud))}
    same("what plans called and the role may not", calls, {})


@check("plan role")
def what_the_role_that_plans_may_do_plans_call(cloud: Cloud) -> None:
    # S3 decrypts the state on behalf of the role: no call of its own shows it.
    idle = allowed(cloud) - cloud.planning.asked() - {"kms:Decrypt"}
    same("what the role may do and no plan called", sorted(idle), [])


@check("plan role")
def the_role_that_plans_has_policies_of_its_own_alone(cloud: Cloud) -> None:
    strangers = {name for name in attached(cloud, "github-plan") if not name.startswith(cloud.settings.named("github-plan-"))}
    same("policies of others", strangers, set())


@check("plan role")
def of_objects_it_reads_the_state_and_what_everybody_reads(cloud: Cloud) -> None:
    objects = [f"arn:aws:s3:::{cloud.settings.bucket}/{cloud.settings['state']['key_prefix']}/*"]
    if "edge" in cloud.settings.stacks():
        objects.append(f"arn:aws:s3:::{cloud.settings.named('pages')}-{cloud.settings.account}/*")
    reading = [one["Resource"] for one in statements(cloud) if "s3:GetObject" in listed(one["Action"])]
    same("objects", sorted(reading), sorted(objects))


def statements(cloud: Cloud) -> list[dict]:
    """The statements of every policy of the role."""
    prefix = f"arn:aws:iam::{cloud.settings.account}:policy/"
    documents = [by_arn(cloud, prefix + name)["Statement"] for name in sorted(attached(cloud, "github-plan"))]
    return [one for found in documents for one in (found if isinstance(found, list) else [found])]


def allowed(cloud: Cloud) -> set[str]:
    """The actions that the role may call."""
    found = statements(cloud)
    same("effects", {one["Effect"] for one in found}, {"Allow"})
    return {action for one in found for action in listed(one["Action"])}


def listed(actions: str | list[str]) -> list[str]:
    return [actions] if isinstance(actions, str) else actions
