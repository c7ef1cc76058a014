"""What CloudFront has: each thing is the document that made it, under an id, a version and tags."""

from __future__ import annotations

import random
import string
from typing import Any
from xml.etree import ElementTree

from .call import Call
from .cloudfront_form import NAMESPACE, failure, moment, text_at
from .world import World

Made = dict[str, Any]


def keep(world: World, kind: str, config: ElementTree.Element, identity: str, tagged: dict[str, str]) -> Made:
    """Keeps what a document makes."""
    arn = f"arn:{world.partition}:cloudfront::{world.account}:{kind}/{identity}"
    made = {"Id": identity, "Arn": arn, "Config": config, "ETag": new_id("E"), "Tags": tagged, "Time": moment()}
    world.fronts[kind, identity] = made
    return made


def found(world: World, kind: str, identity: str, code: str) -> Made:
    made = world.fronts.get((kind, identity))
    if made is None:
        raise failure(404, code, f"The specified {kind} does not exist.")
    return made


def changed(call: Call, made: Made, config: ElementTree.Element) -> Made:
    """Takes another document in place of the one that was read."""
    unchanged_since(call, made)
    made.update(Config=config, ETag=new_id("E"), Time=moment())
    return made


def unchanged_since(call: Call, made: Made) -> None:
    given = call.headers.get("if-match", "")
    if given != made["ETag"]:
        raise failure(412 if given else 400, "PreconditionFailed" if given else "InvalidIfMatchVersion",
                      "The If-Match version is missing or not valid for the resource.")


def users(world: World, member: str, identity: str) -> list[Made]:
    """The distributions that name something."""
    return [one for (kind, _), one in world.fronts.items() if kind == "distribution"
            and identity in [named.text for named in one["Config"].iter(NAMESPACE + member)]]


def tags_in(asked: ElementTree.Element) -> dict[str, str]:
    return {text_at(one, "Key"): text_at(one, "Value") for one in asked.iter(NAMESPACE + "Tag")}


def new_id(first: str, length: int = 13) -> str:
    return first + "".join(random.choices(string.ascii_uppercase + string.digits, k=length))

