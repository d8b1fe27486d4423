"""What comes next on the ladder, if nothing happens before. Pure."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from shared.domain.account import Account
from shared.domain.decide import Action, Decision, decide
from shared.domain.notice import Channel
from shared.domain.notices import stage_notice
from shared.domain.open_items import all_open_items, document_ids_of
from shared.domain.policy_book import PolicyBook
from shared.domain.stage import Stage

_DAYS_MAX, _DAYS_MIN = 400, 31
_ITEM_DAYS_MAX = 20_000
"""Looking at an item on a day costs: of accounts with very many items fewer days are looked at."""
_NOON = time(12)


@dataclass(frozen=True, slots=True)
class Coming:
    """The next message or task: its day, its stage, and the open items that it will ask for."""

    on: date
    stage: Stage
    documents: tuple[str, ...]


def coming(account: Account, book: PolicyBook, today: date, document_id: str = "") -> Coming | None:
    """Return what is said next after today, about document_id where it is named, or None.

    It is decided day by day as if nobody paid, promised or held anything meanwhile: what covers
    an item by then ends on its own day, and a day without sending puts it off. None: the ladder is
    at its end, nothing is open, or it is over a year away (a month, in accounts with thousands).
    """
    for _ in Channel:
        account, said = _said(account, book, today)
        if said is None:
            break
    items = len(all_open_items(account.documents))
    far = max(_DAYS_MIN, min(_DAYS_MAX, _ITEM_DAYS_MAX // max(items, 1)))
    for days in range(1, far):
        day = today + timedelta(days=days)
        for _ in Channel:
            account, said = _said(account, book, day)
            if said is None or said.stage is None:
                break
            if not document_id or document_id in document_ids_of(said.documents):
                return Coming(day, said.stage, said.documents)
    return None


def _said(account: Account, book: PolicyBook, day: date) -> tuple[Account, Decision | None]:
    """Return what is said on day, or None, and account after it was."""
    verdicts = decide(account, book, day)
    send = next((v for v in verdicts if v.action is Action.SEND), None)
    if send is None:
        return account, None
    at = datetime.combine(day, _NOON, UTC)
    return replace(account, newest_notice=stage_notice(account.newest_notice, send, day, at)), send
