"""What is contested is left alone, and nothing beside it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.account import Account
from shared.domain.agreement import Dispute, DisputeOutcome, DisputeReason
from shared.domain.customer import Customer
from shared.domain.dispute import CORRECTION_DAYS, closed, disputed, may_dispute
from shared.domain.document import Document, DocumentKind
from shared.domain.money import Money
from shared.errors import Conflict, InvalidInput, NotFound

TODAY = date(2026, 11, 2)


def eur(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


def document(document_id: str, minor: int) -> Document:
    kind = DocumentKind.INVOICE
    return Document(document_id, kind, document_id, TODAY, TODAY, eur(minor), eur(minor))


def dispute(amount: int | None, *documents: str) -> Dispute:
    contested = None if amount is None else eur(amount)
    return Dispute("q", documents, DisputeReason.PRICE, TODAY, "customer", contested)


def account(*disputes: Dispute) -> Account:
    customer = Customer("c", "x", "Firm", "a@example.com", "en", "UTC", "EUR", "standard")
    return Account(customer, (document("a", 300), document("b", 200)), disputes=disputes)


def contested(found: Account, today: date = TODAY) -> list[int]:
    return [disputed(found, d, today).minor for d in found.documents]


def test_a_document_is_contested_whole_where_no_amount_is_given() -> None:
    assert contested(account(dispute(None, "a"))) == [300, 0]


@given(st.integers(1, 500))
def test_an_amount_goes_over_the_documents_in_order_and_is_contested_once(amount: int) -> None:
    assert sum(contested(account(dispute(amount, "a", "b")))) == amount


def test_what_was_won_is_chased_from_that_day_on() -> None:
    won = closed(dispute(None, "a"), DisputeOutcome.WON, "It was agreed.", TODAY)
    assert contested(account(won)) == [0, 0]


def test_what_was_lost_rests_while_the_credit_note_is_written() -> None:
    lost = closed(dispute(None, "a"), DisputeOutcome.LOST, "You are right.", TODAY)
    last = TODAY + timedelta(days=CORRECTION_DAYS)
    assert contested(account(lost), last) == [300, 0]
    assert contested(account(lost), last + timedelta(days=1)) == [0, 0]


def test_a_dispute_ends_once() -> None:
    ended = closed(dispute(None, "a"), DisputeOutcome.WITHDRAWN, "", TODAY)
    with pytest.raises(Conflict):
        closed(ended, DisputeOutcome.WON, "", TODAY)


def test_a_dispute_says_nothing_of_days_before_it() -> None:
    assert contested(account(dispute(None, "a")), TODAY - timedelta(days=1)) == [0, 0]


def test_what_may_be_contested() -> None:
    may_dispute(account(), ("a",), eur(300), 1, TODAY)
    with pytest.raises(InvalidInput):
        may_dispute(account(), ("a",), eur(301), 0, TODAY)
    with pytest.raises(InvalidInput):
        may_dispute(account(), ("a",), Money(minor=1, currency="USD"), 0, TODAY)
    with pytest.raises(InvalidInput):
        may_dispute(account(), ("a", "b"), None, 1, TODAY)
    with pytest.raises(NotFound):
        may_dispute(account(), ("c",), None, 0, TODAY)
    with pytest.raises(Conflict):
        may_dispute(account(dispute(1, "a")), ("a",), None, 0, TODAY)
