"""GitHub's way in: who may take which role, and what the role may do."""

from __future__ import annotations

from typing import Any

from . import Cloud, check, expect, same
from .iam import attached, document, statements, trust

ISSUER = "token.actions.githubusercontent.com"


@check("github")
def the_identity_provider_is_known_for_one_audience(cloud: Cloud) -> None:
    arn = provider(cloud)
    about = cloud.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    same("audiences", about["ClientIDList"], ["sts.amazonaws.com"])


@check("github")
def roles_trust_both_forms_of_the_subject_and_nothing_wider(cloud: Cloud) -> None:
    github = cloud.settings["github"]
    owner, repository = github["owner"], github["repository"]
    forms = [f"repo:{owner}/{repository}",
             f"repo:{owner}@{github['owner_id']}/{repository}@{github['repository_id']}"]
    branch = f"ref:refs/heads/{github['branch']}"
    contexts = {"github-push": [branch], "github-plan": ["pull_request", branch],
                "github-apply": [f"environment:{github['environment']}"]}
    for role, wanted in contexts.items():
        [statement] = trust(cloud, role)["Statement"]
        same(f"principal of {role}", statement["Principal"], {"Federated": provider(cloud)})
        same(f"action of {role}", statement["Action"], "sts:AssumeRoleWithWebIdentity")
        same(f"tests of {role}", list(statement["Condition"]), ["StringEquals"])
        equal = statement["Condition"]["StringEquals"]
        same(f"audience of {role}", equal[f"{ISSUER}:aud"], "sts.amazonaws.com")
        subjects = {f"{form}:{context}" for form in forms for context in wanted}
        same(f"subjects of {role}", set(equal[f"{ISSUER}:sub"]), subjects)


@check("github")
def the_role_that_pushes_reaches_its_repositories_alone(cloud: Cloud) -> None:
    same("policies", attached(cloud, "github-push"), {cloud.settings.named("github-push-images")})
    reached: dict[str, Any] = {one["Sid"]: one["Resource"] for one in statements(cloud, "github-push-images")}
    repositories = {one["repositoryArn"] for one in cloud.all("ecr", "describe_repositories", "repositories")}
    same("where it pushes", set(reached["Push"]), repositories)
    same("where it signs in", reached["SignIn"], "*")


@check("github")
def the_role_that_plans_reads_and_never_writes(cloud: Cloud) -> None:
    same("policies", attached(cloud, "github-plan"), {cloud.settings.named("github-plan-state"), "ReadOnlyAccess"})
    actions = {one["Action"] for one in statements(cloud, "github-plan-state")}
    same("what it does with the state", actions, {"s3:ListBucket", "s3:GetObject", "kms:Decrypt"})
    objects = f"arn:aws:s3:::{cloud.settings.bucket}/{cloud.settings['state']['key_prefix']}/*"
    expect(objects in str(document(cloud, "github-plan-state")), f"it does not read {objects}")


@check("github")
def the_role_that_applies_is_guarded_by_its_environment_alone(cloud: Cloud) -> None:
    same("policies", attached(cloud, "github-apply"), {"AdministratorAccess"})


def provider(cloud: Cloud) -> str:
    return f"arn:aws:iam::{cloud.settings.account}:oidc-provider/{ISSUER}"
