"""A total lowered below what settled it gives back real money only, to where it came from."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.account import Document, DocumentKind
from shared.domain.clock import Now
from shared.domain.document_posting import revision_posting
from shared.domain.import_verdicts import document_of
from shared.domain.imports import InvoiceRow
from shared.domain.movement import Movement, MovementKind, Posting
from shared.domain.revision import revised
from shared.domain.revision_surplus import held_parts, placed
from tests.support.samples import eur

DAY = date(2026, 2, 4)
AT = datetime(2026, 3, 1, tzinfo=UTC)
NOW = Now(AT, AT)


def row(total: int) -> InvoiceRow:
    return InvoiceRow(2, "I-1", "C-1", "N-1", date(2026, 1, 5), DAY, eur(total))


def settled(paid: list[int], given_up: int) -> tuple[Document, list[Posting]]:
    """Return an invoice that payments p0, p1, ... and a write-off closed, and their postings."""
    total = sum(paid) + given_up
    document = Document(
        "d1",
        DocumentKind.INVOICE,
        "N-1",
        date(2026, 1, 5),
        DAY,
        eur(total),
        eur(0),
        adjusted={"write_off": given_up},
    )
    postings = [
        Posting(
            f"payment:p{n}",
            DAY,
            replace(NOW, business=AT.replace(day=n + 1)).business,
            (Movement(MovementKind.ALLOCATION, eur(-minor), "d1", source_id=f"p{n}"),),
        )
        for n, minor in enumerate(paid)
    ]
    return document, postings


amounts = st.lists(st.integers(1, 500), min_size=1, max_size=4)


@pytest.mark.rule("R14")
@given(amounts, st.integers(0, 300), st.data())
def test_what_comes_back_sums_to_what_the_total_lost_and_names_who_paid(paid, given_up, data):
    before, postings = settled(paid, given_up)
    new_total = data.draw(st.integers(1, before.total.minor))
    after, surplus = revised(row(new_total), before)
    posting = revision_posting(before, after, "nobody", DAY, NOW)
    taken = placed(posting, before, held_parts("d1", postings))
    back = [m for m in taken.posting.movements if m.kind is not MovementKind.REVISION]
    assert sum(m.amount.minor for m in back) == surplus.minor
    assert sum(m.amount.minor for m in taken.posting.movements) == 0
    sources = {m.source_id: m.amount.minor for m in back if m.source_id}
    assert sum(sources.values()) == max(surplus.minor - given_up, 0)
    assert taken.adjusted["write_off"] == max(given_up - surplus.minor, 0)
    assert "nobody" not in sources
    newest = [f"p{n}" for n in reversed(range(len(paid)))]
    assert list(sources) == newest[: len(sources)]
    assert all(sources[f"p{n}"] <= minor for n, minor in enumerate(paid) if f"p{n}" in sources)


def test_what_nobody_knows_the_source_of_is_credit_all_the_same():
    head = replace(document_of(row(1_000), "d1"), open=eur(0))
    after, _ = revised(row(400), head)
    posting = revision_posting(head, after, "nobody", DAY, NOW)
    taken = placed(posting, head, ())
    assert [(m.source_id, m.amount.minor) for m in taken.posting.movements] == [
        ("", -600),
        ("nobody", 600),
    ]
