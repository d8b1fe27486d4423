"""A total lowered below what settled it gives back real money only, to where it came from."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.account import Credit
from shared.domain.books import Books, changed
from shared.domain.clock import Now
from shared.domain.discount import taken_tax, to_pay, with_discounts
from shared.domain.document import Document, DocumentKind
from shared.domain.document_posting import revision_posting
from shared.domain.import_verdicts import document_of
from shared.domain.imports import InvoiceRow
from shared.domain.movement import Movement, MovementKind, Posting
from shared.domain.revision import revised
from shared.domain.revision_surplus import held_parts, placed
from shared.domain.settle import settle
from shared.domain.terms import due
from shared.domain.terms_text import parse_terms
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


def discounted(text: str, total: int, tax: dict[str, int]) -> tuple[Document, list[Posting]]:
    """Return an invoice that payment p0 closed in time, less its discount, and the posting."""
    made = due(parse_terms(text), date(2026, 1, 5), eur(total), tax)
    document = Document(
        "d1",
        DocumentKind.INVOICE,
        "N-1",
        date(2026, 1, 5),
        made.due_on,
        eur(total),
        eur(total),
        instalments=made.instalments,
        discount=made.discount,
        tax_minor=tax,
    )
    day = date(2026, 1, 9)
    done = settle("p0", to_pay(document, day), [("d1", document.open)], [document])
    movements = with_discounts([document], done.movements, day)
    books = Books("c", (document,), (Credit("p0", eur(10**9), day),))
    ((_, closed),) = changed(books, movements, day).documents
    return closed, [Posting("payment:p0", day, AT, movements)]


@pytest.mark.rule("R14", "R23")
@given(
    st.sampled_from(["2/10 net 30", "50/10 net 30; tax keep", "2/10 3 x 30 days"]),
    st.integers(100, 5_000),
    st.data(),
)
def test_a_discount_that_was_taken_becomes_nobody_s_credit(text, total, data):
    """The total falls: the discount is that of the rest, and only paid money goes back."""
    before, postings = discounted(text, total, {"19": total // 8})
    assert not before.open
    assert before.discount is not None
    paid = total - before.discount.taken_minor
    new_total = data.draw(st.one_of(st.just(1), st.integers(1, total - 1)))
    after, surplus = revised(row(new_total), before)
    posting = revision_posting(before, after, "nobody", DAY, NOW)
    taken = placed(posting, before, held_parts("d1", postings))
    moves = taken.posting.movements
    assert sum(m.amount.minor for m in moves if m.kind is not MovementKind.REVISION) == (
        surplus.minor
    )
    assert {m.source_id for m in moves if m.source_id} <= {"p0"}
    back = sum(m.amount.minor for m in moves if m.source_id)
    given = [m for m in moves if m.kind is MovementKind.DISCOUNT]
    assert taken.discount is not None and after.discount is not None
    assert taken.discount.taken_minor == before.discount.taken_minor - sum(
        m.amount.minor for m in given
    )
    assert paid - back + taken.discount.taken_minor == new_total
    assert 0 <= taken.discount.taken_minor <= taken.discount.amount.minor
    if not before.instalments:
        assert taken.discount.taken_minor == after.discount.amount.minor
    ever = [m for p in postings for m in p.movements if m.kind is MovementKind.DISCOUNT]
    left = -sum(sum(m.tax.values()) for m in (*ever, *given))
    assert left == sum(taken_tax(taken.discount).values())
    assert all(0 <= part <= m.amount.minor for m in given for part in m.tax.values())


def test_what_nobody_knows_the_source_of_is_credit_all_the_same():
    head = replace(document_of(row(1_000), "d1"), open=eur(0))
    after, _ = revised(row(400), head)
    posting = revision_posting(head, after, "nobody", DAY, NOW)
    taken = placed(posting, head, ())
    assert [(m.source_id, m.amount.minor) for m in taken.posting.movements] == [
        ("", -600),
        ("nobody", 600),
    ]
