"""Invoices that change their customer, as a person says: asked of one, with all that is paid."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from shared import runtime
from shared.adapters.account_items import hold_item
from shared.adapters.table import Put
from shared.domain.agreement import Hold
from shared.domain.entity import Entity
from shared.domain.erp import Gone, RecordKind
from shared.errors import Conflict, InvalidInput, NotFound
from shared.usecases.move_customer import Merged, merge_customer, move_invoice
from tests.integration.drops import counted_writes
from tests.integration.erp_rows import (
    check_books,
    codes,
    gone,
    id_of,
    invoice,
    note,
    opened,
    paid,
    take,
    told,
)
from tests.integration.importing import document_id
from tests.integration.money import of_type
from tests.support.operators import AUDIENCE, call, issuer, operator
from tests.support.samples import eur


@pytest.fixture
def books(filled: Entity) -> Entity:
    """C-1 owes I-1 (119.00, 50.00 paid), I-2 (59.50) and I-4 (100.00); C-3 owes nothing."""
    from shared.domain.imports import CustomerRow

    take(CustomerRow(0, "C-3", "Nordlicht AG", "ap@nordlicht-ag.example"))
    take(invoice("I-4", 10_000))
    take(paid(5_000))
    assert (opened(), opened("C-3")) == ({"I-1": 6_900, "I-2": 5_950, "I-4": 10_000}, {})
    return filled


def hold(customer: str, document: str) -> None:
    """Write a hold of one invoice."""
    day = date(2026, 1, 20)
    held = Hold("h1", "other", day, day + timedelta(days=9), "ann", (document,), None, "")
    runtime.table().write(Put(hold_item("demo", customer, held)))


def move(external_id: str, old: str = "C-1", new: str = "C-3") -> None:
    whose = (id_of(old), document_id(external_id), id_of(new))
    move_invoice(runtime.customer_moves(), "demo", *whose, "ann", "branch", runtime.now())
    check_books()


def merge(old: str = "C-1", new: str = "C-3") -> Merged:
    ids = (id_of(old), id_of(new))
    done = merge_customer(runtime.customer_moves(), "demo", *ids, "ann", "one", runtime.now())
    check_books()
    return done


@pytest.mark.rule("R43", "R42")
def test_an_invoice_whose_owner_changed_waits_until_a_person_moves_it(books: Entity) -> None:
    theirs = invoice("I-1", 11_900, "C-3")
    assert codes(theirs) == ["owner_changed"]
    move("I-1")
    assert (opened(), opened("C-3")) == ({"I-2": 5_950, "I-4": 10_000}, {"I-1": 6_900})
    assert take(theirs).updated == 1
    with counted_writes() as written:
        assert take(theirs).unchanged == 1
    assert written == []
    assert take(invoice("I-1", 12_900, "C-3")).updated == 1
    assert opened("C-3") == {"I-1": 7_900}
    take(paid(7_900, "P-2"))
    assert opened("C-3") == {}
    assert codes(invoice("I-1", 5_000, "C-3")) == ["total_below_moved"]


def test_what_was_booked_of_an_invoice_before_it_was_moved_is_still_an_echo(books: Entity) -> None:
    from datetime import UTC, datetime

    from shared.adapters.writeback_items import writeback_puts
    from shared.domain.payment import Allocation, Payment

    at = datetime(2026, 1, 9, tzinfo=UTC)
    payment = Payment("P" * 26, id_of("C-1"), eur(900), "card", at.date(), at)
    part = Allocation(document_id("I-1"), "2026-001", "I-1", eur(900))
    runtime.table().write(*writeback_puts("demo", payment, [part], runtime.now()))
    move("I-1")
    from dataclasses import replace

    echo = replace(paid(900, "77"), our_key=f"{'P' * 26}.{document_id('I-1')}.0")
    assert take(echo).unchanged == 1


def test_a_move_and_its_way_back_leave_the_books_as_they_were(books: Entity) -> None:
    move("I-1")
    move("I-1", "C-3", "C-1")
    assert (opened()["I-1"], opened("C-3")) == (6_900, {})
    assert take(invoice("I-1", 11_900, number="2026-001")).refused == 0


def test_what_something_open_names_is_not_moved_behind_its_back(books: Entity) -> None:
    customer, name = id_of("C-1"), document_id("I-2")
    hold(customer, name)
    whose = (customer, name, id_of("C-3"))
    with pytest.raises(Conflict, match="hold"):
        move_invoice(runtime.customer_moves(), "demo", *whose, "ann", "why", runtime.now())
    assert opened()["I-2"] == 5_950


def test_nobody_is_moved_to_nobody(books: Entity) -> None:
    customer, name = id_of("C-1"), document_id("I-2")
    by = ("ann", "why", runtime.now())
    with pytest.raises(InvalidInput):
        move_invoice(runtime.customer_moves(), "demo", customer, name, customer, *by)
    with pytest.raises(NotFound):
        move_invoice(runtime.customer_moves(), "demo", customer, name, "nobody", *by)
    with pytest.raises(NotFound):
        move_invoice(runtime.customer_moves(), "demo", id_of("C-3"), name, customer, *by)


@pytest.mark.rule("R43")
def test_a_payment_that_goes_after_the_move_is_asked_of_whom_the_invoice_is_now(
    books: Entity,
) -> None:
    move("I-1")
    assert take(gone(RecordKind.PAYMENTS, "P-1")).updated == 1
    assert (opened(), opened("C-3")) == ({"I-2": 5_950, "I-4": 10_000}, {"I-1": 11_900})
    assert take(invoice("I-1", 11_900, "C-3", number="2026-001")).refused == 0
    assert opened("C-3") == {"I-1": 11_900}


@pytest.mark.rule("R43")
def test_a_merge_takes_all_that_is_open_along_and_the_erps_rows_follow(books: Entity) -> None:
    take(paid(5_950, "P-2", "I-2"))
    done = merge()
    assert (sorted(done.moved), done.stayed) == (["2026-001", "N-I-4"], ())
    assert (opened(), opened("C-3")) == ({}, {"I-1": 6_900, "I-4": 10_000})
    # what was paid already stays with whom it was paid by, whatever the ERP says of its owner
    assert take(invoice("I-2", 5_950, "C-3", number="2026-002")).updated == 1
    assert take(invoice("I-9", 1_000, "C-1")).new == 1
    assert opened("C-3")["I-9"] == 1_000
    assert take(gone(RecordKind.CUSTOMERS, "C-1", Gone.MERGED, into="C-3")).unchanged == 1
    again = merge()
    assert (again.moved, again.stayed) == ((), ())
    (kept,) = of_type("demo", "MERGED")
    assert (kept["by"], kept["into"], kept["note"]) == ("ann", id_of("C-3"), "one")
    with pytest.raises(Conflict):
        merge("C-3", "C-1")
    assert told() == []


def test_a_merge_tells_what_stays(books: Entity) -> None:
    take(note(500))
    hold(id_of("C-1"), document_id("I-2"))
    done = merge()
    assert done.stayed == (("2026-002", "it is part of something open: hold"),)
    assert (done.credits, opened()) == (1, {"I-2": 5_950})


def test_only_a_controller_moves_and_merges_and_the_books_say_who(
    books: Entity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with issuer(tmp_path / "key.pem") as serving:
        monkeypatch.setenv("TOKEN_ISSUER", serving.url)
        monkeypatch.setenv("TOKEN_AUDIENCE", AUDIENCE)
        monkeypatch.setenv("TOKEN_JWKS_URL", f"{serving.url}/.well-known/jwks.json")
        clerk, controller = (serving.mint(operator(f"demo:{r}")) for r in ("clerk", "controller"))
        body = {"into": "C-3", "note": "branch"}
        paths = ("/entities/demo/invoices/I-1/move", "/entities/demo/customers/C-1/merge")
        assert [call(clerk, "POST", path, body).status for path in paths] == [403, 403]
        assert call(controller, "POST", paths[0], {"into": "C-3"}).status == 422
        moved, merged = (call(controller, "POST", path, body) for path in paths)
    assert (moved.status, moved.json["open"]["amount"]) == (200, "69.00")
    assert (merged.status, len(merged.json["moved"]), merged.json["credits"]) == (200, 2, 0)
    kinds = [p for p in of_type("demo", "POSTING") if p["posting_id"].startswith("moved_")]
    assert len(kinds) == 6 and all(p["by"] and p["note"] == "branch" for p in kinds)
    check_books()
