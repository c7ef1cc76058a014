"""The role that plans may call what plans call, and nothing else."""

from __future__ import annotations

from . import Cloud, check, same
from .iam import attached, statements

# The policies of the role: what it reads of the account, and its own state.
POLICIES = ("github-plan-read", "github-plan-state")


@check("plan role")
def what_the_role_that_plans_may_do_is_what_plans_asked_for(cloud: Cloud) -> None:
    recorded = cloud.gateway.planning
    granted = {action for policy in POLICIES for one in statements(cloud, policy) for action in listed(one["Action"])}
    calls = {action: recorded.actions[action] for action in sorted(recorded.asked() - granted)}
    same("what plans called and the role may not", calls, {})
    # What state and images are encrypted with is decrypted by S3 on behalf of the role: no call of its own shows it.
    same("what the role may do and no plan called", sorted(granted - recorded.asked() - {"kms:Decrypt"}), [])


@check("plan role")
def the_role_that_plans_has_no_policies_of_aws(cloud: Cloud) -> None:
    same("policies", attached(cloud, "github-plan"), {cloud.settings.named(policy) for policy in POLICIES})


def listed(actions: str | list[str]) -> list[str]:
    return [actions] if isinstance(actions, str) else actions
