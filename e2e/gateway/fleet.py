"""Instances that a fleet request asks for: which one is given, what it costs, when it is gone. moto gives any, at once.

AWS weighs depth too when it chooses among Spot offers; this takes the cheapest, so that two runs choose the same.
"""

from __future__ import annotations

import csv
import itertools
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Seconds from the call that ends an instance until it is gone.
SHUTTING_DOWN = 5.0


@dataclass(frozen=True)
class Offer:
    """An instance type in a zone, by one kind of capacity."""

    capacity: str
    instance_type: str
    zone: str


@dataclass
class Instance:
    """What was launched."""

    id: str
    offer: Offer
    price: float
    subnet: str
    image: str
    groups: list[str]
    tags: dict[str, str]
    launched: float = field(default_factory=time.time)
    ended: float | None = None

    @property
    def state(self) -> tuple[int, str]:
        """The state's code and name, as EC2 gives them."""
        if self.ended is None:
            return 16, "running"
        return (32, "shutting-down") if time.time() < self.ended + SHUTTING_DOWN else (48, "terminated")


@dataclass
class Request:
    """One call for instances, and what became of it."""

    capacity: str
    count: int
    strategy: str
    types: list[str]
    overrides: int
    refused: int
    instances: list[str]


class Prices:
    """USD an hour: on demand by type, Spot by type and zone; a cell that is empty is not offered."""

    def __init__(self, path: Path, zones: list[str]) -> None:
        with path.open() as file:
            rows = list(csv.DictReader(file))
        self.on_demand = {row["type"]: float(row["on_demand"]) for row in rows}
        columns = zip(zones, ("spot_a", "spot_b", "spot_c"))
        self.spot = {(row["type"], zone): float(row[column]) for zone, column in columns for row in rows if row[column]}

    def of(self, offer: Offer) -> float | None:
        """What an offer costs, if there is one."""
        if offer.capacity == "spot":
            return self.spot.get((offer.instance_type, offer.zone))
        return self.on_demand.get(offer.instance_type)


class Fleet:
    """Every instance of the account, and which offers have no capacity."""

    def __init__(self, prices: Prices) -> None:
        self.prices = prices
        self.instances: dict[str, Instance] = {}
        self.requests: list[Request] = []
        self.messages: list[dict[str, str]] = []
        # Offers without capacity, by kind of capacity and by zone; an empty zone means every one.
        self.exhausted: set[tuple[str, str]] = set()
        self.numbers = itertools.count(1)

    def has_capacity(self, offer: Offer) -> bool:
        """Is there room for another of these?"""
        gone = {(offer.capacity, ""), (offer.capacity, offer.zone)}
        return self.prices.of(offer) is not None and not gone & self.exhausted

    def cheapest(self, offers: list[Offer]) -> Offer | None:
        """The offer that is given; the name decides between equal prices, as it must be the same in every run."""
        there = [offer for offer in offers if self.has_capacity(offer)]
        return min(there, key=lambda one: (self.prices.of(one), one.instance_type, one.zone), default=None)

    def launch(self, offer: Offer, subnet: str, image: str, groups: list[str], tags: dict[str, str]) -> Instance:
        """Starts one."""
        identity = f"i-{next(self.numbers):017x}"
        price = self.prices.of(offer)
        assert price is not None, f"{offer} is not offered"
        self.instances[identity] = Instance(identity, offer, price, subnet, image, groups, tags)
        return self.instances[identity]

    def seen(self) -> dict[str, Any]:
        """What a test looks at."""
        def shown(one: Instance) -> dict[str, Any]:
            offer = one.offer
            return {"id": one.id, "type": offer.instance_type, "zone": offer.zone, "capacity": offer.capacity, "price": one.price,
                    "image": one.image, "state": one.state[1], "launched": one.launched, "ended": one.ended}
        return {"instances": [shown(one) for one in self.instances.values()],
                "requests": [vars(one) for one in self.requests]}
