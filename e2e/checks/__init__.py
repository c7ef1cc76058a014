"""What must be true of the account, asked through the AWS API and not through Terraform.

A check is a function whose name is its claim. It raises `Wrong` with what it found, or returns.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from gateway.recorder import Recorder
from gateway.server import Gateway
from report import Report
from settings import Settings

Check = Callable[["Cloud"], None]


class Wrong(Exception):
    """A claim that does not hold, and what was found instead."""


@dataclass
class Cloud:
    """The account, as an administrator sees it."""

    settings: Settings
    endpoint: str
    gateway: Gateway
    # What was there after each step, by name of the step.
    inventories: dict[str, dict[str, Any]] = field(default_factory=dict)
    # What was called while a stack was planned.
    planning: Recorder = field(default_factory=Recorder)
    # The environment that was there before, in the same account.
    beside: Cloud | None = None

    def own(self, found: dict[str, Any]) -> dict[str, Any]:
        """What is not another environment's, by its tags; what has none belongs to all."""
        return {name: tags for name, tags in found.items()
                if tags.get("Environment", self.settings.environment) == self.settings.environment}

    def client(self, service: str, region: str = "") -> Any:
        return client(service, self.endpoint, region or self.settings.region)

    def all(self, service: str, operation: str, key: str, region: str = "", **arguments: Any) -> list[Any]:
        """Every item of a list, over all its pages."""
        api = self.client(service, region)
        if api.can_paginate(operation):
            return [item for page in api.get_paginator(operation).paginate(**arguments) for item in page.get(key, [])]
        return getattr(api, operation)(**arguments).get(key, [])


@cache
def client(service: str, endpoint: str, region: str) -> Any:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    config = Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"}, proxies={})
    return boto3.client(service, region_name=region, endpoint_url=endpoint, config=config, **keys)


CHECKS: dict[str, list[Check]] = {}


def check(group: str) -> Callable[[Check], Check]:
    """Declares a check of a group."""
    def declare(function: Check) -> Check:
        CHECKS.setdefault(group, []).append(function)
        return function
    return declare


def expect(condition: object, problem: str) -> None:
    """Fails with a text that says what is wrong."""
    if not condition:
        raise Wrong(problem)


def same(what: str, actual: object, wanted: object) -> None:
    """Fails unless two values are equal."""
    expect(actual == wanted, f"{what} is\n  {actual!r}\nand should be\n  {wanted!r}")


def run(group: str, cloud: Cloud, report: Report) -> None:
    """Runs the checks of a group; one that fails in an unforeseen way fails all the same."""
    for function in CHECKS[group]:
        began, problem = time.monotonic(), ""
        try:
            function(cloud)
        except Exception as error:
            problem = str(error) if isinstance(error, Wrong) else f"{type(error).__name__}: {error}"
        report.add(group, function.__name__.replace("_", " "), problem, time.monotonic() - began)
