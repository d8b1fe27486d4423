"""The numbered log of a customer's notices: what the next one carries over."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum

from shared.domain.decide import Decision
from shared.domain.notice import Channel, Notice, NoticeItem, is_counted
from shared.domain.policy_book import told_by
from shared.domain.restraint import SAID_DAYS_KEPT


class ClaimOutcome(StrEnum):
    """What came of a claim: the number was won, lost to another decider, or capped for today."""

    WON = "won"
    LOST = "lost"
    CAPPED = "capped"


def next_notice(
    newest: Notice | None,
    *,
    kind: str,
    as_of: date,
    claimed_at: datetime,
    items: tuple[NoticeItem, ...] = (),
    payment_id: str = "",
    dispute_id: str = "",
) -> Notice:
    """Return the notice after newest that moves nothing on the ladder: a mail such as a receipt."""
    done = dict(newest.done) if newest else {}
    return Notice(
        n=newest.n + 1 if newest else 1,
        kind=kind,
        stage="",
        channel=Channel.EMAIL,
        policy="",
        policy_version=0,
        as_of=as_of,
        claimed_at=claimed_at,
        items=items,
        done_before=done,
        done_after=done,
        payment_id=payment_id,
        dispute_id=dispute_id,
        said_on=_said(newest, kind, Channel.EMAIL, as_of),
        ladders=told_by(newest) if newest else {},
    )


def stage_notice(
    newest: Notice | None,
    decision: Decision,
    as_of: date,
    claimed_at: datetime,
) -> Notice:
    """Return the notice that makes decision (a SEND) true."""
    if decision.stage is None:
        raise ValueError("only a SEND becomes a notice")
    return Notice(
        n=newest.n + 1 if newest else 1,
        kind="stage",
        stage=decision.stage.id,
        channel=decision.stage.channel,
        policy=decision.policy,
        policy_version=decision.policy_version,
        as_of=as_of,
        claimed_at=claimed_at,
        items=decision.items,
        done_before=dict(decision.done_before or {}),
        done_after=dict(decision.done_after or {}),
        fee=decision.stage.charges,
        approval=decision.stage.approval or decision.stage.channel is Channel.HANDOVER,
        said_on=_said(newest, "stage", decision.stage.channel, as_of),
        ladders=dict(decision.ladders or {}),
        plans_over=decision.plans_over,
    )


def _said(newest: Notice | None, kind: str, channel: Channel, as_of: date) -> tuple[date, ...]:
    """Return the days of messages that the next notice carries on, its own included."""
    recent = tuple(
        day for day in (newest.said if newest else ()) if (as_of - day).days < SAID_DAYS_KEPT
    )
    return (*recent, as_of) if is_counted(kind, channel) else recent


def done_as_said(notice: Notice, said: Collection[str]) -> dict[str, int]:
    """Return the positions done after notice where it asked for the items said only.

    What it was claimed for and left out (held, paid or contested meanwhile) is not done: its stage
    is still to come.
    """
    before, after = notice.done_before, notice.done_after
    left_out = {i for i in after if after[i] != before.get(i) and i not in said}
    kept = {i: position for i, position in after.items() if i not in left_out}
    return kept | {i: before[i] for i in left_out if i in before}
