"""EC2's way to write: keys of a form that name a tree, and XML whose lists hold `item`s."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from .call import Call, Refused, Text

NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"


def tree(call: Call) -> Any:
    """The form as objects, and lists where the keys count: `Overrides.1.InstanceType`."""
    root: dict[str, Any] = {}
    for key, values in call.form.items():
        *path, last = key.split(".")
        place = root
        for part in path:
            place = place.setdefault(part, {})
        place[last] = values[0]
    return listed(root)


def listed(value: Any) -> Any:
    """Objects whose keys are all numbers become lists."""
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [listed(value[key]) for key in sorted(value, key=int)]
    return {key: listed(one) for key, one in value.items()}


def filters(asked: dict[str, Any]) -> dict[str, list[list[str]]]:
    """The values of each filter; one name may stand there twice, and both must match."""
    found: dict[str, list[list[str]]] = {}
    for one in asked.get("Filter", []):
        found.setdefault(one["Name"], []).append(one.get("Value", []))
    return found


def answer(action: str, body: dict[str, Any]) -> Text:
    """The document that EC2 answers an action with."""
    name = f"{action}Response"
    return Text(f'<{name} xmlns="{NAMESPACE}"><requestId>0</requestId>{written(body)}</{name}>')


def written(body: dict[str, Any]) -> str:
    """Members as elements; what is None is not there."""
    return "".join(f"<{key}>{inner(value)}</{key}>" for key, value in body.items() if value is not None)


def inner(value: Any) -> str:
    """The content of an element."""
    if isinstance(value, dict):
        return written(value)
    if isinstance(value, list):
        return "".join(f"<item>{inner(one)}</item>" for one in value)
    return str(value).lower() if isinstance(value, bool) else escape(str(value))


class Fault(Refused):
    """An error in the form that EC2 gives it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status, code, message)
        self.answer = Text("<Response><Errors><Error>" + written({"Code": code, "Message": message})
                           + "</Error></Errors><RequestID>0</RequestID></Response>", status)
