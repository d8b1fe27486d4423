"""Disputes: whether one may be opened, how much of a document it contests, how it ends."""

from dataclasses import replace
from datetime import date, timedelta

from shared.domain.account import Account
from shared.domain.agreement import Dispute, DisputeOutcome
from shared.domain.document import Document
from shared.domain.limits import amount_within
from shared.domain.money import Money, total
from shared.errors import Conflict, InvalidInput

TEXT_MAX = 2000
CORRECTION_DAYS = 14
"""How long what a customer was right about stays unchased, for the credit note to be written."""


def disputed(account: Account, document: Document, today: date) -> Money:
    """Return how much of what is open of document is contested on today."""
    minor = sum(
        _share(account, dispute, document)
        for dispute in account.disputes
        if document.document_id in dispute.documents and dispute.in_force(today)
    )
    return Money(minor=min(minor, document.open.minor), currency=document.open.currency)


def may_dispute(
    account: Account,
    documents: tuple[str, ...],
    amount: Money | None,
    line: int,
    today: date,
) -> None:
    """Return if these documents may be contested on today, wholly or with amount.

    Raises NotFound for what is not open on the account, InvalidInput for an amount above what is
    open, and Conflict where an open dispute names one of them already.
    """
    named = account.named(documents)
    if line and len(named) != 1:
        raise InvalidInput(field="line", reason="a line is of one document")
    if amount is not None:
        currency = amount.currency
        if any(document.open.currency != currency for document in named):
            raise InvalidInput(field="amount", reason=f"this is open in {named[0].open.currency}")
        amount_within("amount", amount, total((d.open for d in named), currency))
    if any(d.in_force(today) and set(d.documents) & set(documents) for d in account.disputes):
        raise Conflict(reason="this is in dispute already")


def closed(dispute: Dispute, outcome: DisputeOutcome, answer: str, today: date) -> Dispute:
    """Return dispute as it is once it ended on today.

    What the customer was right about stays unchased while the credit note is written. Raises
    Conflict where it is closed already.
    """
    if dispute.closed_on is not None:
        raise Conflict(dispute=dispute.dispute_id, reason="it is closed already")
    lost = outcome is DisputeOutcome.LOST
    return replace(
        dispute,
        closed_on=today,
        outcome=outcome,
        answer=answer,
        quiet_through=today + timedelta(days=CORRECTION_DAYS) if lost else None,
        version=dispute.version + 1,
    )


def is_answered(dispute: Dispute) -> bool:
    """Return whether the customer is told how dispute ended: what they took back needs no word."""
    return bool(dispute.answer) or dispute.outcome is not DisputeOutcome.WITHDRAWN


def _share(account: Account, dispute: Dispute, document: Document) -> int:
    """Return what of document falls to dispute: its amount goes over the documents in order."""
    if dispute.amount is None:
        return document.open.minor
    left = dispute.amount.minor
    for document_id in dispute.documents:
        other = account.document(document_id)
        here = min(left, other.open.minor) if other is not None else 0
        if document_id == document.document_id:
            return here
        left -= here
    return 0
