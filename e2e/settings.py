"""The settings of the run: the fixture of all tests, and over it the environments that lie beside this file.

What a user may edit, `stacks/environments`, is not read: the run judges the code, and `synth check` the settings.
"""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

ENVIRONMENT = "e2e"

BASE = "stacks/tests/fixtures/default.toml"
ENVIRONMENTS = "e2e/environments"

# What the settings leave to "the most recent build", and an older one that must not be taken.
MOST_RECENT = ["v1.7.2-eksbuild.1", "v1.6.4-eksbuild.1"]


class Settings:
    """The merged settings, and the names that follow from them."""

    def __init__(self, tree: dict[str, Any]) -> None:
        self.tree = tree
        self.name: str = tree["name"]
        self.account: str = tree["aws"]["account_id"]
        self.region: str = tree["aws"]["region"]
        self.zones: list[str] = tree["network"]["zones"]
        self.bucket: str = tree["state"]["bucket"]

    def __getitem__(self, table: str) -> Any:
        return self.tree[table]

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
        return accounts

    def state_key(self, stack: str) -> str:
        return f"{self['state']['key_prefix']}/{stack}.tfstate"

    def tags(self, stack: str) -> dict[str, str]:
        """The tags of everything in a stack."""
        return {"Environment": ENVIRONMENT, "ManagedBy": "terraform", "Stack": stack, **self["aws"].get("tags", {})}

    def addon_versions(self) -> dict[str, list[str]]:
        """The builds of the add-ons that the mock offers, newest first."""
        named = self["cluster"]["addon_versions"]
        return {key.replace("_", "-"): [version] if version else MOST_RECENT for key, version in named.items()}


def prepare(root: Path, folder: Path) -> Settings:
    """Lays the environments out in a folder of the run's own, and reads the one of the run."""
    shutil.copytree(root / ENVIRONMENTS, folder)
    shutil.copy(root / BASE, folder / "default.toml")
    base, own = (tomllib.loads((folder / f"{name}.toml").read_text()) for name in ("default", ENVIRONMENT))
    return Settings(merged(base, own))


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Tables key by key; everything else replaces."""
    result = dict(base)
    for key, value in over.items():
        result[key] = merged(base[key], value) if isinstance(value, dict) and key in base else value
    return result
