"""What is called while Terraform plans, as the actions that IAM is asked for."""

from __future__ import annotations

import re
from functools import cache

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

from .call import Call

# Where an action is called otherwise than the operation that asks for it: the page "Actions, resources, and condition keys for
# Amazon S3" of the Service Authorization Reference, https://docs.aws.amazon.com/service-authorization/latest/reference/.
ACTIONS = {
    "s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
    "s3:GetBucketCors": "s3:GetBucketCORS",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
}

# Services that sign their calls by another name than IAM's.
PREFIXES = {"monitoring": "cloudwatch"}

# What needs no permission at all.
FREE = {"sts:GetCallerIdentity"}

# Asked of another service's endpoint (`s3express`), by the same method and path as ListBuckets.
ELSEWHERE = {"ListDirectoryBuckets"}


class Recorder:
    """The actions of the calls that it saw, each with one call that needed it."""

    def __init__(self) -> None:
        self.actions: dict[str, str] = {}

    def see(self, call: Call) -> None:
        """Notes the action of a call."""
        self.actions.setdefault(action(call), str(call))

    def asked(self) -> set[str]:
        """The actions that somebody must be allowed who plans."""
        return self.actions.keys() - FREE


def action(call: Call) -> str:
    """The action that IAM is asked for, such as `ec2:DescribeVpcs`."""
    asked = f"{PREFIXES.get(call.service, call.service)}:{call.action or operation(call)}"
    return ACTIONS.get(asked, asked)


def operation(call: Call) -> str:
    """The operation that a method, a path and a query stand for, by the service's own model."""
    fitting = [(weight, name) for name, method, pattern, keys, weight in operations(call.service)
               if method == call.method and keys <= call.query.keys() and pattern.fullmatch("/" + "/".join(call.segments))]
    if not fitting:
        raise LookupError(f"no operation of {call.service} is {call.name}")
    return max(fitting)[1]


@cache
def operations(service: str) -> list[tuple[str, str, re.Pattern[str], set[str], tuple[int, int]]]:
    """Name, method, path and keys of the query of each operation, and how exactly these say which one it is."""
    model = ServiceModel(Loader().load_service_model(service, "service-2"), service)
    found = []
    for name in set(model.operation_names) - ELSEWHERE:
        about: OperationModel = model.operation_model(name)
        path, _, query = about.http["requestUri"].partition("?")
        keys = {part.partition("=")[0] for part in query.split("&") if part} - {"x-id"}
        if shape := about.input_shape:
            required = (shape.members[member].serialization for member in shape.required_members)
            keys |= {one["name"] for one in required if one.get("location") == "querystring"}
        # An ARN in a path comes as one segment: only a `{name+}` goes over several.
        pattern = re.sub(r"\\\{\w+\\\+\\\}", ".+", re.escape(path.rstrip("/") or "/"))
        pattern = re.sub(r"\\\{\w+\\\}", ".+" if service != "s3" else "[^/]+", pattern)
        found.append((name, about.http["method"], re.compile(pattern), keys, (len(keys), len(re.sub(r"\{\w+\+?\}", "", path)))))
    return found
