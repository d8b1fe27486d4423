"""The one decision: what, if anything, to say to a customer today, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from enum import StrEnum

from shared.domain.account import Account, Channel, Document, Handover, Notice, NoticeItem
from shared.domain.coverage import Cover, item_coverage, items_on
from shared.domain.discount import offered
from shared.domain.money import Money, parse_money, total
from shared.domain.open_items import is_plan_part
from shared.domain.phone import e164
from shared.domain.plan import all_known_items
from shared.domain.policy import Policy, Rung, Stage
from shared.domain.policy_book import PolicyBook


class Action(StrEnum):
    SEND = "send"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Decision:
    """One verdict. code is stable; reason says the same to a person, in English.

    A SEND names the stage and channel, the items the notice lists (what is issued and payable),
    and the ladder positions done before and after it. A NOTHING names the item it is about.
    policy and policy_version are those of the stage. documents are the ids of open items
    (shared.domain.open_items): each instalment goes its way.
    """

    action: Action
    code: str
    reason: str
    documents: tuple[str, ...]
    stage: Stage | None = None
    items: tuple[NoticeItem, ...] = ()
    done_before: Mapping[str, int] | None = None
    done_after: Mapping[str, int] | None = None
    policy: str = ""
    policy_version: int = 0


@dataclass(frozen=True, slots=True)
class _Due:
    """An open item, the rung it is due for, and the policy that says so."""

    document: Document
    rung: Rung
    policy: Policy


def decide(
    account: Account, book: PolicyBook, today: date, at: time | None = None
) -> tuple[Decision, ...]:
    """Return what to do about account on today: at most one SEND, and a reason for all the rest.

    Level-triggered: it looks only at due dates, coverage and the newest notice, so a missed week
    gives one message and a second run on the same day gives none. today is the customer's date, at
    the customer's time of day; None leaves the time of day open. The SEND, where there is one,
    comes first. The answer depends on the arguments alone.
    """
    done = positions_done(account, book)
    covers = item_coverage(account, today)
    open_items = items_on(account, today)
    verdicts: list[Decision] = []
    due: dict[Channel, list[_Due]] = {}
    elsewhere = account.handed_over(today)
    if elsewhere is not None:
        return tuple(_handed_over(item, elsewhere) for item in open_items)
    for document in open_items:
        policy = book.of(document)
        part = is_plan_part(document.document_id)
        reached = policy.reached_by_part if part else policy.furthest_reached
        rung = reached(document, today)
        refusal = _refusal(account, document, covers[document.document_id], rung, done)
        if refusal is None and rung is not None:
            due.setdefault(rung.stage.channel, []).append(_Due(document, rung, policy))
        elif refusal is not None:
            verdicts.append(refusal)
    first: tuple[Decision, ...] = ()
    for channel in Channel:
        found = _send(open_items, book, due.get(channel, []), covers, done, today)
        if found is not None and found.action is Action.SEND and not first:
            first = (found,)
        elif found is not None:
            verdicts.append(_after(found) if found.action is Action.SEND else found)
    return (*first, *verdicts)


def _after(second: Decision) -> Decision:
    """Return the verdict on what another channel will carry once the first message is claimed."""
    reason = f"{second.reason} It follows the other message of this day."
    return Decision(Action.NOTHING, "follows", reason, second.documents, second.stage)


def positions_done(account: Account, book: PolicyBook) -> dict[str, int]:
    """Return the ladder position done per open item, by the newest notice.

    An item that no notice knows starts at the stage an older system had reached, if any. What a
    plan asks for in parts keeps its own place, for when the plan is over.
    """
    known = account.newest_notice.done if account.newest_notice else {}
    done = {}
    for document in all_known_items(account):
        opening = book.of(document).stage(document.stage_done) if document.stage_done else None
        if document.document_id in known:
            done[document.document_id] = known[document.document_id]
        elif opening is not None:
            done[document.document_id] = opening.position
    return done


def still_to_say(notice: Notice, account: Account) -> frozenset[str]:
    """Return the open items that notice asks for and that no later notice took further."""
    newest = account.newest_notice
    later = newest.done if newest is not None and newest.n > notice.n else notice.done_after
    return frozenset(
        document_id
        for document_id, position in notice.done_after.items()
        if notice.done_before.get(document_id) != position == later.get(document_id)
    )


def without(notice: Notice, account: Account) -> Account:
    """Return account as it was before notice was claimed: for the sender's second look.

    Only what notice has still to say can be asked for. The rest has a notice of its own, or will.
    """
    asked = still_to_say(notice, account)
    items = (item.document_id for item in all_known_items(account))
    done = {item_id: _ALL for item_id in items if item_id not in asked}
    done |= {i: position for i, position in notice.done_before.items() if i in asked}
    undone = replace(notice, done_before=done, done_after=done)
    return replace(account, newest_notice=undone)


def _refusal(
    account: Account, document: Document, cover: Cover, rung: Rung | None, done: Mapping[str, int]
) -> Decision | None:
    number = document.number
    if rung is None:
        return _nothing(document, "too_early", f"{number} has not reached the first stage.")
    stage = rung.stage
    if done.get(document.document_id, _NEVER) >= rung.position:
        return _nothing(document, "already_done", f"Stage {stage.id} of {number} was done.")
    if not cover.chaseable:
        return _nothing(document, *_covered(number, cover))
    if stage.channel is Channel.EMAIL and account.customer.mail_stopped:
        return _nothing(document, "mail_stopped", f"Mail is off: {account.customer.mail_stopped}.")
    if stage.channel is Channel.EMAIL and not account.customer.email:
        return _nothing(document, "no_address", "The customer has no e-mail address.")
    if stage.channel is Channel.SMS and not e164(account.customer.phone):
        return _nothing(document, "no_phone", "The customer has no phone number with its country.")
    if stage.channel is Channel.LETTER and not account.customer.address:
        return _nothing(document, "no_postal_address", "The customer has no postal address.")
    return None


def _handed_over(item: Document, handover: Handover) -> Decision:
    since = handover.starts_on.isoformat()
    reason = f"The {handover.tier} has {item.number} since {since}."
    return _nothing(item, "handed_over", reason)


_NEVER = -1_000_000
_ALL = 1_000_000


def _covered(number: str, cover: Cover) -> tuple[str, str]:
    if cover.held:
        return "on_hold", f"{number} is on hold."
    if cover.disputed:
        return "disputed", f"The customer contests {number}."
    if cover.planned:
        return "planned", f"{number} is due later, as agreed."
    if cover.promised:
        return "promised", f"Payment of {number} was promised."
    if cover.in_checkout:
        return "in_checkout", f"The customer is paying {number} right now."
    if cover.credit:
        return "credit_covers", f"Money that arrived but is not allocated covers {number}."
    if cover.processing:
        return "processing", f"A payment of {number} is being processed by the bank."
    return "nothing_open", f"{number} has nothing open."


def _send(
    open_items: Sequence[Document],
    book: PolicyBook,
    due: list[_Due],
    covers: Mapping[str, Cover],
    done: Mapping[str, int],
    today: date,
) -> Decision | None:
    if not due:
        return None
    asked = {one.document.document_id: one.rung for one in due}
    loudest = max(due, key=lambda one: one.rung.position)
    tone, policy = loudest.rung.stage, loudest.policy
    if not book.sends_on(policy, today):
        reason = f"Stage {tone.id} waits for a day on which messages go out."
        return Decision(Action.NOTHING, "not_a_sending_day", reason, tuple(asked), tone)
    if not _worth_it(tone, [one.document for one in due], covers):
        reason = f"What is open is below the least that stage {tone.id} asks for."
        return Decision(Action.NOTHING, "below_minimum", reason, tuple(asked), tone)
    items = tuple(
        _item(document, covers[document.document_id], document.document_id in asked, today)
        for document in open_items
        if covers[document.document_id].payable
        and (document.issued_on <= today or document.document_id in asked)
    )
    after = {**done, **{document_id: rung.position for document_id, rung in asked.items()}}
    numbers = ", ".join(one.document.number for one in due)
    return Decision(
        Action.SEND,
        "stage_reached",
        f"{numbers} reached stage {tone.id}.",
        tuple(asked),
        tone,
        items,
        done,
        after,
        policy.name,
        policy.version,
    )


def _item(document: Document, cover: Cover, asked: bool, today: date) -> NoticeItem:
    off = offered(document, today)
    offer = document.discount if off and off < cover.payable else None
    return NoticeItem(
        document_id=document.document_id,
        number=document.number,
        due_on=document.due_on,
        payable=cover.payable,
        asked=asked,
        off=off if offer else None,
        off_until=offer.last_day if offer else None,
    )


def _worth_it(stage: Stage, documents: list[Document], covers: Mapping[str, Cover]) -> bool:
    for currency in {document.open.currency for document in documents}:
        least = stage.minimum_open.get(currency)
        chaseable: list[Money] = [
            covers[document.document_id].chaseable
            for document in documents
            if document.open.currency == currency
        ]
        if least is None or parse_money(least, currency) <= total(chaseable, currency):
            return True
    return False


def _nothing(document: Document, code: str, reason: str) -> Decision:
    return Decision(Action.NOTHING, code, reason, (document.document_id,))
