"""Settlement's laws: nothing is lost, nothing is made, and no order matters."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.account import Credit
from shared.domain.books import Books, changed
from shared.domain.document import Document, DocumentKind
from shared.domain.settle import Settlement, settle
from shared.errors import CurrencyMismatch
from tests.support.samples import eur

START = date(2026, 1, 31)


def invoice(name: str, open_minor: int, due_in_days: int = 0) -> Document:
    return Document(
        document_id=name,
        kind=DocumentKind.INVOICE,
        number=name.upper(),
        issued_on=START,
        due_on=START + timedelta(days=due_in_days),
        total=eur(open_minor + 5),
        open=eur(open_minor),
        external_id=f"ERP-{name}",
    )


def reduced(docs, done: Settlement) -> list[Document]:
    """Return the documents that done touched, as they are then."""
    return [after for _, after in changed(_books(docs), done.movements, START).documents]


def _books(docs) -> Books:
    return Books("c1", tuple(docs), (Credit("p", eur(10**6), START),))


names = st.lists(st.sampled_from("abcdefgh"), unique=True)
documents = names.flatmap(
    lambda chosen: st.tuples(
        *(st.builds(invoice, st.just(n), st.integers(0, 500), st.integers(-5, 5)) for n in chosen)
    )
)
plans = st.lists(st.tuples(st.sampled_from("abcdefghxy"), st.integers(1, 600).map(eur)), max_size=9)
amounts = st.integers(1, 3000).map(eur)


@pytest.mark.law("1", "15")
@given(amounts, plans, documents)
def test_allocations_and_rest_sum_to_the_amount(amount, plan, docs):
    done = settle("p", amount, plan, docs)
    assert sum(a.amount.minor for a in done.allocations) + done.unapplied.minor == amount.minor
    assert done.unapplied.minor >= 0


@pytest.mark.law("3")
@given(amounts, plans, documents)
def test_no_document_gets_more_than_is_open_or_planned_nor_nothing(amount, plan, docs):
    wanted: dict[str, int] = {}
    for name, part in plan:
        wanted[name] = wanted.get(name, 0) + part.minor
    done = settle("p", amount, plan, docs)
    before = {d.document_id: d for d in docs}
    for allocation in done.allocations:
        document_id = allocation.document_id
        assert (
            0 < allocation.amount.minor <= min(before[document_id].open.minor, wanted[document_id])
        )
    for document, after in changed(_books(docs), done.movements, START).documents:
        assert document is not None
        got = {a.document_id: a.amount for a in done.allocations}[document.document_id]
        assert after.open == document.open - got
        assert after.version == document.version + 1
        assert after.total == document.total


@pytest.mark.law("5")
@given(amounts, plans, documents, st.data())
def test_neither_the_order_of_the_plan_nor_of_the_documents_matters(amount, plan, docs, data):
    other_plan = data.draw(st.permutations(plan))
    other_docs = data.draw(st.permutations(docs))
    assert settle("p", amount, plan, docs) == settle("p", amount, other_plan, other_docs)


@given(amounts, plans, documents)
def test_settling_the_rest_by_the_same_plan_changes_only_what_was_planned_and_open(
    amount, plan, docs
):
    """Settled documents stand as they are when the same plan is worked off from them again."""
    first = settle("p", amount, plan, docs)
    if first.unapplied:
        after = {d.document_id: d for d in docs} | {d.document_id: d for d in reduced(docs, first)}
        still_planned = [
            (name, part) for name, part in plan if after.get(name, invoice(name, 0)).open
        ]
        again = settle("p", first.unapplied, still_planned, after.values())
        assert again.unapplied.minor <= first.unapplied.minor


@pytest.mark.law("6")
@given(amounts, plans, documents, st.integers(1, 4))
def test_part_by_part_is_the_same_as_at_once(amount, plan, docs, documents_max):
    whole = settle("p", amount, plan, docs)
    state = {d.document_id: d for d in docs}
    parts, rest, left = [], amount, tuple(plan)
    while True:
        part = settle("p", rest, left, state.values(), documents_max)
        assert len(part.allocations) <= documents_max
        parts += part.allocations
        state |= {d.document_id: d for d in reduced(state.values(), part)}
        rest, left = part.unapplied, part.left
        if not left:
            break
    assert tuple(parts) == whole.allocations
    assert rest == whole.unapplied


@given(st.permutations([700, 300, 450]), documents)
def test_the_order_of_payments_does_not_change_what_stays_open_in_total(minors, docs):
    plan = [(d.document_id, d.open) for d in docs if d.open]
    state, credit = {d.document_id: d for d in docs}, 0
    for minor in minors:
        done = settle("p", eur(minor), plan, state.values())
        state |= {d.document_id: d for d in reduced(state.values(), done)}
        credit += done.unapplied.minor
    owed = sum(d.open.minor for d in docs)
    still = sum(d.open.minor for d in state.values())
    assert owed - still + credit == 1450
    assert still == max(0, owed - 1450)


def test_the_oldest_due_document_comes_first():
    docs = (invoice("young", 100, 9), invoice("old", 100, 1))
    done = settle("p", eur(150), [("young", eur(100)), ("old", eur(100))], docs)
    assert [(a.document_id, a.amount.minor) for a in done.allocations] == [
        ("old", 100),
        ("young", 50),
    ]


@pytest.mark.rule("R9")
def test_r9_what_was_closed_meanwhile_stays_unapplied():
    done = settle("p", eur(100), [("gone", eur(60)), ("a", eur(40))], (invoice("a", 90),))
    assert [a.amount.minor for a in done.allocations] == [40]
    assert done.unapplied == eur(60)


@pytest.mark.law("16")
def test_currencies_never_mix():
    usd = eur(10).model_copy(update={"currency": "USD"})
    with pytest.raises(CurrencyMismatch):
        settle("p", usd, [("a", eur(5))], (invoice("a", 9),))
