"""Fifty writers of one customer's books at once, some of whom die: as if one came after the other.

Every writer reads, decides and posts through the ledger, and is started again until it is done. It
dies before or after its write, loses the answer, or is throttled. Then the postings are put into
the order that the versions which they saw demand, and played one by one on an empty hub.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from shared.adapters import keys
from shared.adapters.account_items import customer_item
from shared.adapters.head_items import head_item
from shared.adapters.ledger import Ledger, posting_put
from shared.adapters.posting_items import posting_from
from shared.adapters.table import Put, Table
from shared.domain.books import Books
from shared.domain.clock import Now
from shared.domain.document import Document, DocumentKind
from shared.domain.document_posting import document_posting
from shared.domain.movement import Movement, MovementKind, Posting
from shared.domain.settle import settle
from shared.errors import WriteConflict
from tests.support.dynamodb_model import DynamoModel
from tests.support.emulated import INTERPRETER, MISSING, emulated_dynamodb
from tests.support.samples import customer, entity, eur

WRITERS = 50
DOCUMENTS = 6
STARTS_MAX = 400
DAY = date(2026, 3, 2)
MOMENT = datetime(2026, 3, 20, 12, tzinfo=UTC)
NOW = Now(MOMENT, MOMENT)
FAULTS = ("dies before", "dies after", "answer lost", "throttled", *[""] * 8)
_WRITES = ("put_item", "transact_write_items")


class Died(Exception):
    """The writer's process is gone."""


@dataclass
class Seen:
    """What happened: faults and lost conditions counted, and the versions that attempts saw."""

    counts: Counter[str] = field(default_factory=Counter)
    versions: dict[str, dict[str, int]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, what: str) -> None:
        with self.lock:
            self.counts[what] += 1


class Client:
    """A client whose writes go wrong by chance, and lie apart from the reads before them."""

    def __init__(self, client: Any, chance: random.Random, seen: Seen) -> None:
        self._client, self._chance, self._seen = client, chance, seen

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)
        return (lambda **request: self._write(call, request)) if name in _WRITES else call

    def _write(self, call: Callable[..., Any], request: dict[str, Any]) -> Any:
        time.sleep(self._chance.random() / 200)
        fault = self._chance.choice(FAULTS)
        if fault:
            self._seen.add(fault)
        if fault == "dies before":
            raise Died
        if fault == "throttled":
            error = {"Error": {"Code": "ThrottlingException", "Message": "later"}}
            raise ClientError(error, "TransactWriteItems")
        answer = call(**request)
        if fault == "dies after":
            raise Died
        if fault == "answer lost":
            raise ReadTimeoutError(endpoint_url="https://dynamodb.example")
        return answer


class OneAtATime:
    """The model for threads: each call is one step, as DynamoDB's are."""

    def __init__(self, model: DynamoModel) -> None:
        self._model, self._lock = model, threading.Lock()

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._model, name)

        def step(**request: Any) -> Any:
            with self._lock:
                return call(**request)

        return step


def documents() -> tuple[Document, ...]:
    return tuple(
        Document(
            document_id=f"inv_{n}",
            kind=DocumentKind.INVOICE,
            number=f"INV-{n}",
            issued_on=DAY,
            due_on=DAY + timedelta(days=n),
            total=eur(10_000),
            open=eur(10_000),
        )
        for n in range(DOCUMENTS)
    )


def found(table: Table) -> None:
    """Write a customer who owes every document."""
    whose, of = customer(), entity()
    table.write(Put(customer_item("demo", whose)))
    for document in documents():
        posting = posting_put("demo", whose.customer_id, document_posting(document, NOW))
        table.write(posting, Put(head_item("demo", whose, document, of.shards)))


def decided(n: int, books: Books) -> Posting | None:
    """Return what writer n wants, as books stand; None where there is nothing to do (any more).

    Five kinds of writers: money in, twice; credit used; a debt written off; money taken back.
    """
    chosen = [d for d in books.documents if d.open]
    match n % 5:
        case 0 | 1:
            amount = eur(1_500 + 97 * n)
            plan = [(d.document_id, d.open) for d in chosen]
            made = settle(f"pay_{n}", amount, plan, chosen)
            came = Movement(MovementKind.PAYMENT, amount, source_id=f"pay_{n}", via="bank")
            return posting(f"payment:pay_{n}", came, *made.movements)
        case 2:
            credit = next(iter(books.credits), None)
            if credit is None or not chosen:
                return None
            plan = [(d.document_id, d.open) for d in chosen]
            made = settle(credit.source_id, credit.unapplied, plan, chosen)
            return posting(f"allocation:{credit.source_id}:{n}", *made.movements)
        case 3:
            target = next((d for d in chosen if d.document_id == f"inv_{n % DOCUMENTS}"), None)
            if target is None:
                return None
            part = eur(min(target.open.minor, 211))
            cut = Movement(MovementKind.WRITE_OFF, -part, document_id=target.document_id)
            return posting(f"write_off:{n}", cut)
    paid = books.document(f"inv_{n % DOCUMENTS}")
    if paid is None or paid.open == paid.total:
        return None
    part = eur(min(paid.total.minor - paid.open.minor, 333))
    back = Movement(
        MovementKind.DEALLOCATION, part, document_id=paid.document_id, source_id=f"back_{n}"
    )
    return posting(f"deallocation:{n}", back)


def posting(posting_id: str, *movements: Movement) -> Posting:
    return Posting(posting_id, DAY, MOMENT, movements)


def writer(n: int, client: Any, seed: int, seen: Seen) -> None:
    """Do writer n's work until it is done, whatever goes wrong, as a queue lets a function."""
    chance = random.Random(f"{seed}-{n}")
    ledger = Ledger(Table(Client(client, chance, seen), "hub"))
    closed = [d.document_id for d in documents()]
    for start in range(STARTS_MAX):
        try:
            _, books = ledger.look("demo", "c1", closed)
            wanted = decided(n, books)
            if wanted is None:
                seen.add("nothing to do")
                return
            attempt = f"{n}-{start}"
            seen.versions[attempt] = {d.document_id: d.version for d in books.documents} | {
                c.source_id: c.version for c in books.credits
            }
            marked = Posting(wanted.posting_id, DAY, MOMENT, wanted.movements, by=attempt)
            seen.add("written" if ledger.post("demo", books, marked) else "written before")
            return
        except WriteConflict:
            seen.add("conditions lost")
        except (Died, ClientError, ReadTimeoutError):
            seen.add("started again")
    raise AssertionError(f"writer {n} never came through")


def everything(client: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    for partition in (keys.live, keys.history, keys.ledger):
        items += Table(client, "hub").query(partition("demo", "c1"))
    return items


def in_order(postings: dict[str, Posting], seen: Seen) -> Iterator[Posting]:
    """Yield the postings so that each finds the versions that it saw when it was decided."""
    touched = {
        name: {what for m in each.movements for what in (m.document_id, m.source_id) if what}
        for name, each in postings.items()
    }
    made: dict[tuple[str, int], str] = {}
    for name, each in postings.items():
        for what in touched[name]:
            place = (what, seen.versions[each.by].get(what, 0) + 1)
            assert place not in made, f"{name} and {made[place]} both made {place}"
            made[place] = name
    graph = TopologicalSorter[str]()
    for name, each in postings.items():
        saw = seen.versions[each.by]
        places = ((what, saw.get(what, 0)) for what in touched[name])
        graph.add(name, *(made[place] for place in places if place in made))
    for name in graph.static_order():
        yield postings[name]


def by_key(items: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(i["pk"], i["sk"]): i for i in items}


def race(client: Any, seed: int) -> None:
    """Let them all write at once; then the end is that of one writer after the other."""
    seen = Seen()
    found(Table(client, "hub"))
    threads = [
        threading.Thread(target=writer, args=(n, client, seed, seen)) for n in range(WRITERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"seed {seed}: {dict(seen.counts)}")
    ended = everything(client)
    postings = {
        i["posting_id"]: posting_from(i)
        for i in ended
        if i["type"] == "POSTING" and not i["posting_id"].startswith("invoice:")
    }
    assert len(postings) + seen.counts["nothing to do"] >= WRITERS - DOCUMENTS
    assert seen.counts["conditions lost"] > 0, "nobody raced"
    assert all(seen.counts[fault] for fault in FAULTS if fault), "nobody died"
    alone = DynamoModel()
    found(Table(alone, "hub"))
    ledger, closed = Ledger(Table(alone, "hub")), [d.document_id for d in documents()]
    for each in in_order(postings, seen):
        _, books = ledger.look("demo", "c1", closed)
        assert ledger.post("demo", books, each)
    assert by_key(everything(alone)) == by_key(ended)
    money_is_where_the_movements_say(ended)


def money_is_where_the_movements_say(items: list[dict[str, Any]]) -> None:
    """Add up by hand, without any code of the hub: heads and credits, and all money that came."""
    sums: Counter[tuple[str, str]] = Counter()
    for movement in (m for i in items if i["type"] == "POSTING" for m in i["movements"]):
        for kind in ("document_id", "source_id"):
            if kind in movement:
                sums[kind, movement[kind]] += movement["amount"]
    heads = {("document_id", i["document_id"]): i["open"] for i in items if i["type"] == "HEAD"}
    credits = {
        ("source_id", i["source_id"]): i["unapplied"] for i in items if i["type"] == "CREDIT"
    }
    assert len(heads) == DOCUMENTS
    assert heads | credits == {k: v for k, v in sums.items() if v or k[0] == "document_id"}


@pytest.mark.law("6", "17")
@pytest.mark.parametrize("seed", range(4))
def test_fifty_writers_on_the_model_end_as_if_they_had_come_one_by_one(seed: int) -> None:
    race(OneAtATime(DynamoModel()), seed)


@pytest.mark.law("6", "17")
@pytest.mark.skipif(not INTERPRETER.exists(), reason=MISSING)
def test_fifty_writers_on_the_local_clouds_table_end_as_if_they_had_come_one_by_one(
    tmp_path: Path,
) -> None:
    with emulated_dynamodb(tmp_path) as client:
        race(client, 99)


def test_the_proof_notices_a_write_without_its_condition(monkeypatch) -> None:
    monkeypatch.setattr("shared.adapters.ledger.VERSION", "version >= :seen")
    with pytest.raises(AssertionError, match="both made"):
        race(OneAtATime(DynamoModel()), 7)
