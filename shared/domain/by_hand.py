"""A reminder that a person sends by hand: decided like any other, on any day.

It asks only for what nothing speaks for, and its stage counts as done. Days, hours, minima and how
often somebody is written to are for the sweep; holds, promises, disputes and wishes are for all.
"""

from collections.abc import Collection
from datetime import date

from shared.domain.account import Account
from shared.domain.coverage import item_coverage, items_on
from shared.domain.decide import BY_HAND, Action, Decision, notice_item, positions_done
from shared.domain.document import Document
from shared.domain.mail_wish import wants_none
from shared.domain.notice import Channel
from shared.domain.policy_book import PolicyBook
from shared.domain.stage import Stage

_LEAST_DAYS_LATE = {"due_today": 0, "reminder": 1, "late_fee": 1, "final_notice": 1}


def remind_decision(
    account: Account,
    book: PolicyBook,
    today: date,
    stage_id: str = "",
    only: Collection[str] = (),
    with_fee: bool = False,
) -> Decision | str:
    """Return the SEND of a stage's mail about open items (only these, else all that it fits).

    What the stage charges is charged as on the ladder, so not with the first word about what is
    late unless with_fee. Without stage_id it is the furthest mail of the customer's policy that
    one of them has reached.
    Returns a code where nothing may be said: handed_over, internal, mail_stopped, no_address,
    reminders_off, no_such_stage, stage_not_reached or nothing_to_ask.
    """
    refusal = _unreachable(account, today)
    if refusal:
        return refusal
    covers = item_coverage(account, today)
    items = items_on(account, today)
    wanted = [i for i in items if covers[i.document_id].chaseable and _meant(i, only)]
    stage = _stage(book, wanted, today, stage_id)
    if stage is None:
        return "no_such_stage" if stage_id else "stage_not_reached"
    if wants_none(account.customer, stage.template):
        return "reminders_off"
    asked = {i.document_id: i for i in wanted if _fits(i, stage, book, today)}
    if not asked:
        return "nothing_to_ask"
    done = positions_done(account, book)
    numbers = ", ".join(item.number for item in asked.values())
    return Decision(
        Action.SEND,
        BY_HAND,
        f"A person asks for {numbers} in the words of stage {stage.id}.",
        tuple(asked),
        stage,
        tuple(
            notice_item(i, covers[i.document_id], i.document_id in asked, today)
            for i in items
            if covers[i.document_id].payable and i.issued_on <= today
        ),
        done,
        done | {i: max(done.get(i, stage.position), stage.position) for i in asked},
        book.customer_policy.name,
        book.customer_policy.version,
        book.versions,
        with_fee=with_fee,
    )


def _unreachable(account: Account, today: date) -> str:
    customer = account.customer
    if account.handed_over(today) is not None:
        return "handed_over"
    if customer.internal:
        return "internal"
    if customer.mail_stopped:
        return "mail_stopped"
    return "" if customer.email else "no_address"


def _meant(item: Document, only: Collection[str]) -> bool:
    base = item.document_id.partition("/")[0]
    return not only or item.document_id in only or base in only


def _stage(book: PolicyBook, wanted: list[Document], today: date, stage_id: str) -> Stage | None:
    """Return the stage named, else the furthest mail that one of wanted has reached."""
    mails = [s for s in book.customer_policy.stages if s.channel is Channel.EMAIL]
    if stage_id:
        return next((s for s in mails if s.id == stage_id), None)
    reached = [s for s in mails if any(s.rung(item, today) is not None for item in wanted)]
    return reached[-1] if reached else None


def _fits(item: Document, stage: Stage, book: PolicyBook, today: date) -> bool:
    """Return whether the stage's words are true of item: what is not late is not called late.

    What a stage charges is charged where it was reached only, so its words wait for that, too.
    """
    if item.issued_on > today or item.days_late(today) < _LEAST_DAYS_LATE.get(
        stage.template, -9999
    ):
        return False
    return not stage.charges or stage.rung(item, today) is not None
