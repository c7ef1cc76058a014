"""The settings of the run: the fixture of all tests with what the checks need to see, and beside it what the guide adds.

What a user may edit, `stacks/environments`, is not read: the run judges the code, and `synth check` the settings.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

BASE = "stacks/tests/fixtures/default.toml"
GUIDE = "docs/day-2.md"
# A service that asks for a secret and a bucket.
ASKING = "scripts/alerts/asking.toml"

# Numbers of the GitHub owner and repository, so that trust policies show both forms of a subject; a token for the Git
# repository, so that the run can prove that no state holds it.
CHANGES = {"owner_id = 0\n": "owner_id = 1001\n", "repository_id = 0\n": "repository_id = 2002\n",
           'credentials = "none"\n': 'credentials = "token"\n'}
# The default environment has an edge, under the name of its domain; the one beside it has a domain alone. Both lie where the name
# that each has for Argo CD says.
EDGE = {"[edge]\nenabled = false\n": "[edge]\nenabled = true\n",
        'alarm_topic_arn = ""\n': 'alarm_topic_arn = "arn:aws:sns:us-east-1:111122223333:alarms"\n'}
NO_EDGE = "\n[edge]\nenabled = false\n"
GLOBAL = "us-east-1"

# The environment beside the default one; its name is no user's, for whose sake `bench_plan.py` uses it, too.
BESIDE = "e2e"

# Every stack, in the order in which they are applied; a test of the command holds the list against the parts.
STACKS = ["bootstrap", "cluster", "add-ons"]

# What nobody may bring up: values of documentation, and others in their place.
OWN = {"111122223333": "210987654321", "example-org": "tideline-dev", "example.com": "tideline.dev"}
ACCOUNT = OWN["111122223333"]
# Who administers the private environment: a role of single sign-on, which has a path, and a user.
ADMINISTRATORS = [
    f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/eu-north-1/AWSReservedSSO_AdministratorAccess_0123456789abcdef",
    f"arn:aws:iam::{ACCOUNT}:user/operator",
]
# The range that the private environment's endpoint admits, as a VPN's.
ADMITTED = "10.8.0.0/16"

# What the settings leave to "the most recent build", and an older one that must not be taken.
MOST_RECENT = ["v1.7.2-eksbuild.1", "v1.6.4-eksbuild.1"]


class Settings:
    """The merged settings, and the names that follow from them."""

    def __init__(self, environment: str, tree: dict[str, Any]) -> None:
        self.environment, self.tree = environment, tree
        self.name: str = tree["name"]
        self.account: str = tree["aws"]["account_id"]
        self.region: str = tree["aws"]["region"]
        self.zones: list[str] = tree["network"]["zones"]
        self.bucket: str = tree["state"]["bucket"] or f"{self.named('state')}-{self.account}"
        self.key_alias = f"alias/{self.named('state')}"

    def __getitem__(self, table: str) -> Any:
        return self.tree[table]

    def folder(self, out: Path) -> Path:
        """Where its parts are written."""
        return out if self.environment == "default" else out / self.environment

    def repositories(self) -> list[str]:
        """The image repositories of its services."""
        services = [key for key, value in self["services"].items() if isinstance(value, dict) and "image" in value]
        return sorted(f"{self.name}/{service.replace('_', '-')}" for service in services)

    def stacks(self) -> list[str]:
        """Its stacks, in the order in which they are applied."""
        return [*STACKS, *(["edge"] if self["edge"]["enabled"] else [])]

    def host(self) -> str:
        """The name under which the proxy is reached."""
        return f"proxy.{self['domain']['name']}"

    def named(self, role: str) -> str:
        """A name of this platform."""
        return f"{self.name}-{role}"

    def role_arn(self, role: str) -> str:
        return f"arn:aws:iam::{self.account}:role/{self.named(role)}"

    def pod_roles(self) -> dict[str, tuple[str, str]]:
        """Each role of pods, with the namespace and the service account that may take it."""
        accounts = {"vpc-cni": ("kube-system", "aws-node"), "ebs-csi": ("kube-system", "ebs-csi-controller-sa")}
        for role, key in (("karpenter", "karpenter"), ("aws-load-balancer-controller", "load_balancer_controller")):
            accounts[role] = self[key]["namespace"], self[key]["service_account"]
        services = {key: table for key, table in self["services"].items() if isinstance(table, dict)}
        for name in (key.replace("_", "-") for key, table in services.items() if table.get("permissions")):
            accounts[f"service-{name}"] = self["services"]["namespace"], name
        if any(table.get("secrets") for table in services.values()):
            accounts["external-secrets"] = self["external_secrets"]["namespace"], "external-secrets"
        if "domain" in self.tree:
            accounts["external-dns"] = "kube-system", "external-dns"
        return accounts

    def state_key(self, stack: str) -> str:
        return f"{self['state']['key_prefix']}/{stack}.tfstate"

    def tags(self, stack: str) -> dict[str, str]:
        """The tags of everything in a stack."""
        return {"Environment": self.environment, "ManagedBy": "terraform", "Stack": stack, **self["aws"].get("tags", {})}

    def parameters(self) -> dict[str, str]:
        """The public parameters of the images that it names."""
        version, release = self["cluster"]["kubernetes_version"], self["base_nodes"]["release_version"]
        found: dict[str, str] = {}
        for architecture in ("x86_64", "arm64"):
            folder = f"/aws/service/eks/optimized-ami/{version}/amazon-linux-2023/{architecture}/standard"
            days = {self["karpenter"]["ami_alias"].rpartition("@")[2], "v" + release.rpartition("-")[2]}
            images = {f"amazon-eks-node-al2023-{architecture}-standard-{version}-{day}" for day in days}
            for image in images | {"recommended"}:
                found |= {f"{folder}/{image}/image_id": "ami-0123456789abcdef0", f"{folder}/{image}/release_version": release}
        return found

    def addon_versions(self) -> dict[str, list[str]]:
        """The builds of the add-ons that the mock offers, newest first."""
        named = self["cluster"]["addon_versions"]
        return {key.replace("_", "-"): [version] if version else MOST_RECENT for key, version in named.items()}


def prepare(root: Path, folder: Path, region: int = 0) -> tuple[Settings, Settings]:
    """Writes two environments of one account into a folder of the run's own: the default one, and what the guide says to
    write for another, word for word, with a domain. It has one block for the same region, and one for a second region."""
    base = (root / BASE).read_text()
    for old, new in (CHANGES | EDGE).items():
        if base.count(old) != 1:
            raise ValueError(f"{BASE} does not say {old!r} once")
        base = base.replace(old, new)
    base += domain(base) + (root / ASKING).read_text()
    section = (root / GUIDE).read_text().partition("## Add an environment")[2].partition("\n## ")[0]
    over = re.findall(r"```toml\n(.*?)```", section, re.DOTALL)[region]
    over += domain(over) + NO_EDGE
    folder.mkdir(parents=True)
    (folder / "default.toml").write_text(base)
    (folder / f"{BESIDE}.toml").write_text(over)
    tree = tomllib.loads(base)
    return Settings("default", tree), Settings(BESIDE, merged(tree, tomllib.loads(over)))


def domain(text: str) -> str:
    """The domain in which Argo CD's name lies one label deep."""
    argocd: str = tomllib.loads(text)["argocd"]["domain"]
    return f'\n[domain]\nname = "{argocd.partition(".")[2]}"\n'


def private(root: Path, folder: Path) -> Settings:
    """Writes an environment of somebody's own, which has a private endpoint alone, into the folder of a clone."""
    text = (root / BASE).read_text()
    changes = CHANGES | {
        'public_access_cidrs = ["203.0.113.0/24"]': "public_access_cidrs = []",
        "private_access_cidrs = []": f'private_access_cidrs = ["{ADMITTED}"]',
        '["arn:aws:iam::111122223333:role/platform-admin"]': str(ADMINISTRATORS).replace("'", '"'),
    }
    for old, new in changes.items():
        if text.count(old) != 1:
            raise ValueError(f"{BASE} does not say {old!r} once")
        text = text.replace(old, new)
    for old, new in OWN.items():
        text = text.replace(old, new)
    folder.mkdir(parents=True, exist_ok=True)
    for other in folder.glob("*.toml"):
        other.unlink()
    (folder / "default.toml").write_text(text)
    return Settings("default", tomllib.loads(text))


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Tables key by key; everything else replaces."""
    result = dict(base)
    for key, value in over.items():
        result[key] = merged(base[key], value) if isinstance(value, dict) and key in base else value
    return result
