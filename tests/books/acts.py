"""What people do to a company's money, drawn from a seed, all through the operator API."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from infra.cli.errors import CliError
from tests.books.hub import Hub

_DAYS_APART_MAX = 2.0
Act = Callable[["Player"], None]


class Player:
    """One clerk at one entity, at the moment that the hub takes for now."""

    def __init__(self, hub: Hub, entity_id: str, chance: Random) -> None:
        self.hub, self.entity_id, self.chance = hub, entity_id, chance
        self.path = f"/entities/{entity_id}"
        self.customers = [c["customer_id"] for c in hub.api.pages(f"{self.path}/customers")]

    @property
    def today(self) -> str:
        return self.hub.now.business.date().isoformat()

    def post(self, path: str, body: Any = None) -> Any:
        return self.hub.api.post(f"{self.path}/{path}", body)

    def customer(self) -> str:
        return self.chance.choice(self.customers)

    def document(self, state: str = "open", **wanted: str) -> tuple[str, Any]:
        """Return a customer and a document of his. Raises Idle where nobody has one."""
        for _ in range(5):
            customer = self.customer()
            found = [
                d
                for d in self.hub.api.pages(f"{self.path}/invoices", customer=customer, state=state)
                if all(d[name] == value for name, value in wanted.items())
            ]
            if found:
                return customer, self.chance.choice(found)
        raise Idle

    def part_of(self, money: Any) -> dict[str, str]:
        """Return the amount or, as often, some part of it, as the wire says it."""
        whole, _, cents = money["amount"].partition(".")
        minor = int(whole + cents)
        share = minor if self.chance.random() < 0.5 else self.chance.randint(1, max(minor, 1))
        text = f"{share:0{len(cents) + 1}d}"
        amount = f"{text[: -len(cents)]}.{text[-len(cents) :]}" if cents else text
        return {"amount": amount, "currency": money["currency"]}


class Idle(Exception):
    """There was nothing that this act could be done to."""


def play(hub: Hub, entity_id: str, chance: Random, acts: int, begin: datetime) -> Counter[str]:
    """Do so many acts, some hours apart, from begin on; return how often each was done."""
    done: Counter[str] = Counter()
    player = Player(hub, entity_id, chance)
    moment = begin
    names, weights = list(ACTS), [weight for weight, _ in ACTS.values()]
    for _ in range(acts):
        moment += timedelta(days=chance.random() * _DAYS_APART_MAX)
        hub.at(moment)
        (name,) = chance.choices(names, weights)
        try:
            ACTS[name][1](player)
            done[name] += 1
        except Idle:
            done[f"{name} (idle)"] += 1
        except CliError as refusal:
            done[f"{name} ({str(refusal).split(':')[0]})"] += 1
    return done


def _issue(player: Player) -> None:
    chance = player.chance
    rates = chance.choice((("19",), ("19", "7"), ("20",), ("0",)))
    lines = [
        {
            "description": "Service",
            "quantity": str(chance.randint(1, 9)),
            "unit_price": f"{chance.randint(1, 900)}.{chance.randint(0, 99):02d}",
            "tax_rate_percent": chance.choice(rates),
        }
        for _ in range(chance.randint(1, 4))
    ]
    due_on = player.hub.now.business.date() + timedelta(days=chance.choice((0, 14, 30)))
    player.post(
        "invoices",
        {
            "customer_id": player.customer(),
            "currency": "EUR",
            "issued_on": player.today,
            "due_on": due_on.isoformat(),
            "lines": lines,
            "prices_include_tax": chance.random() < 0.3,
        },
    )


def _credit(player: Player) -> None:
    customer, document = player.document("all", kind="invoice", external_id="")
    line = {"line": 1, "quantity": "1"} if player.chance.random() < 0.6 else None
    path = f"invoices/{document['document_id']}/credit-notes?customer={customer}"
    player.post(path, {"reason": "return", "lines": [line] if line else []})


def _void(player: Player) -> None:
    customer, document = player.document(kind="invoice", external_id="")
    path = f"invoices/{document['document_id']}/void?customer={customer}"
    player.post(path, {"reason": "error"})


ACTS: dict[str, tuple[int, Act]] = {
    "invoice": (8, _issue),
    "credit note": (4, _credit),
    "void": (1, _void),
}
"""How often each act is drawn, and what it does."""
