"""Open items: what is meant for an invoice covers its instalments in their order, each once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.account import Account, Credit
from shared.domain.agreement import Hold, Promise
from shared.domain.checkout import Checkout, CheckoutState
from shared.domain.checkout_plan import checkout_plan
from shared.domain.coverage import coverage, item_coverage
from shared.domain.document import Document, DocumentKind, Instalment
from shared.domain.figures import ageing
from shared.domain.open_items import document_id_of, document_ids_of, open_items
from shared.errors import InvalidInput, NotFound
from tests.support.samples import customer, eur

TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, tzinfo=UTC)


def invoice(name: str, *opens: int, first_late: int = 40) -> Document:
    """Return an invoice with an instalment of 1000 for each of opens, 30 days apart."""
    parts = tuple(
        Instalment(n, TODAY + timedelta(days=30 * (n - 1) - first_late), eur(1000), eur(minor))
        for n, minor in enumerate(opens, start=1)
    )
    total, opened = 1000 * len(opens), sum(opens)
    due_on = next((p.due_on for p in parts if p.open), TODAY)
    return Document(
        name, DocumentKind.INVOICE, name.upper(), TODAY, due_on, eur(total), eur(opened),
        instalments=parts,
    )  # fmt: skip


def paying(state: CheckoutState, minor: int) -> Checkout:
    return Checkout(str(state), state, eur(minor), (("d", eur(minor)),), NOW, NOW)


@pytest.mark.rule("R18")
def test_r18_an_item_is_late_by_its_own_date_and_a_paid_one_is_none():
    items = open_items(invoice("d", 0, 700, 1000))
    assert [(i.document_id, i.number, i.days_late(TODAY), i.open.minor) for i in items] == [
        ("d/2", "D (2/3)", 10, 700),
        ("d/3", "D (3/3)", -20, 1000),
    ]
    assert document_ids_of(i.document_id for i in items) == ("d",)


def test_a_document_without_instalments_is_its_own_item():
    plain = replace(invoice("d", 500), instalments=())
    assert open_items(plain) == (plain,)
    assert open_items(replace(plain, open=eur(0))) == ()


@pytest.mark.rule("R18")
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=5), st.integers(-60, 200))
def test_r18_the_buckets_sum_to_what_is_open(opens, first_late):
    document = invoice("d", *opens, first_late=first_late)
    ages = ageing((document,), (), TODAY)
    assert sum(age.open.minor for age in ages) == document.open.minor
    late = sum(i.open.minor for i in open_items(document) if i.due_on < TODAY)
    assert sum(age.overdue.minor for age in ages) == late


minors = st.integers(0, 2500)


@pytest.mark.rule("R15")
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=4), minors, minors, minors, minors)
def test_r15_money_that_is_meant_for_an_invoice_covers_it_once(
    opens, processing, clicked, credit, promised
):
    document = invoice("d", *opens)
    account = Account(
        customer(),
        (document,),
        credits=(Credit("p", eur(credit), TODAY),),
        checkouts=(
            paying(CheckoutState.PROCESSING, processing),
            paying(CheckoutState.OPEN, clicked),
        ),
        promises=(Promise("q", ("d",), eur(promised), TODAY),),
    )
    covers = item_coverage(account, TODAY)
    whole = coverage(account, TODAY).get("d")
    left = document.open.minor
    for wanted, part in ((processing, "processing"), (credit, "credit"), (clicked, "in_checkout")):
        taken = sum(getattr(c, part).minor for c in covers.values())
        assert taken == min(wanted, left)
        left -= taken
    assert (whole is None) == (not document.open)
    if whole is not None:
        assert sum(c.free.minor for c in covers.values()) == whole.free.minor
        assert sum(c.open.minor for c in covers.values()) == document.open.minor
    for earlier, later in pairwise(covers.values()):
        assert not earlier.free or later.free == later.open, "the first parts are covered first"


def test_a_hold_on_the_invoice_holds_each_instalment():
    hold = Hold("h", "x", TODAY, TODAY, "me", ("d",))
    account = Account(customer(), (invoice("d", 10, 20),), holds=(hold,))
    assert {i: c.held.minor for i, c in item_coverage(account, TODAY).items()} == {
        "d/1": 10,
        "d/2": 20,
    }


def test_a_page_asks_for_the_chosen_instalments_and_for_the_whole_once():
    account = Account(customer(), (invoice("d", 100, 200), invoice("e", 50)))
    assert checkout_plan(account, ["d/2", "e"], TODAY) == (("d", eur(200)), ("e", eur(50)))
    assert checkout_plan(account, ["d", "d/2", "d/1"], TODAY) == (("d", eur(300)),)
    with pytest.raises(NotFound):
        checkout_plan(account, ["d/3"], TODAY)
    with pytest.raises(InvalidInput):
        checkout_plan(account, [], TODAY)


def test_the_id_of_an_item_names_its_document():
    assert (document_id_of("d/2"), document_id_of("d")) == ("d", "d")
