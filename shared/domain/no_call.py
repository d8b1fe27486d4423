"""Why there is nothing to call a customer about, and since when."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.domain.account import Account
from shared.domain.coverage import item_coverage, items_on
from shared.domain.open_items import document_id_of
from shared.domain.plan import running
from shared.domain.tasks import Task, in_due_order, told


class NoCallCode(StrEnum):
    """Why nobody is to be called: stable, for programs."""

    NEVER_ASKED = "never_asked"
    NOTED = "noted"
    SETTLED = "settled"
    PUT_OFF = "put_off"
    HANDED_OVER = "handed_over"
    SPOKEN_FOR = "spoken_for"
    NOT_DUE = "not_due"


@dataclass(frozen=True, slots=True)
class NoCall:
    """Why there is nothing to call about, in a sentence, since which of the customer's days.

    since is None where nothing ever was. task is the open call that waits, if there is one.
    """

    code: NoCallCode
    reason: str
    since: date | None = None
    task: Task | None = None


def no_call(waiting: Sequence[Task], last: Task | None, account: Account, today: date) -> NoCall:
    """Return why a customer whom the call list leaves out on today is not on it.

    waiting are the customer's open call tasks, last is the call that was over last, if any was.
    """
    if not waiting:
        return _over(last, account)
    first = in_due_order(waiting)[0]
    case = account.handed_over(today)
    if case is not None:
        reason = f"The {case.tier} has the case since {case.starts_on}."
        return NoCall(NoCallCode.HANDED_OVER, reason, case.starts_on, first)
    agreed = [task.not_before for task in waiting if task.not_before and task.not_before > today]
    if len(agreed) == len(waiting):
        reason = f"The next call is agreed for {min(agreed)}."
        return NoCall(NoCallCode.PUT_OFF, reason, _day(first, account), first)
    return _spoken_for(waiting, first, account, today)


def _over(last: Task | None, account: Account) -> NoCall:
    if last is None or last.done_at is None:
        return NoCall(NoCallCode.NEVER_ASKED, "No stage of the ladder has asked for a call.")
    day = last.done_at.astimezone(ZoneInfo(account.customer.time_zone)).date()
    if not last.done_by:
        reason = f"What the last call was about is settled since {day}."
        return NoCall(NoCallCode.SETTLED, reason, day)
    outcome, colon, note = last.note.removesuffix(".").partition(":")
    said = f"{outcome.replace('_', ' ')}{colon}{note}" or "done"
    return NoCall(NoCallCode.NOTED, f"{last.done_by} noted on {day}: {said}.", day)


def _spoken_for(waiting: Sequence[Task], first: Task, account: Account, today: date) -> NoCall:
    covers = item_coverage(account, today)
    items = [
        item
        for item in items_on(account, today)
        if any(task.names(item.document_id) for task in waiting)
    ]
    if not items:
        reason = "Nothing of what the call is about is open any more."
        return NoCall(NoCallCode.SETTLED, reason, None, first)
    ids = frozenset(document_id_of(item.document_id) for item in items)
    found = [
        one
        for part, tell in _TELLS.items()
        if any(getattr(covers[item.document_id], part) for item in items)
        for one in tell(account, ids, today)
    ]
    if not found:
        due = min(item.due_on for item in items)
        return NoCall(NoCallCode.NOT_DUE, f"What it is about is due on {due}.", None, first)
    numbers = told(dict.fromkeys(item.number for item in items))
    reason = f"{numbers}: {'; '.join(words for words, _ in found)}."
    since = min((day for _, day in found if day), default=None)
    return NoCall(NoCallCode.SPOKEN_FOR, reason, since, first)


type _Told = Iterator[tuple[str, date | None]]


def _processing(*_: object) -> _Told:
    yield "a payment is on its way", None


def _credit(account: Account, _ids: frozenset[str], _today: date) -> _Told:
    day = min(credit.received_on for credit in account.credits)
    yield f"covered by money that came on {day}", day


def _in_checkout(*_: object) -> _Told:
    yield "the customer is on the payment page", None


def _disputed(account: Account, ids: frozenset[str], today: date) -> _Told:
    for dispute in account.disputes:
        if dispute.in_force(today) and ids.intersection(dispute.documents):
            yield f"contested since {dispute.opened_on}", dispute.opened_on


def _promised(account: Account, ids: frozenset[str], today: date) -> _Told:
    for promise in account.promises:
        if promise.in_force(today) and ids.intersection(promise.documents):
            yield f"promised for {promise.pays_on}", promise.made_on


def _planned(account: Account, ids: frozenset[str], today: date) -> _Told:
    for plan in running(account, today):
        if ids.intersection(plan.documents):
            yield f"paid in parts as agreed on {plan.agreed_on}", plan.agreed_on


def _held(account: Account, ids: frozenset[str], today: date) -> _Told:
    for hold in account.holds:
        if any(hold.covers(document_id, today) for document_id in ids):
            yield f"on hold through {hold.ends_on}", hold.starts_on


_TELLS: Mapping[str, Callable[[Account, frozenset[str], date], _Told]] = {
    "processing": _processing,
    "credit": _credit,
    "in_checkout": _in_checkout,
    "disputed": _disputed,
    "promised": _promised,
    "planned": _planned,
    "held": _held,
}
"""What tells of a part of a cover (shared.domain.coverage) in a few words, and since when."""


def _day(task: Task, account: Account) -> date:
    return task.created_at.astimezone(ZoneInfo(account.customer.time_zone)).date()
