"""What the gateway keeps beside moto, and how it looks into moto's own memory."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from .call import invalid, not_found


@dataclass
class World:
    """The account, and every object that moto has no place for."""

    account: str
    partition: str = "aws"
    # Add-on builds that the account offers, as the settings name them.
    addon_versions: dict[str, list[str]] = field(default_factory=dict)
    kubernetes_versions: list[str] = field(default_factory=list)
    addons: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    access_entries: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    access_policies: dict[tuple[str, str], dict[str, dict[str, Any]]] = field(default_factory=dict)
    associations: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    selections: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    # What CloudFront has, by kind and id.
    fronts: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    bucket_policies: dict[str, dict[str, Any]] = field(default_factory=dict)
    # What public parameters say, and how many vCPUs the account may run of each kind.
    parameters: dict[str, str] = field(default_factory=dict)
    vcpus: float = 1000.0
    updates: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Where the Kubernetes API is served, and the certificate of its authority.
    kubernetes: str = ""
    authority: bytes = b""
    # The address that whoever asks Kubernetes comes from, whom it answered and whom not, and what Helm has noted there as begun.
    caller: str = "127.0.0.1"
    answered: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    bucket_logging: dict[str, str] = field(default_factory=dict)
    # What a creation asked for that moto drops, by kind and name.
    asked: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def eks_arn(self, region: str, resource: str) -> str:
        return f"arn:{self.partition}:eks:{region}:{self.account}:{resource}"

    def cluster(self, region: str, name: str) -> Any:
        """moto's cluster; what belongs to a cluster cannot be made without one."""
        from moto.eks.models import eks_backends

        cluster = eks_backends[self.account][region].clusters.get(name)
        if cluster is None:
            raise not_found(f"No cluster found for name: {name}.", clusterName=name)
        return cluster

    def check_principal(self, arn: str) -> None:
        """EKS refuses roles and users that do not exist."""
        from moto.iam.models import iam_backends

        iam = iam_backends[self.account][self.partition]
        if arn not in {role.arn for role in iam.roles.values()} | {user.arn for user in iam.users.values()}:
            raise invalid(f"The specified principalArn is invalid: invalid principal: {arn}")

    def tagged(self, arn: str) -> dict[str, Any] | None:
        """The object of ours that has this ARN."""
        ours = [*self.addons.values(), *self.access_entries.values(), *self.associations.values()]
        arns = ("addonArn", "accessEntryArn", "associationArn")
        return next((one for one in ours if any(one.get(key) == arn for key in arns)), None)


def now() -> float:
    return round(time.time(), 3)


def new_id() -> str:
    return str(uuid.uuid4())


def same_update(kind: str) -> dict[str, Any]:
    """An update that is done at once."""
    return {"id": new_id(), "status": "Successful", "type": kind, "params": [], "createdAt": now(), "errors": []}
