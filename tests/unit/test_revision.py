"""A total that the ERP changes: what was settled stays, and the books agree part by part."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.clock import Now
from shared.domain.document import Document, DocumentKind
from shared.domain.document_posting import document_posting, revision_posting
from shared.domain.import_verdicts import document_of
from shared.domain.imports import InvoiceRow
from shared.domain.movement import Posting, fold
from shared.domain.revision import revised
from shared.domain.settle import allocated
from tests.support.samples import eur

ISSUED, DUE = date(2026, 1, 5), date(2026, 2, 4)
AMOUNTS = st.integers(1, 10**9)
AT = datetime(2026, 3, 1, tzinfo=UTC)
NOW = Now(AT, AT)


def row(**changes: object) -> InvoiceRow:
    first = InvoiceRow(2, "I-1", "C-1", "N-1", ISSUED, DUE, eur(10_000))
    return replace(first, **changes)


def document(total: int, settled: int) -> Document:
    return Document(
        "d1", DocumentKind.INVOICE, "N-1", ISSUED, DUE, eur(total), eur(total - settled)
    )


@given(AMOUNTS, st.integers(0, 10**9), AMOUNTS)
def test_what_was_settled_stays_settled_or_becomes_credit(
    total: int, settled: int, new_total: int
) -> None:
    before = document(total, min(settled, total))
    after, surplus = revised(row(total=eur(new_total)), before)
    assert after.total == eur(new_total)
    assert eur(0) <= after.open <= after.total
    kept = after.total - after.open
    assert kept + surplus == before.total - before.open
    assert not (after.open and surplus)
    assert after.version == before.version + 1


def test_a_revision_there_and_back_is_where_it_was() -> None:
    before = document(10_000, 4_000)
    up, _ = revised(row(total=eur(12_000)), before)
    back, surplus = revised(row(), up)
    assert (back.total, back.open, surplus) == (before.total, before.open, eur(0))


terms = st.sampled_from([None, "3 x 30 days", "50 % now, rest in 30 days", "2/10 net 30"])


@pytest.mark.rule("R25")
@given(terms, terms, AMOUNTS, st.integers(0, 10**9), st.lists(AMOUNTS, min_size=1, max_size=3))
def test_the_postings_of_a_revised_invoice_sum_to_its_head(first, second, total, paid, totals):
    head = document_of(row(total=eur(total), terms=first), "d1")
    movements = allocated("p", head, eur(min(paid, total)))
    paid_parts = {m.instalment: -m.amount.minor for m in movements}
    postings = [document_posting(head, NOW), Posting("payment:p", DUE, AT, movements)]
    head = replace(
        head,
        open=eur(total - sum(paid_parts.values())),
        instalments=tuple(
            replace(i, open=eur(i.open.minor - paid_parts.get(i.number, 0)))
            for i in head.instalments
        ),
    )
    for new_total in totals:
        before, (head, surplus) = head, revised(row(total=eur(new_total), terms=second), head)
        postings.append(revision_posting(before, head, "s", DUE, NOW))
        returned = [m.amount.minor for m in postings[-1].movements if m.source_id == "s"]
        assert sum(returned) == surplus.minor
    opens = {i.number: i.open.minor for i in head.instalments} or {0: head.open.minor}
    assert sum(opens.values()) == head.open.minor
    assert sum(i.total.minor for i in head.instalments) in (0, head.total.minor)
    assert fold(postings).parts == {("d1", n): minor for n, minor in opens.items() if minor}


def test_the_last_parts_bear_what_a_new_total_takes_away():
    head = document_of(row(terms="3 x 30 days", total=eur(900)), "d1")
    head = replace(
        head,
        open=eur(600),
        instalments=(replace(head.instalments[0], open=eur(0)), *head.instalments[1:]),
    )
    less, _ = revised(row(total=eur(500)), head)
    assert [(i.total.minor, i.open.minor) for i in less.instalments] == [
        (300, 0),
        (200, 200),
        (0, 0),
    ]
    least, surplus = revised(row(total=eur(100)), less)
    assert [i.total.minor for i in least.instalments] == [100, 0, 0]
    assert (surplus, least.open) == (eur(200), eur(0))


def test_a_new_total_carries_the_discount_along():
    head = document_of(row(terms="2/10 net 30"), "d1")
    assert head.discount is not None
    less, _ = revised(row(total=eur(5_000)), head)
    assert (head.discount.amount, less.discount.amount) == (eur(200), eur(100))
