"""What came, or went, with an earlier value date corrects what was charged, by counter-entries."""

from datetime import UTC, date, datetime, timedelta

import pytest

from shared import runtime
from shared.adapters.charges import Charges
from shared.domain.movement import Movement, MovementKind, Posting
from shared.domain.policy import Policy
from tests.integration import hub
from tests.integration.charging import (
    DUE,
    FEES,
    MARCH,
    accrue,
    at,
    documents,
    kinds,
    ledger,
    net,
    pay,
    policy,
    reckoned,
)
from tests.support.samples import eur


@pytest.mark.rule("R21")
@pytest.mark.law("17")
def test_money_with_an_earlier_value_date_corrects_the_interest_by_a_counter_entry(overdue):
    overdue(policy())
    accrue(MARCH)
    before = documents()["INV1-INT-20250228"]
    pay("p1", 400_000, date(2025, 2, 10), "inv1")
    accrue(MARCH + timedelta(days=1), times=3)
    found = documents()
    charge = found["INV1-INT-20250228"]
    assert charge.total == before.total
    assert net(charge) == reckoned(found["INV1"], date(2025, 2, 28)) < before.total.minor
    assert kinds().count("correction") == 1


@pytest.mark.rule("R21")
def test_what_was_paid_of_interest_that_turned_out_too_high_goes_back_as_credit(overdue):
    overdue(policy())
    accrue(MARCH)
    charge = documents()["INV1-INT-20250228"]
    pay("p1", charge.open.minor, MARCH, charge.document_id)
    pay("p2", 1_000_000, date(2025, 2, 10), "inv1")
    accrue(MARCH + timedelta(days=1), times=2)
    found = documents()
    after = found["INV1-INT-20250228"]
    assert not after.open
    assert net(after) == reckoned(found["INV1"], date(2025, 2, 28))
    paid = runtime.cash_desk().cash.payment("demo", "p1")
    assert paid.unapplied.minor == charge.total.minor - net(after)
    assert [a.amount.minor for a in paid.allocations] == [net(after)]
    _, books = ledger().look("demo", "c1")
    assert [(c.source_id, c.unapplied) for c in books.credits] == [("p1", paid.unapplied)]


@pytest.mark.rule("R21")
def test_interest_that_a_return_brings_comes_with_the_next_charge(overdue):
    overdue(policy())
    pay("p1", 400_000, date(2025, 2, 10), "inv1")
    accrue(MARCH)
    low = documents()["INV1-INT-20250228"].total
    _, books = ledger().look("demo", "c1")
    back = (
        Movement(MovementKind.DEALLOCATION, eur(400_000), document_id="inv1", source_id="p1"),
        Movement(MovementKind.RETURN, eur(-400_000), source_id="p1", via="bank"),
    )
    posting = Posting("return:p1", date(2025, 2, 12), datetime.now(UTC), back)
    assert ledger().post("demo", books, posting)
    accrue(MARCH + timedelta(days=1))
    assert kinds().count("correction") == 0
    accrue(date(2025, 4, 1))
    found = documents()
    second = found["INV1-INT-20250331"]
    assert found["INV1-INT-20250228"].total == low
    assert abs(net(second) + low.minor - reckoned(found["INV1"], date(2025, 3, 31))) <= 1
    sheet = runtime.charges().sheet("demo", "c1", second.document_id)
    assert sheet.carried.minor > 0
    lines = runtime.papers().lines("demo", "c1", second)
    assert sum(line.amount.minor for line in lines) == second.total.minor
    assert (
        sum(line.amount.minor for line in sheet.lines) + sheet.carried.minor == second.total.minor
    )


@pytest.mark.law("17")
def test_a_fee_of_a_day_on_which_the_invoice_was_paid_is_taken_back(overdue):
    seller = overdue(Policy.model_validate({"name": "standard", "stages": FEES}))
    at(DUE + timedelta(days=14))
    hub.sweep(seller)
    hub.relay(seller)
    hub.drain("ESCALATION")
    assert documents()["INV1-FEE"].open == eur(4_000)
    pay("p1", 1_000_000, DUE + timedelta(days=14), "inv1")
    accrue(DUE + timedelta(days=15), times=2)
    fee = documents()["INV1-FEE"]
    assert (fee.total, fee.open, net(fee)) == (eur(4_000), eur(0), 0)


def test_a_written_off_invoice_bears_no_more(overdue):
    overdue(policy())
    accrue(date(2025, 2, 10))
    _, books = ledger().look("demo", "c1")
    lost = Movement(MovementKind.WRITE_OFF, eur(-1_000_000), document_id="inv1", reason="insolvent")
    posting = Posting("write_off:inv1:1", date(2025, 2, 15), datetime.now(UTC), (lost,))
    assert ledger().post("demo", books, posting)
    accrue(MARCH)
    assert kinds() == ["invoice", "write_off"]


def test_the_charges_of_a_voided_invoice_fall_with_it(overdue):
    overdue(policy())
    accrue(MARCH)
    _, books = ledger().look("demo", "c1")
    void = Movement(MovementKind.VOID, eur(-1_000_000), document_id="inv1", reason="error")
    posting = Posting("void:inv1", MARCH, datetime.now(UTC), (void,))
    assert ledger().post("demo", books, posting)
    accrue(MARCH + timedelta(days=1), times=2)
    charge = documents()["INV1-INT-20250228"]
    assert (charge.total, charge.open, net(charge)) == (eur(8_645), eur(0), 0)
    assert list(runtime.charges().watched("demo")) == []


@pytest.mark.rule("R21")
@pytest.mark.law("17")
def test_a_charge_decided_on_an_older_look_is_decided_anew(overdue, monkeypatch):
    overdue(policy())
    at(MARCH)
    real = Charges.add
    raced = []

    def add(*arguments):
        if not raced:
            raced.append(True)
            pay("p1", 400_000, date(2025, 2, 10), "inv1")
        return real(*arguments)

    monkeypatch.setattr(Charges, "add", add)
    accrue(MARCH)
    found = documents()
    assert raced
    assert found["INV1-INT-20250228"].total.minor == reckoned(found["INV1"], date(2025, 2, 28))


@pytest.mark.rule("R2")
@pytest.mark.parametrize(
    "days",
    [(MARCH, date(2025, 4, 1)), (MARCH, date(2025, 4, 1), date(2025, 6, 1))],
    ids=["the first two", "later ones"],
)
def test_two_charges_of_one_invoice_at_once_are_reckoned_one_after_the_other(
    overdue, monkeypatch, days
):
    overdue(policy())
    *before, earlier, later = days
    for day in before:
        accrue(day)
    real = Charges.add
    raced = []

    def add(*arguments):
        if not raced:
            raced.append(True)
            accrue(earlier)
            at(later)
        return real(*arguments)

    monkeypatch.setattr(Charges, "add", add)
    accrue(later)
    found = documents()
    charges = [d for d in found.values() if d.charge]
    assert len(charges) == len(days)
    through = later - timedelta(days=1)
    assert abs(sum(map(net, charges)) - reckoned(found["INV1"], through)) <= 1
