"""Everything that an ERP can say, said again, and said by two ERPs of two entities."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest

from shared import runtime
from shared.domain.entity import Entity
from shared.domain.erp import ErpRow, Gone, RecordKind
from shared.domain.imports import CustomerRow, LineGroup, LineRow
from tests.integration.drops import counted_writes
from tests.integration.erp_rows import check_books, gone, invoice, note, opened, paid, take
from tests.integration.hub import seed
from tests.integration.importing import POLICY
from tests.integration.money import items, of_type
from tests.support.samples import eur

PARTS = ((date(2026, 2, 1), eur(3_000)), (date(2026, 3, 1), eur(7_000)))


def said() -> list[list[ErpRow]]:
    """Return all rows of an ERP, those of one type together, in the order of a sync."""
    customers = [CustomerRow(0, name, f"{name} Ltd", "") for name in ("C-1", "C-2")]
    invoices = [
        invoice("I-1", 11_900, revision="1"),
        invoice("I-2", 10_000, parts=PARTS, revision="1"),
        invoice("I-3", 700, "C-2", revision="1"),
        invoice("I-4", 500, "C-2"),
    ]
    lines = [LineGroup(0, "I-1", (LineRow(0, "I-1", "Lamp", "1", "100.00", "19"),))]
    notes = [note(2_000, I_1=1_500), note(900, "CN-2")]
    payments = [paid(4_000), paid(3_500, "P-2", "I-2"), paid(9_000, "P-3", "I-2")]
    went = [
        gone(RecordKind.INVOICES, "I-4", Gone.VOIDED),
        gone(RecordKind.CREDIT_NOTES, "CN-2", Gone.VOIDED),
        gone(RecordKind.PAYMENTS, "P-3"),
        gone(RecordKind.CUSTOMERS, "C-9"),
    ]
    return [list(rows) for rows in (customers, invoices, lines, notes, payments, went)]


@pytest.mark.rule("R43", "i25")
def test_a_whole_second_sync_changes_nothing_whatever_the_stamps_and_the_order(
    demo: Entity,
) -> None:
    for rows in said():
        assert take(*rows).refused == 0
    stood = opened(), opened("C-2")
    assert stood == ({"I-1": 6_400, "I-2": 6_500}, {"I-3": 700})
    again = said()
    still = [[r for r in rows if not _went(r)] for rows in again[:-1]] + again[-1:]
    with counted_writes() as written:
        for rows in still:
            Random(7).shuffle(rows)
            touched = [replace(r, revision="99") if hasattr(r, "revision") else r for r in rows]
            tally = take(*touched)
            assert (tally.unchanged, tally.refused) == (len(rows), 0)
    assert written == []
    assert (opened(), opened("C-2")) == stood


def _went(row: ErpRow) -> bool:
    return row.external_id in ("I-4", "CN-2", "P-3")


@pytest.mark.rule("R42")
def test_two_entities_whose_erps_give_the_same_ids_have_nothing_in_common(demo: Entity) -> None:
    seed(POLICY, entity_id="other")
    for rows in said():
        take(*rows)
    mine = sorted(items("demo"), key=lambda i: (i["pk"], i["sk"]))
    for rows in said():
        take(*rows, entity="other")
    assert opened(entity="other") == opened() == {"I-1": 6_400, "I-2": 6_500}
    take(gone(RecordKind.PAYMENTS, "P-1"), entity="other")
    take(invoice("I-1", 50_000, revision="2"), entity="other")
    take(CustomerRow(0, "C-1", "Somebody else", ""), entity="other")
    assert sorted(items("demo"), key=lambda i: (i["pk"], i["sk"])) == mine
    ids = [{i[name] for i in of_type(e, "HEAD") for name in ("document_id", "customer_id")}
           for e in ("demo", "other")]  # fmt: skip
    assert ids[0] and not ids[0] & ids[1]
    check_books("other")


@pytest.mark.rule("R42", "i25")
def test_a_key_of_one_entity_is_no_echo_in_another(demo: Entity) -> None:
    from datetime import UTC, datetime

    from shared.adapters.writeback_items import writeback_puts
    from shared.domain.payment import Allocation, Payment
    from tests.integration.erp_rows import id_of

    seed(POLICY, entity_id="other")
    for rows in said()[:2]:
        take(*rows)
        take(*rows, entity="other")
    at = datetime(2026, 1, 9, tzinfo=UTC)
    (head,) = (h for h in of_type("demo", "HEAD") if h["external_id"] == "I-1")
    payment = Payment("P" * 26, id_of("C-1"), eur(900), "card", at.date(), at)
    part = Allocation(head["document_id"], "N-I-1", "I-1", eur(900))
    runtime.table().write(*writeback_puts("demo", payment, [part], runtime.now()))
    echo = replace(paid(900, "77"), our_key=f"{'P' * 26}.{head['document_id']}.0")
    assert take(echo).unchanged == 1
    assert take(echo, entity="other").new == 1
