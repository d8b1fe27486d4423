"""An invoice that goes to another customer: nothing is lost, doubled or asked of two."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.chart import Role
from shared.domain.clock import Now
from shared.domain.document import Document, Said
from shared.domain.document_posting import document_posting
from shared.domain.document_state import state_of
from shared.domain.import_verdicts import document_of
from shared.domain.imports import InvoiceRow
from shared.domain.journal import Names, journal
from shared.domain.move_document import move_document
from shared.domain.movement import Posting, fold
from shared.domain.settle import allocated
from shared.errors import Conflict
from tests.support.samples import eur

DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, tzinfo=UTC)
NOW = Now(AT, AT)
CHART = {role: role.value for role in Role}
terms = st.sampled_from([None, "3 x 30 days", "2/10 net 30"])


def invoice(total: int, agreed: str | None = None) -> Document:
    row = InvoiceRow(0, "I-1", "C-1", "N-1", DAY, DAY, eur(total), terms=agreed)
    return document_of(row, "d1")


def part_paid(document: Document, paid: int) -> tuple[Document, Posting]:
    movements = allocated("p", document, eur(min(paid, document.open.minor - 1)))
    gone = {m.instalment: m.amount.minor for m in movements}
    instalments = tuple(
        replace(i, open=eur(i.open.minor + gone.get(i.number, 0))) for i in document.instalments
    )
    opened = eur(document.open.minor + sum(gone.values()))
    after = replace(document, open=opened, instalments=instalments, version=2)
    return after, Posting("payment:p", DAY, AT, movements)


def agrees(document: Document, postings: list[Posting]) -> None:
    sums = fold(postings)
    assert sums.open.get(("d1", "EUR"), 0) == document.open.minor
    for part in document.instalments:
        assert sums.parts.get(("d1", part.number), 0) == part.open.minor
    if document.instalments:
        assert sum(i.total.minor for i in document.instalments) == document.total.minor


@pytest.mark.law("2")
@pytest.mark.rule("R43")
@given(st.integers(2, 900), terms, st.integers(0, 900))
def test_each_customer_s_books_agree_and_the_two_have_what_the_one_had(total, agreed, paid):
    first = invoice(total, agreed)
    owned, money = part_paid(first, paid)
    here = [document_posting(first, NOW), money]
    moved = move_document(owned, None, DAY, NOW, "ann", "merged")
    assert moved.came.open == owned.open
    assert (moved.left.open, moved.left.total + moved.came.total) == (eur(0), owned.total)
    agrees(moved.left, [*here, moved.leaving])
    agrees(moved.came, [moved.coming])
    # and back again: it is what it was
    back = move_document(moved.came, moved.left, DAY, NOW, "ann", "not merged")
    agrees(back.came, [*here, moved.leaving, back.coming])
    agrees(back.left, [moved.coming, back.leaving])
    assert (back.came.total, back.came.open) == (owned.total, owned.open)
    assert back.came.instalments == owned.instalments
    assert back.left.total == eur(0)


@pytest.mark.rule("R43")
def test_what_the_erp_said_last_is_where_the_invoice_went():
    owned = replace(invoice(500), said=Said("first", 500), lines_id="a", revision="1")
    moved = move_document(owned, None, DAY, NOW, "ann", "why")
    assert (moved.left.said, moved.came.said) == (None, owned.said)
    there = replace(moved.came, said=Said("second", 500), lines_id="b", revision="2")
    # what was paid before the move is taken back after it, and follows
    opened = replace(moved.left, total=eur(90), open=eur(90))
    again = move_document(opened, there, DAY, NOW, "", "moved before").came
    assert (again.said, again.lines_id, again.revision) == (there.said, "b", "2")
    back = move_document(there, moved.left, DAY, NOW, "ann", "not merged").came
    assert (back.said, back.lines_id, back.revision) == (there.said, "b", "2")


@given(st.integers(1, 900))
def test_what_went_whole_is_told_as_moved(total) -> None:
    moved = move_document(invoice(total), None, DAY, NOW, "ann", "why")
    assert (state_of(moved.left), state_of(moved.came)) == ("moved", "open")


@given(st.integers(1, 900))
def test_the_books_of_the_company_do_not_move(total) -> None:
    moved = move_document(invoice(total), None, DAY, NOW, "ann", "why")
    sums: dict[str, int] = {}
    for customer, posting in (("a", moved.leaving), ("b", moved.coming)):
        names = Names(customer, {"d1": moved.came})
        for line in journal(posting, CHART, names).lines:
            sums[line.account] = sums.get(line.account, 0) + line.amount.minor
    owed = {account: minor for account, minor in sums.items() if minor}
    assert sum(owed.values()) == 0
    assert {m for a, m in owed.items() if a.startswith(CHART[Role.RECEIVABLES])} == {total, -total}
    assert sums[CHART[Role.REVENUE]] == 0


@pytest.mark.parametrize("changes", [{"external_id": ""}, {"open": eur(0)}])
def test_what_is_not_the_erp_s_or_not_open_stays(changes) -> None:
    with pytest.raises(Conflict):
        move_document(replace(invoice(10), **changes), None, DAY, NOW, "ann", "why")
