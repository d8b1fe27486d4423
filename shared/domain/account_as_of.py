"""An account as it stood at a past moment, folded from facts that carry their dates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shared.domain.account import Account, Credit, Incoming
from shared.domain.agreement import Dispute, Handover, Hold, Plan, PlanState, Promise
from shared.domain.book_check import FigureKind, posted_figures
from shared.domain.book_rebuild import rebuilt, unapplied_since
from shared.domain.checkout import Checkout, CheckoutState
from shared.domain.collection import Collection, collections_as_of
from shared.domain.customer import Customer
from shared.domain.discount import refolded
from shared.domain.document import Document
from shared.domain.ladder_move import LadderMove, ladder_at
from shared.domain.mail_wish import Wished, as_wished
from shared.domain.mandate import Mandate
from shared.domain.money import Money
from shared.domain.movement import MAKES_TOTAL, MovementKind, Posting
from shared.domain.notice import DeliveryState, Notice
from shared.domain.promise import PromiseState

UNDATED = (
    "settings",
    "due_dates",
    "announced_payments",
    "paid_checkouts",
)
"""What is kept without its days, so that today's stands for every day: the customer's settings
(address, policy, zone, mail stopped); due dates that the ERP moved; payments that were announced;
payment pages, which are forgotten a week after they were paid."""


@dataclass(frozen=True, slots=True)
class Told:
    """A notice with its delivery as it stands now, and since when; None where none was begun."""

    notice: Notice
    delivery_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A checkout as it stands now, and the last moment at which money could come through it.

    until is None while it is unresolved.
    """

    checkout: Checkout
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Record:
    """All that is kept of one customer: what stands now, and what stood before."""

    customer: Customer
    documents: tuple[Document, ...] = ()
    postings: tuple[Posting, ...] = ()
    holds: tuple[Hold, ...] = ()
    promises: tuple[Promise, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    plans: tuple[Plan, ...] = ()
    handovers: tuple[Handover, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    incoming: tuple[Incoming, ...] = ()
    notices: tuple[Told, ...] = ()
    mandates: tuple[Mandate, ...] = ()
    collections: tuple[Collection, ...] = ()
    ladder_moves: tuple[LadderMove, ...] = ()
    wishes: tuple[Wished, ...] = ()


def account_as_of(record: Record, at: datetime, before_notice: int | None = None) -> Account:
    """Return what decide would have read of the customer at an instant: what was recorded by then.

    Money counts from the instant at which the hub heard of it, not from its value date: a reminder
    of a day on which nobody knew of the payment was right. before_notice leaves that notice out,
    and later ones: the account on which it was decided. What is UNDATED stands as it does now. A
    notice tells what its mail said, also before the mail was written.
    """
    day = at.astimezone(ZoneInfo(record.customer.time_zone)).date()
    known = _known(record.postings, at, before_notice)
    return Account(
        customer=as_wished(record.customer, record.wishes, at),
        documents=tuple(
            replace(document, policy=ladder_at(document, record.ladder_moves, at))
            for document in _open_documents(record, known)
        ),
        credits=_credits(known),
        holds=tuple(h for h in record.holds if h.starts_on <= day),
        promises=tuple(_promises(record.promises, day)),
        disputes=tuple(d for d in record.disputes if d.opened_on <= day),
        plans=tuple(_plans(record.plans, day)),
        handovers=tuple(h for h in record.handovers if h.in_force(day)),
        checkouts=tuple(_checkouts(record.attempts, at)),
        incoming=record.incoming,
        newest_notice=_newest(record.notices, at, before_notice),
        mandates=tuple(m for m in (m.as_of(day) for m in record.mandates) if m is not None),
        collections=collections_as_of(record.collections, day),
        broken_promises=sum(
            p.outcome == PromiseState.BROKEN and p.decided_on is not None and p.decided_on <= day
            for p in record.promises
        ),
    )


def charged_by(record: Record, at: datetime, before_notice: int | None = None) -> frozenset[str]:
    """Return the ids of the charges that were made by an instant, open or not.

    before_notice as account_as_of has it: what that notice charged is left out.
    """
    return frozenset(
        movement.document_id
        for posting in _known(record.postings, at, before_notice)
        for movement in posting.movements
        if movement.kind is MovementKind.CHARGE
    )


def claimed_on(record: Record, day: date) -> tuple[Notice, ...]:
    """Return the notices of the ladder that were claimed for day, by number."""
    of_day = (t.notice for t in record.notices if t.notice.kind == "stage")
    return tuple(sorted((n for n in of_day if n.as_of == day), key=lambda n: n.n))


def _known(
    postings: Iterable[Posting], at: datetime, before_notice: int | None
) -> tuple[Posting, ...]:
    """Return what was recorded by at, in order.

    Moments are kept to the second, and a notice charges after its claim: what was charged in the
    very second of the claim came from the notice.
    """
    known = (
        posting
        for posting in postings
        if posting.recorded_at < at
        or (posting.recorded_at == at and (before_notice is None or not _charges(posting)))
    )
    return tuple(sorted(known, key=_order))


def _order(posting: Posting) -> tuple[datetime, bool, str]:
    """Return the turn of posting: within a second what issues a document comes first."""
    issues = any(movement.kind in MAKES_TOTAL for movement in posting.movements)
    return posting.recorded_at, not issues, posting.posting_id


def _charges(posting: Posting) -> bool:
    return any(movement.kind is MovementKind.CHARGE for movement in posting.movements)


def _open_documents(record: Record, known: Sequence[Posting]) -> tuple[Document, ...]:
    figures = posted_figures(known)
    ever = sorted(record.postings, key=_order)
    issued = {f.document_id for f in figures if f.kind is FigureKind.OPEN_HEADS}
    found = []
    for document in record.documents:
        if document.document_id in issued:
            then = rebuilt(document, figures)
            found.append(replace(then, discount=refolded(document, ever, known)))
    return tuple(found)


def _credits(known: Sequence[Posting]) -> tuple[Credit, ...]:
    credits = []
    for figure, minor in sorted(posted_figures(known).items()):
        if figure.kind is FigureKind.CREDIT and minor:
            since = unapplied_since(known, figure.source_id) or known[0].value_date
            unapplied = Money(minor=minor, currency=figure.currency)
            credits.append(Credit(figure.source_id, unapplied, since))
    return tuple(credits)


def _promises(promises: Iterable[Promise], day: date) -> Iterable[Promise]:
    """Yield the promises whose end was not noted by day; what was noted later is not known yet."""
    for promise in promises:
        made = promise.made_on is None or promise.made_on <= day
        if made and (promise.decided_on is None or promise.decided_on > day):
            yield replace(promise, outcome="", decided_on=None)


def _plans(plans: Iterable[Plan], day: date) -> Iterable[Plan]:
    for plan in plans:
        if plan.agreed_on <= day and (plan.ended_on is None or plan.ended_on > day):
            yield replace(plan, state=PlanState.RUNNING, ended_on=None)


def _checkouts(attempts: Iterable[Attempt], at: datetime) -> Iterable[Checkout]:
    for attempt in attempts:
        if attempt.checkout.created_at > at:
            continue
        if attempt.until is None or at < attempt.until:
            yield replace(attempt.checkout, state=_state_at(attempt.checkout, at))


def _state_at(checkout: Checkout, at: datetime) -> CheckoutState:
    """Return the state of an unresolved checkout at an instant.

    An automatic collection was processing from the start: no page was ever open for it.
    """
    moving = checkout.processing_at is not None and checkout.processing_at <= at
    by_itself = bool(checkout.mandate_id)
    return CheckoutState.PROCESSING if moving or by_itself else CheckoutState.OPEN


def _newest(notices: Iterable[Told], at: datetime, before: int | None) -> Notice | None:
    said = [
        told
        for told in notices
        if told.notice.claimed_at <= at and (before is None or told.notice.n < before)
    ]
    if not said:
        return None
    newest = max(said, key=lambda told: told.notice.n)
    if newest.delivery_at is not None and newest.delivery_at > at:
        return replace(newest.notice, delivery=DeliveryState.CLAIMED)
    return newest.notice
