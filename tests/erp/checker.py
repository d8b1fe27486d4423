"""Compares a hub with an ERP: what each says by itself, without a line of the code between them.

The ERP is read by its own client, the hub by its API. A cent of difference is a difference.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

MARK = "duecourse:"
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Seen:
    """What was compared, and every difference in words. told are the keys of our entries there."""

    documents: int
    customers: int
    told: frozenset[str]
    taken: int
    money: int
    differences: tuple[str, ...]


def cents(amount: Json) -> int:
    """Return an amount of the API in cents: it is decimal text."""
    return round(Decimal(amount["amount"]) * 100)


def compare(books: Iterable[Json], lines: Iterable[Json], hub: Iterable[Json],
            payments: Iterable[Json], noted: Iterable[str]) -> Seen:  # fmt: skip
    """Return the differences between the ERP's books and the hub.

    books are the documents of the ERP and lines the money on its accounts, hub the documents and
    payments the payments of the hub's API, noted the references of all money that the hub was told
    of by itself.
    """
    invoices = [b for b in books if b["total"] > 0]
    ours, theirs = Counter[str](), {}
    for line in lines:
        if line["text"].startswith(MARK):
            ours[line["text"].split(" ")[0].removeprefix(MARK)] += 1
        else:
            theirs[str(line["id"])] = line["minor"]
    taken = list(payments)
    found = [
        *_documents(invoices, hub),
        *(f"entry {key}: {n} times there" for key, n in ours.items() if n > 1),
        *_money(taken, theirs, list(noted)),
    ]
    people = {b["customer"] for b in invoices}
    told = frozenset(ours)
    return Seen(len(invoices), len(people), told, len(theirs), len(taken), tuple(found))


def _documents(invoices: Iterable[Json], hub: Iterable[Json]) -> Iterator[str]:
    left = {d["external_id"]: d for d in hub if d["kind"] == "invoice"}
    for there in invoices:
        name = f"invoice {there['number']} ({there['id']})"
        here = left.pop(str(there["id"]), None)
        if here is None:
            if there["state"] != "cancelled":
                yield f"{name}: the hub has none"
            continue
        if cents(here["open"]) != there["open"]:
            yield f"{name}: open {there['open']} there, {cents(here['open'])} here"
        if there["state"] != "cancelled" and cents(here["total"]) != there["total"]:
            yield f"{name}: total {there['total']} there, {cents(here['total'])} here"
    yield from (f"invoice {d['number']}: the ERP has none" for d in left.values())


def _money(taken: Sequence[Json], theirs: Mapping[str, int], noted: Sequence[str]) -> Iterator[str]:
    """Tell what is not here once: money that the hub was told, and money that came to the ERP.

    A line of the ERP may pay several invoices: it is here in parts, and they are its sum.
    """
    here = Counter(p["reference"] or p["gateway_reference"] for p in taken)
    for reference in noted:
        if here.pop(reference, 0) != 1:
            yield f"payment {reference}: not once here"
    came: Counter[str] = Counter()
    for payment in taken:
        reference = payment["reference"] or payment["gateway_reference"]
        if reference in here:
            came[reference.partition("-")[0]] += cents(payment["amount"])
    yield from (f"payment {r}: {n} times here" for r, n in here.items() if n > 1)
    for line, minor in theirs.items():
        if came.pop(line, 0) != minor:
            yield f"line {line} of {minor}: another sum here"
    yield from (f"payment on line {line}: no money of the ERP" for line in came)
