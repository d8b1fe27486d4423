"""Coverage: how much of each open document is already spoken for, and by what."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

from shared.domain.account import Account
from shared.domain.agreement import Plan, PlanState
from shared.domain.checkout import CheckoutState
from shared.domain.discount import discount_beside
from shared.domain.dispute import disputed
from shared.domain.document import Document
from shared.domain.money import Money
from shared.domain.open_items import document_id_of, is_plan_part
from shared.domain.plan import items_under, running
from shared.domain.promise import still_promised


@dataclass(frozen=True, slots=True)
class Cover:
    """Disjoint parts of what is open of a document or item, in its currency; they sum to open.

    payable = open - processing (the portal offers it); chaseable = free (reminders, fees,
    escalation). Part order: the surest money first.
    """

    open: Money
    processing: Money
    credit: Money
    in_checkout: Money
    disputed: Money
    promised: Money
    planned: Money
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


def asked_for(item_id: str, cover: Cover) -> Money:
    """Return what a message asks for of an item that it names: what nothing else speaks for.

    Of a part of a plan it is also what is agreed for later, since a note goes ahead of its day.
    """
    ahead = is_plan_part(item_id) and not cover.chaseable
    return cover.planned if ahead else cover.chaseable


def coverage(account: Account, today: date) -> Mapping[str, Cover]:
    """Return the Cover of each open document by id: the sum over its open items."""
    covers: dict[str, Cover] = {}
    for item_id, cover in item_coverage(account, today).items():
        document_id = document_id_of(item_id)
        known = covers.get(document_id)
        covers[document_id] = cover if known is None else _sum(known, cover)
    return covers


def item_coverage(account: Account, today: date) -> Mapping[str, Cover]:
    """Return the Cover of each open item by id, first due first.

    Credits are spread over items of the same currency, oldest due date first; what is meant for a
    document covers its instalments in their order. Where a checkout, a promise and a plan speak of
    the same money the largest counts, not the sum.
    """
    return _covers(account, items_on(account, today), today)


def items_on(account: Account, today: date) -> list[Document]:
    """Return the open items that are asked for on today, first due first.

    What a plan is kept for is asked for by the plan's parts, all else by its own due dates.
    """
    return items_under(account, kept_plans(account, today))


def kept_plans(account: Account, today: date) -> tuple[Plan, ...]:
    """Return the plans that are kept on today: no part is free money past its days of grace.

    What is under way, credited, contested, promised or on hold is no broken word, nor is what has
    yet to be taken by itself.
    """
    plans = running(account, today)
    if not plans:
        return ()
    items = items_under(account, plans)
    covers = _covers(account, items, today)
    missed = [
        item
        for item in items
        if is_plan_part(item.document_id)
        and covers[item.document_id].free
        and account.collecting(item.document_id) is None
    ]
    return tuple(plan for plan in plans if not any(_past(plan, item, today) for item in missed))


def plan_state(account: Account, plan: Plan, today: date) -> PlanState:
    """Return how plan stands on today: missed at once, also where nobody has noted it yet."""
    if plan.state is PlanState.RUNNING and plan not in kept_plans(account, today):
        return PlanState.MISSED
    return plan.state


def _past(plan: Plan, item: Document, today: date) -> bool:
    of_plan = document_id_of(item.document_id) in plan.documents
    return of_plan and item.due_on + timedelta(days=plan.grace_days) < today


def _covers(account: Account, items: Sequence[Document], today: date) -> Mapping[str, Cover]:
    credits: defaultdict[str, int] = defaultdict(int)
    for credit in account.credits:
        credits[credit.unapplied.currency] += credit.unapplied.minor
    documents = {d.document_id: d for d in account.documents}
    meant: dict[str, _Meant] = {}
    covers = {}
    for item in items:
        document_id = document_id_of(item.document_id)
        if document_id not in meant:
            meant[document_id] = _meant(account, documents[document_id], today)
        later = is_plan_part(item.document_id) and today < item.due_on
        cover = _cover(item, meant[document_id], credits[item.open.currency], later)
        credits[item.open.currency] -= cover.credit.minor
        covers[item.document_id] = cover
    return covers


@dataclass(slots=True)
class _Meant:
    """What is still to be spread of the money that is meant for one document, in minor units."""

    processing: int
    clicked: int
    disputed: int
    promised_more: int
    held: int


def _meant(account: Account, document: Document, today: date) -> _Meant:
    clicked = _with_discount(document, _in_checkouts(account, document, CheckoutState.OPEN))
    processing = _in_checkouts(account, document, CheckoutState.PROCESSING)
    return _Meant(
        processing=_with_discount(document, processing + _incoming(account, document)),
        clicked=clicked,
        disputed=disputed(account, document, today).minor,
        promised_more=_promised(account, document, today) - clicked,
        held=_held(account, document, today),
    )


def _cover(item: Document, meant: _Meant, credit_minor: int, planned: bool) -> Cover:
    rest = item.open.minor

    def take(wanted: int) -> Money:
        nonlocal rest
        part = min(rest, max(wanted, 0))
        rest -= part
        return Money(minor=part, currency=item.open.currency)

    processing = take(meant.processing)
    credit = take(credit_minor)
    in_checkout = take(meant.clicked)
    contested = take(meant.disputed)
    promised_more = take(meant.promised_more)
    agreed_later = take(rest if planned else 0)
    held = take(meant.held)
    meant.processing -= processing.minor
    meant.clicked -= in_checkout.minor
    meant.disputed -= contested.minor
    meant.promised_more -= promised_more.minor
    meant.held -= held.minor
    return Cover(
        open=item.open,
        processing=processing,
        credit=credit,
        in_checkout=in_checkout,
        disputed=contested,
        promised=promised_more,
        planned=agreed_later,
        held=held,
        free=take(rest),
    )


def _sum(one: Cover, other: Cover) -> Cover:
    return Cover(*(getattr(one, f.name) + getattr(other, f.name) for f in fields(Cover)))


def _with_discount(document: Document, minor: int) -> int:
    """Return what is under way for document, with the discount that goes with paying the rest."""
    return minor + discount_beside(document, minor)


def _in_checkouts(account: Account, document: Document, state: CheckoutState) -> int:
    return sum(
        amount.minor
        for checkout in account.checkouts
        if checkout.state is state
        for document_id, amount in checkout.allocations
        if document_id == document.document_id
    )


def _incoming(account: Account, document: Document) -> int:
    return sum(
        part.minor
        for incoming in account.incoming
        for document_id, part in incoming.allocations
        if document_id == document.document_id and part.currency == document.open.currency
    )


def _held(account: Account, document: Document, today: date) -> int:
    holds = [hold for hold in account.holds if hold.covers(document.document_id, today)]
    parts = [hold.amount.minor for hold in holds if hold.amount is not None]
    return sum(parts) if len(parts) == len(holds) else document.open.minor


def _promised(account: Account, document: Document, today: date) -> int:
    return sum(
        still_promised(account, promise, document, today).minor
        for promise in account.promises
        if document.document_id in promise.documents
    )
