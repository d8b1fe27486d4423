"""What an ERP takes back, and what it used of its credit notes: the books follow, in full."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from shared import runtime
from shared.domain.apply_cash import Part
from shared.domain.cash_step import Asked
from shared.domain.entity import Entity
from shared.domain.erp import Gone, RecordKind
from shared.domain.receive import Received
from shared.usecases.allocate import UsedByErp, allocate, move_allocation, use_credit
from shared.usecases.record_payment import record_payment
from tests.integration.drops import counted_writes, stored
from tests.integration.erp_rows import (
    DAY,
    codes,
    gone,
    invoice,
    note,
    opened,
    paid,
    take,
    told,
    told_as,
    waiting,
)
from tests.integration.importing import customer_id, document_id
from tests.integration.money import of_type
from tests.support.samples import eur

BY = Asked("", "", "ann")


@pytest.fixture
def books(filled: Entity) -> Entity:
    """Three invoices of C-1: I-1 of 119.00, I-2 of 59.50, I-4 of 100.00."""
    assert take(invoice("I-4", 10_000)).new == 1
    assert opened() == {"I-1": 11_900, "I-2": 5_950, "I-4": 10_000}
    return filled


def use(source: str, name: str, minor: int) -> None:
    """Let a person put credit to use."""
    part = Part(document_id(name), eur(minor))
    desk = runtime.cash_desk()
    allocate(desk, "demo", customer_id("C-1"), source, [part], BY, runtime.now())


def use_own(minor: int, name: str) -> None:
    """Let money that came into the hub's own bank pay an invoice."""
    desk, amount = runtime.cash_desk(), eur(minor)
    received = Received(amount=amount, received_on=DAY, method="transfer", reference="B-1")
    parts = [Part(document_id(name), amount)]
    asked = Asked("b", "b", "ann")
    record_payment(desk, "demo", customer_id("C-1"), received, parts, asked, runtime.now())


def note_id() -> str:
    (head,) = (h for h in of_type("demo", "HEAD") if h["kind"] == "credit_note")
    return str(head["document_id"])


@pytest.mark.rule("R43", "R16")
def test_a_credit_note_is_here_once_and_its_uses_follow(books: Entity) -> None:
    assert take(note(8_000, I_1=5_000)).new == 1
    assert (opened()["I-1"], waiting()) == (6_900, 3_000)
    with counted_writes() as written:
        assert take(note(8_000, I_1=5_000)).unchanged == 1
    assert written == []
    assert take(note(8_000, I_1=2_000, I_2=5_950)).updated == 1
    assert (opened(), waiting()) == ({"I-1": 9_900, "I-4": 10_000}, 50)
    assert take(note(8_000)).updated == 1
    assert (opened()["I-1"], opened()["I-2"], waiting()) == (11_900, 5_950, 8_000)
    assert told() == []
    assert [h["number"] for h in of_type("demo", "HEAD") if h["kind"] == "credit_note"] == [
        "N-CN-1"
    ]


@pytest.mark.rule("R43")
def test_a_use_under_an_unchanged_stamp_of_the_note_is_followed(books: Entity) -> None:
    for uses, left in (({}, 11_900), ({"I_1": 3_000}, 8_900), ({"I_1": 5_000}, 6_900)):
        take(replace(note(8_000, **uses), revision="7"))
        assert (opened()["I-1"], waiting()) == (left, left - 3_900)
    take(replace(note(8_000), revision="7"))
    assert (opened()["I-1"], waiting(), told()) == (11_900, 8_000, [])
    assert codes(replace(note(9_000), revision="7")) == ["revision_conflict"]


@pytest.mark.rule("i25")
def test_what_is_left_of_an_erps_note_is_the_erps_to_use(books: Entity) -> None:
    """Else both would use it: the hub's word of it would be a second credit there."""
    take(note(8_000, I_1=5_000))
    with pytest.raises(UsedByErp):
        use(note_id(), "I-2", 3_000)
    assert not use_credit(runtime.cash_desk(), "demo", customer_id("C-1"), BY, runtime.now())
    assert (opened()["I-2"], waiting(), told()) == (5_950, 3_000, [])


def test_a_use_that_comes_before_the_hub_was_told_of_money_leaves_credit(books: Entity) -> None:
    take(paid(10_000))
    take(note(8_000, I_1=8_000))
    assert ("I-1" in opened(), waiting()) == (False, 6_100)


@pytest.mark.rule("R43")
def test_a_note_that_the_erp_voids_is_void_and_what_it_paid_is_open(books: Entity) -> None:
    take(note(8_000, I_1=5_000, I_2=3_000))
    row = gone(RecordKind.CREDIT_NOTES, "CN-1", Gone.VOIDED)
    assert take(row).updated == 1
    assert (opened()["I-1"], opened()["I-2"], waiting()) == (11_900, 5_950, 0)
    (head,) = (h for h in of_type("demo", "HEAD") if h["kind"] == "credit_note")
    assert (head["voided"], head["total"]) == (True, 8_000)
    with counted_writes() as written:
        assert take(row).unchanged == 1
    assert written == []
    assert codes(note(8_000)) == ["came_back"]
    assert told() == []


@pytest.mark.rule("R43", "R14")
@pytest.mark.parametrize("why", [Gone.VOIDED, Gone.DELETED])
def test_an_invoice_on_which_nothing_is_applied_goes_with_the_erps(
    books: Entity, why: Gone
) -> None:
    row = gone(RecordKind.INVOICES, "I-1", why)
    assert take(row).updated == 1
    assert "I-1" not in opened()
    (head,) = (h for h in of_type("demo", "HEAD") if h["external_id"] == "I-1")
    assert (head["voided"], head["open"], head["total"], "gpk" in head) == (True, 0, 11_900, False)
    with counted_writes() as written:
        assert take(row, gone(RecordKind.INVOICES, "never-here")).unchanged == 2
    assert written == []
    assert codes(invoice("I-1", 11_900)) == ["came_back"]


@pytest.mark.rule("R43", "R14")
def test_an_invoice_with_payments_is_not_voided_until_they_are_gone_too(books: Entity) -> None:
    take(paid(5_000), paid(1_000, "P-2"))
    void = gone(RecordKind.INVOICES, "I-1", Gone.VOIDED)
    tally = take(void)
    assert (tally.refused, [p.code for p in tally.problems]) == (1, ["gone_but_settled"])
    assert opened()["I-1"] == 5_900
    assert take(gone(RecordKind.PAYMENTS, "P-1")).updated == 1
    assert opened()["I-1"] == 10_900
    assert take(gone(RecordKind.PAYMENTS, "P-2")).updated == 1
    assert "I-1" not in opened()
    assert take(void).unchanged == 1
    assert told() == []


def test_an_invoice_that_the_erp_has_again_is_not_voided_when_its_payment_goes(
    books: Entity,
) -> None:
    known = invoice("I-4", 10_000)
    take(paid(5_000, invoice="I-4"))
    assert take(gone(RecordKind.INVOICES, "I-4")).refused == 1
    assert take(known).updated == 1
    assert take(known).unchanged == 1
    take(gone(RecordKind.PAYMENTS, "P-1"))
    assert opened()["I-4"] == 10_000


@pytest.mark.rule("R43", "R10")
def test_a_payment_that_the_erp_deletes_is_taken_out_and_not_told_of(books: Entity) -> None:
    take(paid(12_900))
    assert ("I-1" in opened(), waiting()) == (False, 1_000)
    row = gone(RecordKind.PAYMENTS, "P-1")
    assert take(row).updated == 1
    assert (opened()["I-1"], waiting(), told()) == (11_900, 0, [])
    with counted_writes() as written:
        assert take(row, gone(RecordKind.PAYMENTS, "never-here")).unchanged == 2
    assert written == []


@pytest.mark.rule("i25")
def test_of_a_payment_that_is_gone_the_erp_hears_what_we_had_changed_of_it(books: Entity) -> None:
    """Its own booking is gone by itself; what we had told of it is taken back."""
    take(paid(10_000))
    (payment,) = stored("PAYMENT")
    at = (document_id("I-1"), eur(4_000), Part(document_id("I-2"), eur(4_000)))
    move_allocation(runtime.cash_desk(), "demo", payment["payment_id"], *at, BY, runtime.now())
    assert told() == [("I-1", -4_000), ("I-2", 4_000)]
    take(gone(RecordKind.PAYMENTS, "P-1"))
    assert told() == [("I-1", -4_000), ("I-1", 4_000), ("I-2", -4_000), ("I-2", 4_000)]
    assert (opened()["I-1"], opened()["I-2"]) == (11_900, 5_950)


@pytest.mark.rule("i25")
def test_what_a_payment_of_the_erp_has_too_much_is_moved_there_and_not_booked_again(
    books: Entity,
) -> None:
    take(paid(12_900))
    (payment,) = stored("PAYMENT")
    use(payment["payment_id"], "I-2", 600)
    assert told() == [("I-1", -600), ("I-2", 600)]
    use(payment["payment_id"], "I-2", 400)
    assert told() == [("I-1", -600), ("I-1", -400), ("I-2", 400), ("I-2", 600)]
    take(gone(RecordKind.PAYMENTS, "P-1"))
    net: dict[str, int] = {}
    for name, minor in told():
        net[name] = net.get(name, 0) + minor
    assert net == {"I-1": 0, "I-2": 0}
    assert (opened()["I-1"], opened()["I-2"], waiting()) == (11_900, 5_950, 0)


@pytest.mark.rule("i25", "R23")
def test_a_discount_beside_money_that_the_erp_has_on_the_invoice_is_told_by_itself(
    books: Entity,
) -> None:
    """The ERP had the money there already, beyond what was open: it knows of no discount."""
    take(invoice("I-5", 5_000, terms="10/20 net 60"))
    take(paid(15_000, "P-1", "I-5"))
    take(invoice("I-5", 15_000, terms="10/20 net 60"))
    (payment,) = stored("PAYMENT")
    assert (opened()["I-5"], payment["excess"]["amount"]) == (10_000, 10_000)
    use(payment["payment_id"], "I-5", 8_500)
    assert ("I-5" in opened(), waiting()) == (False, 1_500)
    assert told_as() == [("I-5", "discount", 1_500, 0)]
    take(gone(RecordKind.PAYMENTS, "P-1"))
    assert told_as() == [("I-5", "discount", -1_500, 0), ("I-5", "discount", 1_500, 0)]
    assert (opened()["I-5"], waiting()) == (15_000, 0)


@pytest.mark.rule("i25", "R23")
def test_a_discount_that_a_payment_of_the_erp_earns_here_is_told_once(books: Entity) -> None:
    """The ERP has the money only: it would show the rest as open for ever."""
    take(invoice("I-5", 10_000, terms="10/20 net 60"))
    assert take(paid(9_000, "P-1", "I-5")).new == 1
    assert ("I-5" in opened(), waiting()) == (False, 0)
    assert told_as() == [("I-5", "discount", 1_000, 0)]
    with counted_writes() as written:
        assert take(paid(9_000, "P-1", "I-5")).unchanged == 1
        (line,) = of_type("demo", "WRITEBACK")
        key = f"{line['payment_id']}.{line['document_id']}.0"
        echo = replace(paid(1_000, "D-1", "I-5"), our_key=key)
        assert take(echo).unchanged == 1
    assert written == []


@pytest.mark.rule("i25", "R23")
@pytest.mark.parametrize("first", ["P-1", "W-1"])
def test_what_the_erp_writes_off_itself_beside_its_payment_earns_no_discount(
    books: Entity, first: str
) -> None:
    take(invoice("I-5", 10_000, terms="10/20 net 60"))
    rows = [paid(9_000, "P-1", "I-5"), paid(1_000, "W-1", "I-5")]
    take(*sorted(rows, key=lambda row: row.external_id != first))
    assert ("I-5" in opened(), waiting(), told_as()) == (False, 0, [])


@pytest.mark.rule("i25", "R23")
def test_what_the_erp_writes_off_later_takes_the_place_of_the_discount(books: Entity) -> None:
    take(invoice("I-5", 10_000, terms="10/20 net 60"))
    take(paid(9_000, "P-1", "I-5"))
    take(paid(1_000, "W-1", "I-5"))
    assert ("I-5" in opened(), waiting()) == (False, 0)
    assert told_as() == [("I-5", "discount", -1_000, 0), ("I-5", "discount", 1_000, 0)]
    take(gone(RecordKind.PAYMENTS, "W-1"))
    assert (opened()["I-5"], waiting()) == (1_000, 0)


@pytest.mark.rule("i25", "R23")
def test_a_discount_that_a_note_of_the_erp_earns_here_is_told(books: Entity) -> None:
    take(invoice("I-5", 10_000, terms="10/20 net 60"))
    take(note(9_000))
    take(note(9_000, I_5=9_000))
    assert ("I-5" in opened(), waiting()) == (False, 0)
    assert told_as() == [("I-5", "discount", 1_000, 0)]
    take(note(9_000))
    assert (opened()["I-5"], waiting()) == (10_000, 9_000)
    assert told_as() == [("I-5", "discount", -1_000, 0), ("I-5", "discount", 1_000, 0)]


@pytest.mark.rule("i25", "R23")
@pytest.mark.parametrize("minor", [1_000, 400])
def test_a_note_by_which_the_erp_writes_off_takes_the_place_of_the_discount(
    books: Entity, minor: int
) -> None:
    take(invoice("I-5", 10_000, terms="10/20 net 60"))
    take(paid(9_000, "P-1", "I-5"))
    take(note(minor, I_5=minor))
    assert (opened().get("I-5", 0), waiting()) == (1_000 - minor, 0)
    assert told_as() == [("I-5", "discount", -1_000, 0), ("I-5", "discount", 1_000, 0)]


@pytest.mark.rule("R23")
def test_a_discount_that_the_hubs_own_money_earned_gives_way_to_nothing(books: Entity) -> None:
    take(invoice("I-5", 10_000, terms="10/20 net 60"))
    use_own(9_000, "I-5")
    assert told_as() == [("I-5", "transfer", 9_000, 1_000)]
    take(paid(1_000, "P-9", "I-5"))
    assert ("I-5" in opened(), waiting()) == (False, 1_000)
    assert told_as() == [("I-5", "transfer", 9_000, 1_000)]


def test_two_payments_of_the_erp_earn_their_discount_together(books: Entity) -> None:
    take(invoice("I-5", 10_000, terms="10/20 net 60"))
    take(paid(4_000, "P-1", "I-5"), paid(5_000, "P-2", "I-5"))
    assert ("I-5" in opened(), waiting()) == (False, 0)
    assert told_as() == [("I-5", "discount", 1_000, 0)]


@pytest.mark.rule("i25", "R23")
def test_a_discount_of_a_payment_that_is_gone_is_taken_back_there_as_it_was_told(
    books: Entity,
) -> None:
    take(invoice("I-5", 10_000, terms="10/20 net 60"), invoice("I-6", 10_000, terms="10/20 net 60"))
    take(paid(9_000, "P-1", "I-5"))
    alone = [("I-5", "discount", 1_000, 0)]
    assert told_as() == alone
    take(paid(9_000, "P-2", "I-6"))
    assert opened().keys().isdisjoint({"I-5", "I-6"})
    take(gone(RecordKind.PAYMENTS, "P-2"))
    alone += [("I-6", "discount", -1_000, 0), ("I-6", "discount", 1_000, 0)]
    assert (opened()["I-6"], told_as()) == (10_000, sorted(alone))
    (payment,) = (p for p in stored("PAYMENT") if p["external_id"] == "P-1")
    at = (document_id("I-5"), eur(4_000), Part(document_id("I-2"), eur(4_000)))
    move_allocation(runtime.cash_desk(), "demo", payment["payment_id"], *at, BY, runtime.now())
    moved = [("I-2", "bank", 4_000, 0), ("I-5", "bank", -4_000, -1_000)]
    assert told_as() == sorted(alone + moved)
    take(gone(RecordKind.PAYMENTS, "P-1"))
    back = [("I-2", "bank", -4_000, 0), ("I-5", "bank", 4_000, 1_000)]
    last = [("I-5", "discount", -1_000, 0)]
    assert told_as() == sorted(alone + moved + back + last)
    assert (opened()["I-5"], opened()["I-2"]) == (10_000, 5_950)


@pytest.mark.rule("i25", "R43")
def test_what_the_erp_has_on_an_invoice_takes_the_room_that_a_gone_payment_leaves(
    books: Entity,
) -> None:
    """Notes come before payments: when the note came, the payment stood in its way."""
    take(paid(11_900))
    take(note(5_000, I_1=5_000))
    take(paid(6_900, "P-2"))
    assert ("I-1" in opened(), waiting()) == (False, 11_900)
    take(gone(RecordKind.PAYMENTS, "P-1"))
    assert ("I-1" in opened(), waiting(), told()) == (False, 0, [])


def test_money_whose_invoice_fell_below_it_waits_for_a_person(books: Entity) -> None:
    take(paid(11_900))
    (payment,) = stored("PAYMENT")
    key = {"pk": payment["pk"], "sk": payment["sk"]}
    from shared.adapters.table import Update

    runtime.table().write(Update(key, set={"gone": 500}))
    assert codes(gone(RecordKind.PAYMENTS, "P-1")) == ["payment_paid_back"]


@pytest.mark.rule("R43")
def test_a_customer_that_is_gone_waits_only_where_something_is_open(books: Entity) -> None:
    row = gone(RecordKind.CUSTOMERS, "C-2")
    assert codes(row) == ["customer_gone"]
    take(gone(RecordKind.INVOICES, "I-3"))
    assert take(row).unchanged == 1
    assert take(gone(RecordKind.CUSTOMERS, "never-here")).unchanged == 1
    assert codes(gone(RecordKind.CUSTOMERS, "C-1", Gone.MERGED, into="C-2")) == ["customer_merged"]
    assert codes(gone(RecordKind.CUSTOMERS, "C-1", Gone.MERGED, into="C-9")) == ["unknown_customer"]


def test_parts_come_in_and_are_put_off_by_the_erp(books: Entity) -> None:
    first, second = date(2026, 2, 1), date(2026, 3, 1)
    parts: Any = ((first, eur(3_000)), (second, eur(7_000)))
    assert take(invoice("I-5", 10_000, due_on=first, parts=parts)).new == 1
    take(paid(4_000, invoice="I-5"))
    later = tuple((day.replace(day=20), part) for day, part in parts)
    assert take(invoice("I-5", 10_000, due_on=later[0][0], parts=later)).updated == 1
    document = runtime.accounts().document("demo", customer_id("C-1"), document_id("I-5"))
    assert [(i.due_on.day, i.open.minor) for i in document.instalments] == [(20, 0), (20, 6_000)]
    assert document.due_on == date(2026, 3, 20)
