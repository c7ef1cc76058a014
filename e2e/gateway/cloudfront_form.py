"""CloudFront's XML: documents taken apart and put together."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from xml.etree import ElementTree

from .call import Refused, Text

NAMESPACE = "{http://cloudfront.amazonaws.com/doc/2020-05-31/}"
ElementTree.register_namespace("", NAMESPACE.strip("{}"))

Part = tuple[str, str] | ElementTree.Element


def parsed(body: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(body)


def at(element: ElementTree.Element | None, *path: str) -> list[ElementTree.Element]:
    """The children of what lies at the end of a path."""
    for name in path:
        element = None if element is None else element.find(NAMESPACE + name)
    return [] if element is None else list(element)


def text_at(element: ElementTree.Element | None, name: str) -> str:
    return "" if element is None else element.findtext(NAMESPACE + name, "")


def element(name: str, *parts: Part) -> ElementTree.Element:
    """An element of texts and of other elements."""
    made = ElementTree.Element(NAMESPACE + name)
    for part in parts:
        if isinstance(part, tuple):
            ElementTree.SubElement(made, NAMESPACE + part[0]).text = part[1]
        else:
            made.append(part)
    return made


def every(name: str, items: Iterable[ElementTree.Element], *parts: Part) -> ElementTree.Element:
    """A list, after whatever is said of it."""
    return element(name, *parts, *items)


def document(name: str, *parts: Part) -> str:
    return ElementTree.tostring(element(name, *parts), encoding="unicode")


def failure(status: int, code: str, message: str) -> Refused:
    """An error as CloudFront and Elastic Load Balancing write it."""
    refused = Refused(status, code, message)
    refused.answer = Text(f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
                          "<RequestId>0</RequestId></ErrorResponse>", status)
    return refused


def moment() -> str:
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
