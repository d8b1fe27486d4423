"""Coverage: how much of each open document is already spoken for, and by what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from shared.domain.account import Account, CheckoutState, Document
from shared.domain.money import Money


@dataclass(frozen=True, slots=True)
class Cover:
    """Disjoint parts of one document's open amount, in its currency; they sum to open.

    payable = open - processing (the portal offers it); chaseable = free (reminders, fees,
    escalation). Part order: the surest money first.
    """

    open: Money
    processing: Money
    credit: Money
    in_checkout: Money
    promised: Money
    held: Money
    free: Money

    @property
    def payable(self) -> Money:
        """Return what a new payment may be for."""
        return self.open - self.processing

    @property
    def chaseable(self) -> Money:
        """Return what reminders, fees and escalation may ask for."""
        return self.free


def coverage(account: Account, today: date) -> Mapping[str, Cover]:
    """Return the Cover of each open document by id.

    Credits are spread over documents of the same currency, oldest due date first. Where a
    checkout and a promise speak of the same money the larger counts, not the sum.
    """
    credits: dict[str, int] = {}
    for credit in account.credits:
        known = credits.get(credit.unapplied.currency, 0)
        credits[credit.unapplied.currency] = known + credit.unapplied.minor
    covers = {}
    for document in sorted(account.documents, key=lambda d: (d.due_on, d.document_id)):
        cover = _cover(account, document, credits.get(document.open.currency, 0), today)
        if cover.credit:
            credits[document.open.currency] -= cover.credit.minor
        covers[document.document_id] = cover
    return covers


def _cover(account: Account, document: Document, credit_minor: int, today: date) -> Cover:
    rest = document.open.minor

    def take(wanted: int) -> Money:
        nonlocal rest
        part = min(rest, max(wanted, 0))
        rest -= part
        return Money(minor=part, currency=document.open.currency)

    processing = take(_in_checkouts(account, document, CheckoutState.PROCESSING))
    credit = take(credit_minor)
    clicked = _in_checkouts(account, document, CheckoutState.OPEN)
    promised = _promised(account, document, today)
    in_checkout = take(clicked)
    promised_more = take(promised - clicked)
    stopped = any(hold.covers(document.document_id, today) for hold in account.holds)
    held = take(rest if stopped else 0)
    return Cover(document.open, processing, credit, in_checkout, promised_more, held, take(rest))


def _in_checkouts(account: Account, document: Document, state: CheckoutState) -> int:
    return sum(
        amount.minor
        for checkout in account.checkouts
        if checkout.state is state
        for document_id, amount in checkout.allocations
        if document_id == document.document_id
    )


def _promised(account: Account, document: Document, today: date) -> int:
    return sum(
        min(promise.amount.minor, document.open.minor)
        for promise in account.promises
        if document.document_id in promise.documents
        and promise.amount.currency == document.open.currency
        and today <= promise.pays_on + timedelta(days=promise.grace_days)
    )
