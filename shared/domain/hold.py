"""Holds: what may be held, for how long, and how much of it."""

from datetime import date, timedelta

from shared.domain.account import Account
from shared.domain.agreement_drafts import HoldDraft
from shared.domain.document import Document
from shared.domain.limits import amount_within, day_within
from shared.domain.money import Money
from shared.errors import InvalidInput

DAYS_MAX = 366


def may_hold(account: Account, draft: HoldDraft, today: date) -> tuple[Document, ...]:
    """Return the documents that draft may hold on today.

    Raises InvalidInput for an end in the past or over a year away, and a document that is not open.
    """
    day_within("ends_on", draft.ends_on, today, today + timedelta(days=DAYS_MAX))
    found = tuple(account.document(document_id) for document_id in draft.documents)
    named = tuple(document for document in found if document is not None)
    if len(named) != len(found):
        raise InvalidInput(field="documents", reason="name open documents of this customer")
    return named


def check_part(amount: Money, documents: tuple[Document, ...]) -> None:
    """Return if amount is a part of the one document held. Raises InvalidInput."""
    if len(documents) != 1:
        raise InvalidInput(field="amount", reason="it goes with one document: name that")
    (document,) = documents
    if amount.currency != document.open.currency:
        raise InvalidInput(field="amount", reason=f"this is open in {document.open.currency}")
    amount_within("amount", amount, document.open)
