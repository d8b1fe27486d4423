"""Stored figures against the sum of the postings: found each night, rebuilt on a person's word."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.codec import encode_item
from shared.adapters.ledger import Ledger
from shared.adapters.payment_items import payment_item
from shared.adapters.table import Put, Update
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.payment import Payment, payment_posting
from shared.domain.settle import settle
from shared.domain.tasks import Task
from shared.errors import WriteConflict
from shared.usecases.check_books import look
from shared.usecases.rebuild_books import rebuild_books
from tests.integration import hub
from tests.integration.money import euros, items, of_type
from tests.support.capacity import meter
from tests.support.operators import ADMIN, AUDIENCE, call, issuer, operator
from tests.unit.test_decide import LADDER

DUE = date(2026, 3, 2)
MOMENT = datetime(2026, 3, 20, 12, tzinfo=UTC)
NOW = Now(MOMENT, MOMENT)


@dataclass
class Shop:
    """An entity whose customer owes one invoice, paid another and has money left over."""

    entity: Entity
    customer: Customer

    def look(self):
        return look(runtime.book_keeper(), "demo", self.customer.customer_id)[1]

    def rebuild(self, apply: bool = True):
        keeper, customer_id = runtime.book_keeper(), self.customer.customer_id
        return rebuild_books(keeper, self.entity, customer_id, "Ada", NOW, apply=apply)


@pytest.fixture
def shop(table) -> Shop:
    of = hub.seed(LADDER)
    buyer = hub.add_customer(of)
    for name in ("inv_open", "inv_paid"):
        hub.add_invoice(of, buyer, name, DUE)
    ledger = Ledger(table)
    _, books = ledger.look("demo", "c1")
    amount, plan = euros(12_000), [("inv_paid", euros(12_000))]
    settlement = settle("pay", amount, plan, books.documents)
    payment = Payment("pay", "c1", amount, "transfer", DUE, MOMENT, source="bank")
    payment = replace(payment, allocations=settlement.allocations)
    fact = Put(payment_item("demo", payment))
    assert ledger.post("demo", books, payment_posting(payment, settlement.movements, NOW), fact)
    return Shop(of, buyer)


def poke(key: keys.Key, **values: Any) -> None:
    """Change attributes behind the hub's back; None takes one away."""
    runtime.table().write(
        Update(
            key,
            set={k: v for k, v in values.items() if v is not None},
            remove=[k for k, v in values.items() if v is None],
        )
    )


def drop(item: dict[str, Any]) -> None:
    key = encode_item({"pk": item["pk"], "sk": item["sk"]})
    boto3.client("dynamodb").delete_item(TableName="hub", Key=key)


def figures_kept() -> list[dict[str, Any]]:
    """Return heads and credits as they stand, without what counts their writes."""
    found = of_type("demo", "HEAD", "CREDIT")
    kept = [{k: v for k, v in item.items() if k != "version"} for item in found]
    return sorted(kept, key=lambda item: (item["pk"], item["sk"]))


OPEN, PAID = keys.open_head("demo", "c1", "inv_open"), keys.closed_head("demo", "c1", "inv_paid")


def credit_key() -> keys.Key:
    (credit,) = of_type("demo", "CREDIT")
    return {"pk": credit["pk"], "sk": credit["sk"]}


def payment_key() -> keys.Key:
    (payment,) = of_type("demo", "PAYMENT")
    return {"pk": payment["pk"], "sk": payment["sk"]}


BREAKS = {
    "an open amount": (lambda: poke(OPEN, open=9_999), {"open"}),
    "a total": (lambda: poke(PAID, total=10_001), {"total"}),
    "a lost amount": (lambda: poke(PAID, open=None), {"open"}),
    "a lost due entry": (lambda: poke(OPEN, gpk=None, gsk=None), {"due_entries"}),
    "a due entry of another day": (
        lambda: poke(OPEN, gsk="2027-01-01#c1#inv_open"),
        {"due_entries"},
    ),
    "another currency": (lambda: poke(OPEN, currency="USD"), {"open", "total"}),
    "a credit": (lambda: poke(credit_key(), unapplied=1), {"credit"}),
    "a lost credit": (lambda: drop(credit_key()), {"credit"}),
    "an allocation": (
        lambda: poke(payment_key(), allocations=[]),
        {"allocated"},
    ),
    "money that left": (lambda: poke(payment_key(), gone=1), {"gone"}),
    "something taken off": (lambda: poke(OPEN, adjusted={"write_off": 1}), {"adjusted"}),
    "a void invoice": (lambda: poke(PAID, voided=True), {"void"}),
    "an amount received": (lambda: poke(payment_key(), amount=10_001), {"received"}),
    "a lost head": (lambda: drop(OPEN), {"open", "total", "open_heads", "due_entries"}),
}


def test_books_that_add_up_have_no_differences(shop):
    kept, found = look(runtime.book_keeper(), "demo", "c1")
    assert found == ()
    assert len(kept.stored) == 11
    assert {f: v for f, v in kept.stored.items() if v} == {
        f: v for f, v in kept.posted.items() if v
    }


@pytest.mark.parametrize("name", BREAKS)
def test_each_figure_that_is_changed_behind_the_hubs_back_is_found(shop, name):
    break_it, expected = BREAKS[name]
    break_it()
    assert {str(d.figure.kind) for d in shop.look()} == expected


def test_a_head_that_lies_in_both_places_is_found(shop):
    head = next(h for h in of_type("demo", "HEAD") if h["document_id"] == "inv_open")
    closed = {k: v for k, v in head.items() if k not in ("gpk", "gsk")}
    runtime.table().write(Put(closed | keys.closed_head("demo", "c1", "inv_open")))
    assert [str(d.figure.kind) for d in shop.look()] == ["closed_heads"]
    assert shop.rebuild().left == ()


@pytest.mark.law("2")
def test_the_night_tells_of_a_difference_once_and_names_both_figures(shop, caplog):
    list_customers(shop.entity, shop.customer)
    poke(OPEN, open=9_999)
    for _ in range(2):
        night()
    said = [r for r in caplog.records if r.getMessage() == "books_differ"]
    assert [(r.levelname, r.customer_id, r.documents) for r in said] == [
        ("CRITICAL", "c1", ("inv_open",))
    ] * 2
    (task,) = runtime.tasks().list_open("demo")
    assert (task.kind, task.customer_id, task.documents) == ("books", "c1", ("inv_open",))
    assert task.detail == "open of inv_open: stored 99.99 EUR, postings say 100.00 EUR"
    poke(OPEN, open=9_998)
    night()
    assert len(list(runtime.tasks().list_open("demo"))) == 2


def test_a_night_goes_through_every_customer_in_steps(shop, monkeypatch):
    monkeypatch.setattr("shared.usecases.check_books._MESSAGES_PER_STEP", 1)
    monkeypatch.setattr("shared.usecases.check_books.CUSTOMERS_PER_MESSAGE", 2)
    monkeypatch.setattr("functions.batch.enough_time", lambda context: lambda: False)
    others = [hub.add_customer(shop.entity, customer_id=f"c{n}") for n in range(2, 8)]
    list_customers(shop.entity, shop.customer, *others)
    hub.invoke(hub.HANDLERS["BOOKS"], ['{"kind": "scheduled"}'])
    seen = hub.drain("BOOKS")
    assert seen["BOOKS"] == 1 + 4 + 4  # the first plan, four steps of one message, each going on
    (run_id,) = {i["run_id"] for i in items("demo", "#RUN") if i["type"] == "RUN"}
    status = runtime.runs().status("demo", run_id, ("checked", "differing"))
    assert (status["state"], status["customers"]) == ("done", 7)
    assert (status["checked"], status["differing"]) == (7, 0)


def test_what_is_written_between_two_reads_is_no_difference(shop):
    keeper, late = runtime.book_keeper(), []

    class Restless:
        def look(self, entity_id, customer_id):
            kept = keeper.look(entity_id, customer_id)
            if not late:
                late.append(1)
                stale = {f: v for f, v in kept.posted.items() if f.document_id != "inv_open"}
                return type(kept)(*([()] * 5), stored=kept.stored, posted=stale)
            return kept

    assert look(Restless(), "demo", "c1")[1] == ()
    assert late


def test_books_that_never_rest_are_looked_at_again_later(shop):
    kept, n = runtime.book_keeper().look("demo", "c1"), iter(range(100))

    class Busy:
        def look(self, entity_id, customer_id):
            moving = {figure: next(n) for figure in kept.stored}
            return type(kept)(*([()] * 5), stored=moving, posted=kept.posted)

    with pytest.raises(WriteConflict):
        look(Busy(), "demo", "c1")


@pytest.mark.law("2")
def test_heads_that_lost_every_figure_and_all_credits_are_rebuilt_from_the_postings(shop):
    before = figures_kept()
    assert len(before) == 3
    for item in of_type("demo", "HEAD"):
        poke(
            {"pk": item["pk"], "sk": item["sk"]},
            **dict.fromkeys(("open", "total", "version", "gpk", "gsk")),
        )
    for item in of_type("demo", "CREDIT"):
        drop(item)
    shown = shop.rebuild(apply=False)
    assert len(shown.found) == 6
    assert figures_kept() != before
    assert shop.rebuild().left == ()
    assert figures_kept() == before
    assert shop.look() == ()


def test_a_rebuild_moves_a_head_to_where_it_belongs(shop):
    before = figures_kept()
    head = next(h for h in of_type("demo", "HEAD") if h["document_id"] == "inv_open")
    drop(head)
    lost = {k: v for k, v in head.items() if k not in ("gpk", "gsk")} | {"open": 0}
    runtime.table().write(Put(lost | keys.closed_head("demo", "c1", "inv_open")))
    assert shop.rebuild().left == ()
    assert figures_kept() == before


def test_a_rebuild_says_who_did_it_and_leaves_what_it_cannot_know(shop):
    poke(OPEN, open=1)
    drop(PAID)
    poke(payment_key(), amount=1)
    done = shop.rebuild()
    assert {str(d.figure.kind) for d in done.left} == {"total", "closed_heads", "received"}
    (note,) = of_type("demo", "TASK")
    assert (note["status"], note["done_by"], note["customer_id"]) == ("done", "Ada", "c1")
    assert "open of inv_open: stored 0.01 EUR, postings say 100.00 EUR" in note["detail"]


def test_a_rebuild_gives_way_to_whoever_was_first(shop):
    poke(OPEN, open=1)
    keeper = runtime.book_keeper()
    kept, found = look(keeper, "demo", "c1")
    poke(OPEN, version=99)
    note = Task("t1", "books", "c1", "rebuilt", MOMENT, DUE)
    with pytest.raises(WriteConflict):
        keeper.rebuild("demo", "c1", kept, found, lambda n: note)
    assert of_type("demo", "TASK") == []


def test_many_heads_are_rebuilt_in_several_steps(shop):
    for n in range(30):
        hub.add_invoice(shop.entity, shop.customer, f"inv_{n:02d}", DUE + timedelta(days=n))
        poke(keys.open_head("demo", "c1", f"inv_{n:02d}"), total=1)
    assert shop.rebuild().left == ()
    assert len(of_type("demo", "TASK")) == 2


@pytest.fixture
def tokens(shop, tmp_path, monkeypatch):
    with issuer(tmp_path / "key.pem") as serving:
        monkeypatch.setenv("TOKEN_ISSUER", serving.url)
        monkeypatch.setenv("TOKEN_AUDIENCE", AUDIENCE)
        monkeypatch.setenv("TOKEN_JWKS_URL", f"{serving.url}/.well-known/jwks.json")
        yield serving


def test_an_operator_checks_and_rebuilds(shop, tokens):
    admin, clerk = tokens.mint(ADMIN), tokens.mint(operator("demo:clerk"))
    list_customers(shop.entity, shop.customer)
    started = call(admin, "POST", "/entities/demo/books/checks")
    assert started.status == 202
    path = f"/entities/demo/books/checks/{started.json['run_id']}"
    assert call(admin, "GET", path).status == 404
    poke(OPEN, open=9_999)
    hub.drain("BOOKS")
    told = call(clerk, "GET", path).json
    assert (told["state"], told["customers"], told["differing"]) == ("done", 1, 1)
    (found,) = call(clerk, "GET", "/entities/demo/customers/c1/books").json["differences"]
    assert (found["figure"], found["stored"], found["posted"]) == ("open", 9_999, 10_000)
    rebuild = "/entities/demo/customers/c1/books/rebuild"
    assert call(clerk, "POST", rebuild, {"apply": True}).status == 403
    assert call(admin, "POST", rebuild, {}).json["applied"] is False
    assert runtime.accounts().document("demo", "c1", "inv_open").open == euros(9_999)
    assert call(admin, "POST", rebuild, {"apply": True}).json["left"] == []
    assert runtime.accounts().document("demo", "c1", "inv_open").open == euros(10_000)


def list_customers(of: Entity, *customers: Customer) -> None:
    names = ("customer_id", "external_id", "name", "email", "language", "currency")
    for each in customers:
        place = keys.directory(of.entity_id, each.customer_id)
        entry = {name: getattr(each, name) for name in names}
        runtime.table().write(Put({**place, "type": "DIRECTORY", **entry}))


def night() -> None:
    """Let the scheduled check run to its end; a night begins without the one before."""
    for item in items("demo", "#RUN"):
        drop(item)
    hub.invoke(hub.HANDLERS["BOOKS"], [json.dumps({"kind": "scheduled"})])
    hub.drain("BOOKS")


def test_a_small_customer_is_checked_for_a_few_read_units(shop):
    with meter(runtime.client("dynamodb")) as used:
        assert shop.look() == ()
    print(f"one customer: {used.read_units} read units, {used.calls} calls")
    assert (used.calls, used.write_units) == (4, 0)
    assert used.read_units <= 5
