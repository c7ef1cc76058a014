"""Two environments in one account: neither takes anything of the other."""

from __future__ import annotations

from . import Cloud, check, expect, same
from .github import provider
from .iam import trust

# What has a name; all else has an id, or belongs to one cluster or VPC.
NAMED = ("role", "policy", "cluster", "node group", "queue", "rule", "log group", "vault", "backup plan", "repository",
         "bucket", "key", "load balancer", "target group")


@check("beside")
def the_second_environment_has_everything_that_the_first_one_has(cloud: Cloud) -> None:
    kinds = {name.partition("/")[0] for name in first(cloud).inventories["add-ons"]}
    made = {name.partition("/")[0] for name in cloud.inventories["add-ons"]}
    # What an account has once is the first one's.
    same("kinds of things", kinds - made, {"identity provider"})


@check("beside")
def what_the_second_environment_makes_has_its_own_name(cloud: Cloud) -> None:
    made = cloud.inventories["add-ons"].keys() - cloud.inventories["before"].keys()
    names = sorted(name for name in made if name.partition("/")[0] in NAMED)
    expect(len(names) > 30, f"only {names} are found")
    same("names of others", [name for name in names if cloud.settings.name not in name], [])


@check("beside")
def the_first_environment_stays_as_it_is(cloud: Cloud) -> None:
    untouched(cloud, "add-ons", "beside another")


@check("beside")
def roles_of_the_second_environment_trust_the_provider_of_the_first(cloud: Cloud) -> None:
    for role in ("github-push", "github-plan", "github-apply"):
        [statement] = trust(cloud, role)["Statement"]
        same(f"principal of {role}", statement["Principal"], {"Federated": provider(cloud)})
    providers = cloud.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]
    same("providers", [one["Arn"] for one in providers], [provider(cloud)])


@check("beside")
def every_registry_says_how_it_scans(cloud: Cloud) -> None:
    for one in (cloud, first(cloud)):
        scanning = one.client("ecr").get_registry_scanning_configuration()["scanningConfiguration"]
        same(f"kind of scan in {one.settings.region}", scanning["scanType"], "ENHANCED")


@check("after another")
def the_first_environment_is_as_it_was(cloud: Cloud) -> None:
    untouched(cloud, "add-ons", "after another")


@check("after another")
def nothing_is_left_of_the_second_environment_but_its_bootstrap(cloud: Cloud) -> None:
    same("what is left", cloud.inventories["without cluster"], cloud.inventories["bootstrap"])


def first(cloud: Cloud) -> Cloud:
    """The environment that was there before."""
    if cloud.beside is None:
        raise TypeError("there is no environment beside this one")
    return cloud.beside


def untouched(cloud: Cloud, before: str, after: str) -> None:
    """Fails where something of the first environment, or a tag of it, has changed."""
    known, found = (first(cloud).inventories[name] for name in (before, after))
    same("what the first one has", {name: found.get(name) for name in known}, known)
