"""One request to an AWS service and one answer, apart from any web server."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class Call:
    """A signed request, taken apart."""

    service: str
    region: str
    method: str
    segments: tuple[str, ...]
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes = b""

    @cached_property
    def json(self) -> dict[str, Any]:
        """The body of a service that speaks JSON."""
        return json.loads(self.body) if self.body else {}

    @cached_property
    def form(self) -> dict[str, list[str]]:
        """The body of a service that speaks forms."""
        is_form = self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        return parse_qs(self.body.decode(), keep_blank_values=True) if is_form else {}

    def field(self, key: str) -> str:
        """A member of the body, if it is there."""
        return self.form[key][0] if key in self.form else str(self.json.get(key, "")) if not self.form else ""

    @cached_property
    def action(self) -> str:
        """The operation, where the service names it in the request and not by its path."""
        return self.headers.get("x-amz-target", "").rpartition(".")[2] or self.form.get("Action", [""])[0]

    @cached_property
    def changes(self) -> bool:
        """Whether the operation is one that changes something."""
        reading = ("Describe", "Get", "List", "GET ", "HEAD ")
        return not self.name.startswith(reading)

    @cached_property
    def name(self) -> str:
        """The operation, or else the method and the path, with the keys alone of a query: `GET /bucket?lifecycle`."""
        keys = [key for key in self.query if key != "x-id"]
        return self.action or f"{self.method} /{'/'.join(self.segments)}" + ("?" + "&".join(keys) if keys else "")

    def __str__(self) -> str:
        return f"{self.service} {self.name}"


@dataclass
class Answer:
    """What goes back: a status, and JSON."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Text:
    """What goes back from a service that speaks XML."""

    body: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    """An error in the form that AWS's REST services give it."""

    def __init__(self, status: int, code: str, message: str, **details: str) -> None:
        super().__init__(f"{code}: {message}")
        self.answer: Answer | Text = Answer({"message": message, **details}, status, {"x-amzn-ErrorType": code})


def not_found(message: str, **details: str) -> Refused:
    return Refused(404, "ResourceNotFoundException", message, **details)


def in_use(message: str, **details: str) -> Refused:
    return Refused(409, "ResourceInUseException", message, **details)


def invalid(message: str, **details: str) -> Refused:
    return Refused(400, "InvalidParameterException", message, **details)


def signed_for(authorization: str) -> tuple[str, str]:
    """The service and the region that a request is signed for."""
    scope = authorization.partition("Credential=")[2].partition(",")[0].split("/")
    return (scope[3], scope[2]) if len(scope) == 5 else ("", "")


def call_of(environ: dict[str, Any]) -> Call:
    """The request, without its body: an S3 object may be large and is nobody's business here."""
    # The raw target, since an ARN in a path has slashes of its own, written as %2F.
    target = urlsplit(environ.get("REQUEST_URI") or environ.get("RAW_URI") or environ.get("PATH_INFO", ""))
    headers = {key[5:].lower().replace("_", "-"): value for key, value in environ.items()
               if key.startswith("HTTP_") and isinstance(value, str)}
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    service, region = signed_for(headers.get("authorization", ""))
    return Call(
        service=service,
        region=region,
        method=environ["REQUEST_METHOD"],
        segments=tuple(unquote(segment) for segment in target.path.split("/") if segment),
        query=parse_qs(target.query, keep_blank_values=True),
        headers=headers,
    )
