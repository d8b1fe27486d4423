"""The books of a world as hledger adds them up, beside what is stored."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from shared.adapters.head_items import document_from
from shared.adapters.hledger_journal import hledger_lines
from shared.adapters.posting_items import posting_from
from shared.domain.chart import DEFAULT
from shared.domain.journal import Names, journal
from shared.domain.journal_book import CustomerEntries, JournalBook
from tests.sim.founding import ENTITY
from tests.sim.world import World
from tests.support.checkers import hledger_balances

_OWED, _WAITS = "Assets:Receivables", "Liabilities:Unapplied"


def differing(world: World) -> list[str]:
    """Return where hledger's balances are not the stored heads and credits; empty for good books.

    Every figure that is compared is one customer's in one currency.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "books.journal"
        day = world.now.business.date()
        path.write_text("\n".join(hledger_lines(_book(world), day)) + "\n")
        told = {
            place: minor
            for place, minor in hledger_balances(path).items()
            if minor and place[0].startswith((_OWED, _WAITS))
        }
    stored = Counter(dict(_stored(world)))
    return [
        f"{place} is {told.get(place, 0)} for hledger and {stored[place]} in the table"
        for place in told.keys() | stored.keys()
        if told.get(place, 0) != stored[place]
    ]


def _book(world: World) -> JournalBook:
    customers = []
    for customer_id in world.customers:
        heads = [h for h in world.all("HEAD") if h["customer_id"] == customer_id]
        names = Names(customer_id, {h["document_id"]: document_from(h) for h in heads})
        postings = [p for p in world.all("POSTING") if p["customer_id"] == customer_id]
        entries = tuple(journal(posting_from(item), DEFAULT, names) for item in postings)
        customers.append(CustomerEntries(customer_id, customer_id, entries))
    return JournalBook(ENTITY, tuple(customers))


def _stored(world: World) -> Iterator[tuple[tuple[str, str], int]]:
    sums: Counter[tuple[str, str]] = Counter()
    for head in world.all("HEAD"):
        sums[f"{_OWED}:{head['customer_id']}", head["currency"]] += head["open"]
    for credit in world.all("CREDIT"):
        customer_id = credit["pk"].split("#")[3]
        sums[f"{_WAITS}:{customer_id}", credit["currency"]] -= credit["unapplied"]
    yield from sums.items()
