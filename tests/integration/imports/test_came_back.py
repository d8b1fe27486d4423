"""A payment that the ERP took back, and has again, as where Tryton reconciles a line anew."""

from dataclasses import replace

import pytest

from shared import runtime
from shared.adapters.imported_payments import ImportedPayments
from shared.domain.apply_cash import Part
from shared.domain.cash_step import Asked
from shared.domain.entity import Entity
from shared.domain.erp import RecordKind
from shared.errors import WriteConflict
from shared.usecases import reverse_payment as reversing
from shared.usecases.allocate import move_allocation
from tests.integration.drops import counted_writes, stored
from tests.integration.erp_rows import DAY, codes, gone, opened, paid, take, told, waiting
from tests.integration.importing import balances_agree, document_id
from tests.support.samples import eur

BY = Asked("", "", "ann")
GONE = gone(RecordKind.PAYMENTS, "P-1")


def states() -> list[tuple[str, int]]:
    return sorted((p["state"], p["amount"]) for p in stored("PAYMENT"))


@pytest.mark.rule("R43", "i25")
def test_a_payment_that_the_erp_has_again_is_booked_again_once(filled: Entity) -> None:
    """Else its invoice would stay open here, and be asked for."""
    take(paid(11_900))
    take(GONE)
    assert opened()["I-1"] == 11_900
    assert take(paid(11_900)).new == 1
    assert ("I-1" in opened(), waiting()) == (False, 0)
    with counted_writes() as written:
        assert take(paid(11_900)).unchanged == 1
    assert written == []
    assert states() == [("returned", 11_900), ("settled", 11_900)]
    assert told() == []
    assert balances_agree()


@pytest.mark.rule("R43")
def test_each_time_the_erp_takes_it_back_and_has_it_again_the_books_follow(filled: Entity) -> None:
    for n in range(1, 4):
        assert take(paid(4_000)).new == 1
        assert (opened()["I-1"], len(stored("PAYMENT"))) == (7_900, n)
        assert take(GONE).updated == 1
        assert opened()["I-1"] == 11_900
        with counted_writes() as written:
            assert take(GONE).unchanged == 1
        assert written == []
    assert balances_agree()


def test_what_comes_back_may_say_something_else_and_then_changes_no_more(filled: Entity) -> None:
    take(paid(11_900))
    take(GONE)
    other = replace(paid(5_000), paid_on=DAY.replace(day=22))
    assert take(other).new == 1
    assert opened()["I-1"] == 6_900
    assert codes(paid(11_900)) == ["payment_changed"]
    (payment,) = (p for p in stored("PAYMENT") if p["state"] == "settled")
    assert (payment["received_on"], payment["amount"]) == ("2026-01-22", 5_000)


@pytest.mark.rule("R43")
def test_two_who_book_what_came_back_book_it_once(
    filled: Entity, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(paid(11_900))
    take(GONE)
    read = ImportedPayments.facts

    def facts(self: ImportedPayments, *args: object) -> object:
        found = read(self, *args)
        monkeypatch.setattr(ImportedPayments, "facts", read)
        assert take(paid(11_900)).new == 1
        return found

    monkeypatch.setattr(ImportedPayments, "facts", facts)
    assert take(paid(11_900)).unchanged == 1
    assert states() == [("returned", 11_900), ("settled", 11_900)]
    assert (waiting(), balances_agree()) == (0, True)


def test_what_is_still_being_taken_back_is_not_booked_beside_it(
    filled: Entity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reversal of many documents that was cut off is gone on with first."""
    take(paid(10_000))
    (payment,) = stored("PAYMENT")
    at = (document_id("I-1"), eur(4_000), Part(document_id("I-2"), eur(4_000)))
    move_allocation(runtime.cash_desk(), "demo", payment["payment_id"], *at, BY, runtime.now())
    desk = (runtime.cash_desk(), "demo", payment["payment_id"])
    with monkeypatch.context() as cut:
        cut.setattr(reversing, "DOCUMENTS_MAX", 1)
        cut.setattr(reversing, "finish_reversal", lambda *_: None)
        reversing.take_back_gone(*desk, None, runtime.now())
    with pytest.raises(WriteConflict):
        take(paid(10_000))
    reversing.finish_reversal(*desk, runtime.now())
    assert take(paid(10_000)).new == 1
    assert (opened()["I-1"], opened()["I-2"], balances_agree()) == (1_900, 5_950, True)


def test_money_that_paid_in_the_meantime_stays_and_the_rest_is_credit(filled: Entity) -> None:
    take(paid(11_900))
    take(GONE)
    take(paid(10_000, "P-2"))
    assert take(paid(11_900)).new == 1
    assert ("I-1" in opened(), waiting()) == (False, 10_000)


def test_a_payment_that_was_taken_back_here_is_still_the_same_there(filled: Entity) -> None:
    take(paid(5_950, "P-2", "I-2"))
    (payment,) = stored("PAYMENT")
    whose = ("demo", payment["payment_id"], "bounced", None, BY)
    reversing.reverse_payment(runtime.cash_desk(), *whose, runtime.now())
    assert take(paid(5_950, "P-2", "I-2")).unchanged == 1
