"""Bucket policies, which moto judges without their conditions: here they are kept, and their denials judged in full.

Only what a policy denies is judged, since every caller is the account's administrator. Loopback stands in for TLS 1.3,
unless the request says otherwise in a header of this mock's own.
"""

from __future__ import annotations

import fnmatch
import json
from typing import Any

from .call import Answer, Call, Text
from .router import Router
from .world import World

TRANSPORT_HEADER = "x-mock-transport"
OBJECT_ACTIONS = {"PUT": "s3:PutObject", "GET": "s3:GetObject", "HEAD": "s3:GetObject", "DELETE": "s3:DeleteObject"}


def declare(router: Router, world: World) -> None:
    """Declares the operations on bucket policies."""

    @router.route("s3", "", "PUT", "/{bucket}?policy")
    def put(call: Call, bucket: str) -> Answer:
        world.bucket_policies[bucket] = json.loads(call.body)
        return Answer(None, 204)

    @router.route("s3", "", "GET", "/{bucket}?policy")
    def get(_: Call, bucket: str) -> Answer | Text:
        if bucket not in world.bucket_policies:
            return Text(error("NoSuchBucketPolicy", "The bucket policy does not exist"), 404)
        return Answer(world.bucket_policies[bucket])

    @router.route("s3", "", "DELETE", "/{bucket}?policy")
    def delete(_: Call, bucket: str) -> Answer:
        world.bucket_policies.pop(bucket, None)
        return Answer(None, 204)


def denial(world: World, call: Call) -> Text | None:
    """The refusal of a request that its bucket's policy denies."""
    if not call.segments or call.segments[0] not in world.bucket_policies:
        return None
    bucket, key = call.segments[0], "/".join(call.segments[1:])
    action = OBJECT_ACTIONS.get(call.method, "s3:Other") if key else "s3:ListBucket"
    arn = f"arn:{world.partition}:s3:::{bucket}" + (f"/{key}" if key else "")
    for statement in world.bucket_policies[bucket]["Statement"]:
        if statement["Effect"] == "Deny" and applies(statement, action, arn, context(call)):
            return Text(error("AccessDenied", f"explicit deny in a resource-based policy: {statement.get('Sid')}"), 403)
    return None


def context(call: Call) -> dict[str, str]:
    """The request's values of the condition keys."""
    transport = call.headers.get(TRANSPORT_HEADER, "TLS1.3")
    values = {"aws:SecureTransport": "true" if transport.startswith("TLS") else "false"}
    if transport.startswith("TLS"):
        values["s3:TlsVersion"] = transport.removeprefix("TLS")
    prefix = "x-amz-server-side-encryption"
    return values | {f"s3:{key}": value for key, value in call.headers.items() if key.startswith(prefix)}


def applies(statement: dict[str, Any], action: str, arn: str, values: dict[str, str]) -> bool:
    """Whether a statement is about a request."""
    def among(patterns: Any, value: str) -> bool:
        patterns = [patterns] if isinstance(patterns, str) else patterns
        return any(fnmatch.fnmatchcase(value, pattern) for pattern in patterns)

    conditions = [(operator, key, wanted) for operator, test in statement.get("Condition", {}).items()
                  for key, wanted in test.items()]
    return (among(statement["Action"], action) and among(statement["Resource"], arn)
            and all(holds(*condition, values) for condition in conditions))


def holds(operator: str, key: str, wanted: Any, values: dict[str, str]) -> bool:
    """One condition; an operator that is not known here is a fault of the mock."""
    wanted, value = ([wanted] if isinstance(wanted, str) else wanted), values.get(key)
    if operator == "Null":
        return str(value is None).lower() in wanted
    if value is None:
        # With a negation, a key that is absent fits too, and `IfExists` changes nothing about that.
        return operator.endswith("IfExists") or operator.startswith("StringNot")
    tests = {
        "ArnEquals": lambda: value in wanted,
        "Bool": lambda: value in wanted,
        "StringEquals": lambda: value in wanted,
        "StringNotEquals": lambda: value not in wanted,
        "NumericLessThan": lambda: any(float(value) < float(one) for one in wanted),
    }
    return tests[operator.removesuffix("IfExists")]()


def error(code: str, message: str) -> str:
    return f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
