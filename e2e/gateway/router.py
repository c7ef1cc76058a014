"""Which of our functions answers a call that moto does not know, and which put right what moto answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from .call import Answer, Call, Text

Handler = Callable[..., Answer | Text | None]
Repair = Callable[[Call, str], str]


@dataclass
class Route:
    """An operation by its method and path, as the service's API writes it: `/clusters/{name}/addons`.

    The operation's name is that of one which moto lacks; it is empty where moto's own is replaced.
    """

    service: str
    operation: str
    method: str
    path: tuple[str, ...]
    query: str
    handler: Handler

    def captures(self, call: Call) -> list[str] | None:
        """The values of the path's `{…}`, if the call is for this route."""
        if (call.service, call.method) != (self.service, self.method) or len(call.segments) != len(self.path):
            return None
        if self.query and self.query not in call.query:
            return None
        pairs = list(zip(self.path, call.segments))
        if any(not part.startswith("{") and part != segment for part, segment in pairs):
            return None
        return [segment for part, segment in pairs if part.startswith("{")]


@dataclass
class Correction:
    """A repair of what moto answers to a call; how often it changed anything says whether it is still needed."""

    service: str
    matches: re.Pattern[str]
    name: str
    repair: Repair
    calls: int = 0
    changes: int = 0


@dataclass
class Router:
    """All routes and corrections, filled by the modules that declare them."""

    routes: list[Route] = field(default_factory=list)
    actions: dict[tuple[str, str], Handler] = field(default_factory=dict)
    corrections: list[Correction] = field(default_factory=list)

    def route(self, service: str, operation: str, method: str, path: str) -> Callable[[Handler], Handler]:
        """Declares who answers an operation that moto lacks."""
        def declare(handler: Handler) -> Handler:
            pattern, _, query = path.partition("?")
            parts = tuple(part for part in pattern.split("/") if part)
            self.routes.append(Route(service, operation, method, parts, query, handler))
            return handler
        return declare

    def action(self, service: str, operation: str) -> Callable[[Handler], Handler]:
        """Declares who answers an operation that the request names, and not its path; who answers nothing leaves it to moto."""
        def declare(handler: Handler) -> Handler:
            self.actions[service, operation] = handler
            return handler
        return declare

    def correct(self, service: str, matches: str) -> Callable[[Repair], Repair]:
        """Declares a repair of moto's answers to the calls whose names match."""
        def declare(repair: Repair) -> Repair:
            self.corrections.append(Correction(service, re.compile(matches), repair.__name__, repair))
            return repair
        return declare

    def find(self, call: Call) -> tuple[Route, list[str]] | None:
        """The route that answers a call."""
        if handler := self.actions.get((call.service, call.action)):
            return Route(call.service, call.action, call.method, (), "", handler), []
        for route in self.routes:
            captures = route.captures(call)
            if captures is not None:
                return route, captures
        return None

    def corrections_of(self, call: Call) -> list[Correction]:
        """The repairs that look at the answer to a call."""
        return [one for one in self.corrections if one.service == call.service and one.matches.fullmatch(call.name)]
