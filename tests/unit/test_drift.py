"""Both sides of a document: equal, or named with the cause and what to do."""

from dataclasses import replace
from datetime import date

import pytest

from shared.domain.drift import (
    Action,
    Cause,
    Kept,
    charge_difference,
    charges_left,
    difference,
)
from shared.domain.erp import OpenAmount
from shared.domain.money import Money
from shared.domain.writeback import Writeback
from tests.support.samples import eur

HERE = Kept("d1", "c1", "7", "INV-7", eur(10_000), eur(4_000))
THERE = OpenAmount("7", "INV-7", "C-1", eur(10_000), eur(4_000))


def line(minor: int, **changes: object) -> Writeback:
    told = Writeback(
        "p1", "d1", "7", date(2026, 9, 1), eur(minor), "card", "", False, erp_id="MOVE-1"
    )
    return replace(told, **changes)


def found(kept: Kept | None, told: OpenAmount | None, *, has: bool = True) -> object:
    differs = difference(kept, told, lambda _: has)
    return differs and (differs.cause, differs.action, differs.keys)


def test_what_is_alike_is_no_difference() -> None:
    assert found(HERE, THERE) is None


@pytest.mark.parametrize(
    ("changes", "cause", "action"),
    [
        ({"pending": True, "erp_id": ""}, Cause.ON_ITS_WAY, Action.WAIT),
        ({"stopped": True, "erp_id": ""}, Cause.STOPPED, Action.REPAIR),
        ({"left": "erp_cannot", "erp_id": ""}, Cause.NOT_TOLD, Action.BOOK_BY_HAND),
    ],
)
def test_what_the_erp_was_not_told_explains_a_difference(
    changes: dict[str, object], cause: Cause, action: Action
) -> None:
    kept = replace(HERE, open=eur(3_000), lines=(line(6_000), line(1_000, **changes)))
    assert found(kept, THERE) == (cause, action, ("p1.d1.0",))


def test_it_explains_only_what_it_amounts_to() -> None:
    kept = replace(HERE, open=eur(3_000), lines=(line(999, pending=True, erp_id=""),))
    assert found(kept, THERE) == (Cause.OPEN, Action.PULL, ())


def test_a_discount_beside_the_money_counts() -> None:
    told = line(980, discount_minor=20, pending=True, erp_id="")
    assert found(replace(HERE, open=eur(3_000), lines=(told,)), THERE)[0] is Cause.ON_ITS_WAY


@pytest.mark.rule("i25")
def test_what_the_erp_lost_is_told_again() -> None:
    kept = replace(HERE, lines=(line(6_000),))
    there = replace(THERE, open=eur(10_000))
    assert found(kept, there, has=False) == (Cause.LOST, Action.SEND_AGAIN, ("p1.d1.0",))
    assert found(kept, there)[0] is Cause.OPEN
    by_hand = replace(kept, lines=(line(6_000, by_hand=True),))
    assert found(by_hand, there, has=False)[0] is Cause.OPEN


@pytest.mark.rule("i25")
def test_what_was_taken_back_there_and_booked_anew_is_not_lost() -> None:
    """Xero, QuickBooks and Odoo keep no old booking: told again, its money would be there twice."""
    old, anew = line(6_000), line(-2_000, step=2)
    kept = replace(HERE, open=eur(6_000), lines=(old, anew))

    def cause(open_minor: int) -> Cause:
        there = replace(THERE, open=eur(open_minor))
        differs = difference(kept, there, lambda key: key != old.key)
        assert differs is not None
        return differs.cause

    assert cause(5_500) is Cause.OPEN  # a person's doing there: nothing of ours explains it
    both = difference(kept, replace(THERE, open=eur(10_000)), lambda _: False)
    assert both is not None and (both.cause, both.keys) == (Cause.LOST, (old.key, anew.key))


@pytest.mark.rule("i25")
def test_what_was_taken_back_there_whole_is_not_told_again_with_what_is_lost() -> None:
    off, back = line(200, method="discount"), line(-200, method="discount", payment_id="p2")
    lost = line(6_000, payment_id="p3")
    there = replace(THERE, open=eur(10_000))
    kept = replace(HERE, lines=(off, back, lost))
    assert found(kept, there, has=False) == (Cause.LOST, Action.SEND_AGAIN, ("p3.d1.0",))
    told = replace(HERE, lines=(off, lost))
    assert found(told, there, has=False)[0] is Cause.LOST


def test_another_total_and_another_currency_are_not_compared_further() -> None:
    assert found(HERE, replace(THERE, total=eur(9_000)))[:2] == (Cause.TOTAL, Action.READ)
    usd = Money(minor=10_000, currency="USD")
    assert found(HERE, replace(THERE, total=usd, open=usd))[:2] == (Cause.CURRENCY, Action.LOOK)


def test_what_one_side_does_not_have_is_named_while_it_is_open() -> None:
    assert found(None, THERE)[:2] == (Cause.NOT_HERE, Action.READ)
    assert found(HERE, None)[:2] == (Cause.NOT_THERE, Action.READ)
    assert found(None, replace(THERE, open=eur(0))) is None
    assert found(replace(HERE, open=eur(0)), None) is None


def charge(open_minor: int, *lines: Writeback) -> Kept:
    return Kept("f1", "c1", "", "INV-7-FEE", eur(500), eur(open_minor), lines)


def test_a_charge_is_open_there_for_what_the_erp_was_told() -> None:
    made = line(500, method="charge")
    assert charges_left(charge(500)) == 0, "the ERP never heard of it"
    assert charges_left(charge(500, made)) == 500
    paid, to_be_told = line(200), line(100, method="charge_back", erp_id="", pending=True)
    assert charges_left(charge(200, made, paid, to_be_told)) == 300


@pytest.mark.parametrize(("there", "cause"), [(None, None), (300, None), (500, Cause.CHARGES)])
def test_charges_are_compared_where_the_erp_can_tell(there: int | None, cause: object) -> None:
    told = replace(THERE, charges_open=None if there is None else eur(there))
    differs = charge_difference(HERE, told, 300)
    assert (differs.cause if differs else None) == cause
