"""Compares a hub with an ERP: what each says by itself, without a line of the code between them.

The ERP is read by its own client, the hub by its API. A cent of difference is a difference.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

MARK = "duecourse:"
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Seen:
    """What was compared, and every difference in words."""

    documents: int
    customers: int
    told: int
    money: int
    differences: tuple[str, ...]


def cents(amount: Json) -> int:
    """Return an amount of the API in cents: it is decimal text."""
    return round(Decimal(amount["amount"]) * 100)


def compare(books: Iterable[Json], lines: Iterable[Json], hub: Iterable[Json],
            payments: Iterable[Json], noted: Iterable[str]) -> Seen:  # fmt: skip
    """Return the differences between the ERP's books and the hub.

    books are the documents of the ERP and lines the money on its accounts, hub the documents and
    payments the payments of the hub's API, noted the references of all money that the hub was told.
    """
    invoices = [b for b in books if b["total"] > 0]
    ours = {d["external_id"]: d for d in hub if d["kind"] == "invoice"}
    found = []
    for there in invoices:
        name = f"invoice {there['number']} ({there['id']})"
        here = ours.pop(str(there["id"]), None)
        if here is None:
            if there["state"] != "cancelled":
                found.append(f"{name}: the hub has none")
            continue
        if cents(here["open"]) != there["open"]:
            found.append(f"{name}: open {there['open']} there, {cents(here['open'])} here")
        if there["state"] != "cancelled" and cents(here["total"]) != there["total"]:
            found.append(f"{name}: total {there['total']} there, {cents(here['total'])} here")
    found += [f"invoice {d['number']}: the ERP has none" for d in ours.values()]
    keys = Counter(
        line["text"].split(" ")[0].removeprefix(MARK)
        for line in lines
        if line["text"].startswith(MARK)
    )
    found += [f"entry {key}: {n} times there" for key, n in keys.items() if n > 1]
    taken = list(payments)
    references = Counter(p["reference"] or p["gateway_reference"] for p in taken)
    for reference in noted:
        if references[reference] != 1:
            found.append(f"payment {reference}: {references[reference]} times here")
    people = {b["customer"] for b in invoices}
    return Seen(len(invoices), len(people), len(keys), len(taken), tuple(found))
