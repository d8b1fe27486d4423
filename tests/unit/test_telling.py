"""Which entry a line takes back, and whether the ERP booked itself what is taken back."""

from dataclasses import replace
from datetime import date

import pytest

from shared.domain.telling import is_of_erp, takes_back_untold, undone_by
from shared.domain.writeback import Writeback
from tests.support.samples import eur


def line(name: str, minor: int, method: str = "discount", **changes: object) -> Writeback:
    note = Writeback(
        payment_id=name,
        document_id="inv1",
        invoice_external_id="7",
        received_on=date(2026, 9, 1),
        amount=eur(minor),
        method=method,
        gateway_reference="",
        pending=False,
        erp_id="told",
    )
    return replace(note, **changes)


@pytest.mark.rule("i25")
def test_the_newest_that_stands_is_taken_back() -> None:
    first, back, again = line("a", 200), line("b", -200), line("c", 200)
    now = line("d", -200, erp_id="")
    assert undone_by(now, (first, now)) == first.key
    assert undone_by(now, (first, back, again, now)) == again.key
    assert undone_by(now, (first, back, now)) == ""
    assert undone_by(now, (first, line("c", 200), now)) == "c.inv1.0"
    assert undone_by(now, (first, line("c", 200, "tolerance"), now)) == first.key


@pytest.mark.parametrize(
    "told", [line("a", 300), line("a", 200, erp_id=""), line("a", 200, "tolerance")]
)
def test_what_is_not_taken_back_whole_names_no_entry(told: Writeback) -> None:
    now = line("d", -200, erp_id="")
    assert undone_by(now, (told, now)) == ""


@pytest.mark.rule("R43")
def test_money_that_the_erp_was_never_told_of_is_its_own() -> None:
    back = line("p1", -4_000, "bank", step=2, erp_id="")
    assert is_of_erp(back, (back,))
    assert not is_of_erp(back, (line("p1", 4_000, "bank"), back))
    assert is_of_erp(back, (line("p2", 4_000, "bank"), back))
    assert not is_of_erp(line("p1", 4_000, "bank"), ())
    assert not is_of_erp(line("a", -200), ())


def test_what_was_left_untold_is_taken_back_by_nothing() -> None:
    left, back = line("a", 200, erp_id="", left="covered_in_erp"), line("b", -200, erp_id="")
    assert takes_back_untold(back, (left, back))
    assert not takes_back_untold(back, (line("a", 200), back))
    netted = replace(back, left="never_told")
    assert not takes_back_untold(line("c", -200, erp_id=""), (left, netted))
