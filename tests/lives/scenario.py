"""A life as a short file in plain words: who the customer is, what is invoiced, what happens when.

title, about: for the reader. company, customer: what differs from the usual ones. policy: text of
a policy in place of the standard one (policies: more, by name). days: first and last day.
hours: when the sweep looks, in the company's zone. invoices: by number, such as
`500.00 EUR, issued 2026-01-05, due 2026-02-04`. events: sentences by date, or date and time.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FOLDER = Path(__file__).parent / "scenarios"
_USUAL_TIME = "10:00"
_INVOICE = re.compile(
    r"(?P<total>[\d.]+) (?P<currency>[A-Z]{3}), issued (?P<issued>\S+), due (?P<due>[\d-]+)"
    r"(, terms (?P<terms>[^;]+?))?(; stage (?P<stage>\w+))?(; arrives (?P<arrives>[\d-]+))?"
    r"(; lines (?P<lines>.+))?"
)
COMPANY = {
    "entity_id": "seller",
    "name": "Seller GmbH",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
    "language": "en",
    "contact_email": "help@seller.example",
    "contact_phone": "+49 30 1234560",
    "address": "Hauptstr. 1, 10115 Berlin",
    "bank_account": "IBAN DE02 1203 0000 0000 2020 51",
}
CUSTOMER = {
    "external_id": "C1",
    "name": "Baker & Sons Ltd",
    "email": "ap@baker.example",
    "language": "en",
    "time_zone": "Europe/Berlin",
    "country": "DE",
    "phone": "+49 30 7654321",
    "address": "Ringstr. 5, 20095 Hamburg",
}


@dataclass(frozen=True)
class Invoice:
    """One invoice of the ERP; arrives is the day on which the hub hears of it."""

    number: str
    total: str
    currency: str
    issued: date
    due: date
    arrives: date
    terms: str = ""
    stage: str = ""
    lines: str = ""


@dataclass(frozen=True)
class Happening:
    """One sentence and when it comes true, in the company's local time."""

    on: date
    at: time
    said: str


@dataclass(frozen=True)
class Scenario:
    """A life before it is lived."""

    name: str
    title: str
    about: str
    first: date
    last: date
    hours: tuple[time, ...]
    company: Mapping[str, Any]
    customer: Mapping[str, str]
    invoices: tuple[Invoice, ...]
    happenings: tuple[Happening, ...]
    policies: Mapping[str, str] = field(default_factory=dict)


def names() -> list[str]:
    """Return the name of every life, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def read(name: str) -> Scenario:
    """Return the scenario of that name. Raises ValueError for what nobody understands."""
    told = YAML(typ="safe").load((FOLDER / f"{name}.yaml").read_text())
    known = {"title", "about", "days", "hours", "company", "customer", "policy", "policies",
             "invoices", "events"}  # fmt: skip
    if strange := told.keys() - known:
        raise ValueError(f"{name}: nobody reads {', '.join(strange)}")
    first, _, last = told.get("days", "2026-01-05 to 2026-12-31").partition(" to ")
    policies = dict(told.get("policies", {}))
    if "policy" in told:
        policies["standard"] = told["policy"]
    return Scenario(
        name=name,
        title=told["title"],
        about=" ".join(told["about"].split()),
        first=date.fromisoformat(first),
        last=date.fromisoformat(last),
        hours=tuple(time.fromisoformat(h) for h in told.get("hours", ["09:00"])),
        company=COMPANY | told.get("company", {}),
        customer=CUSTOMER | told.get("customer", {}),
        invoices=tuple(invoice(n, text) for n, text in told.get("invoices", {}).items()),
        happenings=tuple(_happenings(told.get("events", {}))),
        policies=policies,
    )


def invoice(number: str, text: str) -> Invoice:
    """Return an invoice as a scenario tells it. Raises ValueError for what is none."""
    found = _INVOICE.fullmatch(text)
    if found is None:
        raise ValueError(f"no invoice: {text}")
    part = found.groupdict(default="")
    issued = date.fromisoformat(part["issued"])
    return Invoice(
        number=str(number),
        total=part["total"],
        currency=part["currency"],
        issued=issued,
        due=date.fromisoformat(part["due"]),
        arrives=date.fromisoformat(part["arrives"]) if part["arrives"] else issued,
        terms=part["terms"],
        stage=part["stage"],
        lines=part["lines"],
    )


def _happenings(told: Mapping[Any, Any]) -> list[Happening]:
    found = []
    for when, sentences in told.items():
        day, _, hour = str(when).partition(" ")
        at = time.fromisoformat((hour or _USUAL_TIME)[:5])
        many = sentences if isinstance(sentences, list) else [sentences]
        found += [Happening(date.fromisoformat(day), at, " ".join(s.split())) for s in many]
    return sorted(found, key=lambda h: (h.on, h.at))


def instant(day: date, at: time) -> datetime:
    """Return a naive local moment."""
    return datetime.combine(day, at)
