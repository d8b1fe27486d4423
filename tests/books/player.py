"""Somebody at one entity who does something, through the operator API."""

from collections.abc import Callable
from random import Random
from typing import Any

from tests.books.hub import Hub


class Idle(Exception):
    """There was nothing that this act could be done to."""


class Player:
    """One entity at the moment that the hub takes for now, and chance."""

    def __init__(self, hub: Hub, entity_id: str, chance: Random) -> None:
        self.hub, self.entity_id, self.chance = hub, entity_id, chance
        self.path = f"/entities/{entity_id}"
        listed = list(hub.api.pages(f"{self.path}/customers"))
        self.customers = [c["customer_id"] for c in listed]
        self.external_ids = {c["customer_id"]: c["external_id"] for c in listed}
        self.written_off: list[tuple[str, str]] = []

    @property
    def today(self) -> str:
        return self.hub.now.business.date().isoformat()

    def post(self, path: str, body: Any = None) -> Any:
        return self.hub.api.post(f"{self.path}/{path}", body or {})

    def customer(self) -> str:
        return self.chance.choice(self.customers)

    def of_somebody(self, listed: Callable[[str], list[Any]]) -> tuple[str, Any]:
        """Return a customer and one of what is listed for him. Raises Idle where nobody has any."""
        for _ in range(6):
            customer = self.customer()
            if found := listed(customer):
                return customer, self.chance.choice(found)
        raise Idle

    def document(self, state: str = "open", **wanted: str) -> tuple[str, Any]:
        """Return a customer and a document of his, with these values. Raises Idle."""

        def listed(customer: str) -> list[Any]:
            found = self.hub.api.pages(f"{self.path}/invoices", customer=customer, state=state)
            return [d for d in found if all(d[name] == value for name, value in wanted.items())]

        return self.of_somebody(listed)

    def part_of(self, money: Any) -> dict[str, str]:
        """Return the amount or, as often, some part of it, as the wire says it."""
        digits = len(money["amount"].partition(".")[2])
        minor = minor_of(money)
        if self.chance.random() < 0.5:
            minor = self.chance.randint(1, max(minor, 1))
        return {"amount": decimal(minor, digits), "currency": money["currency"]}


def minor_of(money: Any) -> int:
    """Return an amount of the wire in minor units."""
    return int(money["amount"].replace(".", ""))


def decimal(minor: int, digits: int) -> str:
    """Return minor units as decimal text."""
    text = f"{minor:0{digits + 1}d}"
    return f"{text[:-digits]}.{text[-digits:]}" if digits else text


Act = Callable[[Player], None]
