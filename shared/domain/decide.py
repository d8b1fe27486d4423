"""The one decision: what, if anything, to say to a customer today, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from enum import StrEnum

from shared.domain.account import Account
from shared.domain.agreement import Handover
from shared.domain.coverage import Cover, item_coverage, items_on
from shared.domain.discount import offered
from shared.domain.document import Document, DocumentKind
from shared.domain.due_stage import Item, Refusal, due_rungs, items_of, joins
from shared.domain.notice import Channel, Notice, NoticeItem
from shared.domain.open_items import document_id_of, document_ids_of, is_plan_part
from shared.domain.plan import all_known_items
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.put_off import put_off
from shared.domain.stage import Anchor, Rung, Stage
from shared.domain.tasks import told

BY_HAND = "by_hand"
"""The code of what a person has said, whatever the ladder says."""


class Action(StrEnum):
    SEND = "send"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Decision:
    """One verdict. code is stable; reason says the same to a person, in English.

    A SEND names the stage and channel, the items the notice lists (what is issued and payable),
    and the ladder positions done before and after it. A NOTHING names the items it is about.
    policy and policy_version are those of the stage; ladders are the versions of all policies by
    which positions are told. documents are the ids of open items (shared.domain.open_items): each
    instalment goes its way. plans_over are documents asked for that were to be paid in parts when
    the newest notice went out. with_fee says that a person wants what the stage charges even with
    the first word about what is late. again_on is the day on which what is put off may go out,
    where the passing of a due date does not show it.
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
    ladders: Mapping[str, int] | None = None
    plans_over: tuple[str, ...] = ()
    again_on: date | None = None
    with_fee: bool = False


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
    open_items = items_on(account, today)
    elsewhere = account.handed_over(today)
    if elsewhere is not None:
        return tuple(_handed_over(item, elsewhere) for item in open_items)
    done = positions_done(account, book)
    covers = item_coverage(account, today)
    items = items_of(account, open_items, covers, book, done, today)
    verdicts: list[Decision] = []
    due: dict[Channel, list[_Due]] = {}
    for item, found in zip(items, due_rungs(account, items, today), strict=True):
        if isinstance(found, Refusal):
            verdicts.append(_refused(found, (item.document.document_id,)))
        else:
            one = _Due(item.document, found, item.policy)
            due.setdefault(found.stage.channel, []).append(one)
    verdicts = _with_riders(verdicts, items, due, today)
    first: tuple[Decision, ...] = ()
    for channel in Channel:
        if channel not in due:
            continue
        one = _loudest(due[channel])
        documents = tuple(each.document.document_id for each in due[channel])
        shown_on = _shown_on(due[channel])
        wait = put_off(account, book, one.policy, one.rung.stage, today, at, shown_on)
        if wait is not None:
            verdicts.append(_refused(_about(wait, due[channel]), documents))
            continue
        sent = _send(open_items, book, due[channel], covers, done, today)
        sent = replace(sent, plans_over=_plans_over(account, sent.documents))
        if first:
            verdicts.append(_after(sent))
        else:
            first = (sent,)
    return (*first, *verdicts)


def _with_riders(
    verdicts: list[Decision], items: Sequence[Item], due: dict[Channel, list[_Due]], today: date
) -> list[Decision]:
    """Add the charges to what is due that ride with their invoices; return the other verdicts."""
    joined = set()
    for item in items:
        for ones in due.values() if item.rides_with else ():
            one = next((o for o in ones if joins(item, o.document, o.rung, today)), None)
            if one is not None:
                ones.append(_Due(item.document, one.rung, one.policy))
                joined.add(item.document.document_id)
                break
    return [verdict for verdict in verdicts if not joined.intersection(verdict.documents)]


def _about(wait: Refusal, due: list[_Due]) -> Refusal:
    """Return wait with the numbers of what it is about before its sentence."""
    numbers = told(one.document.number for one in due)
    return replace(wait, reason=f"{numbers}: {wait.reason[:1].lower()}{wait.reason[1:]}")


def _loudest(due: list[_Due]) -> _Due:
    return max(due, key=lambda one: one.rung.position)


def _shown_on(due: list[_Due]) -> date | None:
    """Return the first day on which a due date shows some of due, None where other dates count."""
    if any(one.rung.stage.anchor is not Anchor.DUE_DATE for one in due):
        return None
    return min(one.rung.reached_on(one.document) for one in due)


def _refused(refusal: Refusal, documents: tuple[str, ...]) -> Decision:
    return Decision(
        Action.NOTHING,
        refusal.code,
        refusal.reason,
        documents,
        refusal.stage,
        again_on=refusal.again_on,
    )


def _after(second: Decision) -> Decision:
    """Return the verdict on what another channel will carry once the first message is claimed."""
    reason = f"{second.reason} It follows the other message of this day."
    return Decision(Action.NOTHING, "follows", reason, second.documents, second.stage)


def positions_done(account: Account, book: PolicyBook) -> dict[str, int]:
    """Return the ladder position done per open item, by the newest notice.

    An item that no notice knows starts at the stage an older system had reached, if any; a charge
    starts anew once it has no invoice to ride with (shared.domain.due_stage.Item). What a
    plan asks for in parts keeps its own place, for when the plan is over. What was said by an
    earlier version of a policy counts as that stage, wherever the stage stands now.
    """
    known = account.newest_notice.done if account.newest_notice else {}
    done = {}
    for document in all_known_items(account):
        reached = "" if document.kind is DocumentKind.CHARGE else document.stage_done
        opening = book.of(document).stage(reached) if reached else None
        if document.document_id in known:
            position = known[document.document_id]
            done[document.document_id] = book.carried(document, position, account.newest_notice)
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
    undone = replace(notice, done_before=done, done_after=done, said_on=notice.said_before)
    return replace(account, newest_notice=undone)


def _handed_over(item: Document, handover: Handover) -> Decision:
    since = handover.starts_on.isoformat()
    reason = f"The {handover.tier} has {item.number} since {since}."
    return _nothing(item, "handed_over", reason)


_ALL = 1_000_000


def _send(
    open_items: Sequence[Document],
    book: PolicyBook,
    due: list[_Due],
    covers: Mapping[str, Cover],
    done: Mapping[str, int],
    today: date,
) -> Decision:
    asked = {one.document.document_id: one.rung for one in due}
    loudest = _loudest(due)
    tone, policy = loudest.rung.stage, loudest.policy
    items = tuple(
        notice_item(document, covers[document.document_id], document.document_id in asked, today)
        for document in open_items
        if covers[document.document_id].payable
        and (document.issued_on <= today or document.document_id in asked)
    )
    after = {**done, **{document_id: rung.position for document_id, rung in asked.items()}}
    numbers = ", ".join(one.document.number for one in due)
    return Decision(
        Action.SEND,
        "stage_reached",
        f"{numbers} reached stage {tone.words}.{book.remark(policy)}",
        tuple(asked),
        tone,
        items,
        done,
        after,
        policy.name,
        policy.version,
        book.versions,
    )


def notice_item(document: Document, cover: Cover, asked: bool, today: date) -> NoticeItem:
    """Return an open item as a notice lists it on today."""
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


def _plans_over(account: Account, asked: Sequence[str]) -> tuple[str, ...]:
    """Return the documents asked for whose instalment plan ended since the newest notice."""
    known = account.newest_notice.done if account.newest_notice else {}
    planned = {document_id_of(item_id) for item_id in known if is_plan_part(item_id)}
    whole = (item_id for item_id in asked if not is_plan_part(item_id))
    return tuple(i for i in document_ids_of(whole) if i in planned)


def _nothing(document: Document, code: str, reason: str) -> Decision:
    return Decision(Action.NOTHING, code, reason, (document.document_id,))
