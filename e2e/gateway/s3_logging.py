"""Where buckets log their requests: S3 asks the policy of the bucket that gets the log, which the gateway keeps."""

from __future__ import annotations

from xml.etree import ElementTree

from .call import Answer, Call, Text
from .router import Router
from .s3_policy import applies, error
from .world import World

WRITER = "logging.s3.amazonaws.com"
NOWHERE = "<BucketLoggingStatus xmlns='http://s3.amazonaws.com/doc/2006-03-01/'/>"


def declare(router: Router, world: World) -> None:
    """Declares the operations on the logging of buckets."""

    @router.route("s3", "", "PUT", "/{bucket}?logging")
    def put(call: Call, bucket: str) -> Answer | Text:
        target = ElementTree.fromstring(call.body).findtext(".//{*}TargetBucket")
        if target is not None and not lets_in(world, bucket, target):
            return Text(error("InvalidTargetBucketForLogging", f"{target} has no permission for the logging service"), 400)
        world.bucket_logging[bucket] = call.body.decode()
        return Answer(None)

    @router.route("s3", "", "GET", "/{bucket}?logging")
    def get(_: Call, bucket: str) -> Text:
        return Text(world.bucket_logging.get(bucket, NOWHERE))


def lets_in(world: World, bucket: str, target: str) -> bool:
    """Whether the target's policy lets S3 write the log of a bucket of this account."""
    arn = f"arn:{world.partition}:s3:::"
    values = {"aws:SourceArn": arn + bucket, "aws:SourceAccount": world.account}
    return any(statement["Effect"] == "Allow" and statement.get("Principal") == {"Service": WRITER}
               and applies(statement, "s3:PutObject", f"{arn}{target}/log", values)
               for statement in world.bucket_policies.get(target, {"Statement": []})["Statement"])
