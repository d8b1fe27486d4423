"""Instalment plans: the parts of one, and the open items that it makes of what is owed.

While a plan is kept, its documents are asked for by its parts. Each part is an open item with a
due date of its own, as an instalment of an invoice is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum

from shared.domain.account import Account
from shared.domain.agreement import Plan, PlanPart, PlanState
from shared.domain.document import Document
from shared.domain.money import Money, split, total
from shared.domain.open_items import all_open_items, open_items, part_id
from shared.domain.recurrence import following


class Pace(StrEnum):
    """How far apart the parts of a plan are due."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"


_DAYS = {Pace.WEEKLY: 7, Pace.FORTNIGHTLY: 14}


def plan_parts(amount: Money, count: int, first_on: date, pace: Pace) -> tuple[PlanPart, ...]:
    """Return count parts that sum to amount exactly, the first due on first_on.

    Largest remainder, earlier parts first. Monthly parts keep their day: 31 January, 28 February,
    31 March. Raises ValueError for less than one part.
    """
    days = [first_on]
    while len(days) < count:
        if pace is Pace.MONTHLY:
            days.append(following(days[-1], 1, first_on.day))
        else:
            days.append(days[-1] + timedelta(days=_DAYS[pace]))
    return tuple(
        PlanPart(day, Money(minor=minor, currency=amount.currency))
        for day, minor in zip(days, split(amount.minor, [1] * count), strict=True)
    )


def agreed_upon(plan: Plan, today: date) -> bool:
    """Return whether plan runs on today as far as people said: agreed, and not ended."""
    ended = plan.ended_on is not None and plan.ended_on <= today
    return plan.agreed_on <= today and not ended


def running(account: Account, today: date) -> tuple[Plan, ...]:
    """Return the plans of account that run on today as far as people said."""
    return tuple(plan for plan in account.plans if agreed_upon(plan, today))


def paid_of(account: Account, plan: Plan) -> Money:
    """Return how much of plan is paid: what is no longer open of its documents."""
    amount = total((part.amount for part in plan.parts), plan.parts[0].amount.currency)
    return max(amount - _open(account, plan), Money.zero(amount.currency))


def missing(account: Account, plan: Plan) -> tuple[PlanPart, ...]:
    """Return the parts of plan that are still to come, each with what is missing of it."""
    paid = paid_of(account, plan).minor
    left = []
    for part in plan.parts:
        here = min(paid, part.amount.minor)
        paid -= here
        if here < part.amount.minor:
            rest = Money(minor=part.amount.minor - here, currency=part.amount.currency)
            left.append(replace(part, amount=rest))
    return tuple(left)


def items_under(account: Account, plans: Iterable[Plan]) -> list[Document]:
    """Return the open items of account, first due first, as plans have them.

    The documents of a plan are cut into what is missing of its parts; what is open beyond them
    stays an item by the document's own due date. The items sum to what is open.
    """
    cut: dict[str, tuple[Document, ...]] = {}
    for plan in plans:
        cut |= _cut(account, plan)
    found = [i for d in account.documents for i in cut.get(d.document_id, open_items(d))]
    return sorted(found, key=lambda item: (item.due_on, item.document_id))


def all_known_items(account: Account) -> list[Document]:
    """Return the open items by plans and those by the documents' own due dates, each once."""
    own = all_open_items(account.documents)
    known = {item.document_id for item in own}
    parts = items_under(account, (plan for plan in account.plans if plan.ended_on is None))
    return own + [item for item in parts if item.document_id not in known]


def ended(plan: Plan, state: PlanState, today: date) -> Plan:
    """Return plan as it is once it ended on today."""
    return replace(plan, state=state, ended_on=today, version=plan.version + 1)


def _cut(account: Account, plan: Plan) -> Mapping[str, tuple[Document, ...]]:
    documents = _documents(account, plan)
    left = {document.document_id: document.open.minor for document in documents}
    items: dict[str, list[Document]] = {document.document_id: [] for document in documents}
    dates = [part.due_on for part in plan.parts]
    for part in missing(account, plan):
        wanted = part.amount.minor
        for document in documents:
            here = min(wanted, left[document.document_id])
            if here:
                number = f"{dates.index(part.due_on) + 1}/{len(dates)}"
                items[document.document_id].append(_part(document, part.due_on, number, here))
                left[document.document_id] -= here
                wanted -= here
    for document in documents:
        items[document.document_id] += _beyond(document, left[document.document_id])
    return {document_id: tuple(found) for document_id, found in items.items()}


def _part(document: Document, due_on: date, number: str, minor: int) -> Document:
    amount = Money(minor=minor, currency=document.open.currency)
    return replace(
        document,
        document_id=part_id(document.document_id, due_on),
        number=f"{document.number} ({number})",
        due_on=due_on,
        total=amount,
        open=amount,
        stage_done="",
        instalments=(),
        discount=None,
        tax_minor={},
    )


def _beyond(document: Document, minor: int) -> list[Document]:
    """Return minor of document's own items, those due last."""
    found = []
    for item in reversed(open_items(document)):
        here = min(minor, item.open.minor)
        minor -= here
        if here:
            found.append(replace(item, open=Money(minor=here, currency=item.open.currency)))
    return found[::-1]


def _documents(account: Account, plan: Plan) -> list[Document]:
    found = (account.document(document_id) for document_id in plan.documents)
    return [document for document in found if document is not None and document.open]


def _open(account: Account, plan: Plan) -> Money:
    return total((d.open for d in _documents(account, plan)), plan.parts[0].amount.currency)
