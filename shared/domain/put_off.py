"""What is due and has to wait: the day, the hour, or too many messages already. Pure."""

from datetime import date, time

from shared.domain.account import Account
from shared.domain.days import days_after
from shared.domain.due_stage import Refusal
from shared.domain.notice import Channel
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.stage import Stage

CLOSED_DAY = "not_a_sending_day"
LOOK_AHEAD_DAYS = 60
"""How far a next working day is looked for: further than any calendar closes."""
_HEARD_AT_ONCE = (Channel.EMAIL, Channel.SMS)


def put_off(
    account: Account,
    book: PolicyBook,
    policy: Policy,
    stage: Stage,
    today: date,
    at: time | None,
    shown_on: date | None,
) -> Refusal | None:
    """Return why stage waits on today, and until when; None where it may be said.

    The due date stays what it was, and the stage is not used up. A task for a person waits for a
    working day, and for nothing else. Weekends need no note of their own where due dates show what
    is reached: the next sweep looks at all since the last day of sending. shown_on is the first day
    that due dates show, None where others count.
    """
    if not policy.sends_on(today):
        reason = f"Stage {stage.words} waits for a day on which messages go out."
        is_new = shown_on is not None and (today - shown_on).days <= policy.closed_before(today)
        again_on = None if is_new else sending_day(book, policy, today, 1)
        return Refusal(CLOSED_DAY, reason, stage, again_on)
    if not book.sends_on(policy, today):
        reason = f"Stage {stage.words} waits: it is a holiday where the customer is."
        return Refusal("holiday", reason, stage, sending_day(book, policy, today, 1))
    if stage.channel.is_message and policy.at_most is not None:
        cap = policy.at_most
        said = account.newest_notice.said if account.newest_notice else ()
        free_on = cap.free_on(said, today)
        if free_on > today:
            reason = (
                f"Stage {stage.words} waits: {cap.messages} messages went out "
                f"in the last {cap.per_days} days."
            )
            wait = (free_on - today).days
            return Refusal("at_most", reason, stage, sending_day(book, policy, today, wait))
    over_on = quiet_until(policy, today, at) if stage.channel in _HEARD_AT_ONCE else None
    if over_on is not None and policy.quiet_hours is not None:
        reason = (
            f"Stage {stage.words} waits for the end of the quiet hours, {policy.quiet_hours.ends}."
        )
        wait = (over_on - today).days
        return Refusal("quiet_hours", reason, stage, sending_day(book, policy, today, wait))
    return None


def quiet_until(policy: Policy, today: date, at: time | None) -> date | None:
    """Return the day on which the quiet hours end that at on today lies in, None in no such."""
    quiet = policy.quiet_hours
    return quiet.over_on(today, at) if quiet and at is not None and quiet.covers(at) else None


def sending_day(book: PolicyBook, policy: Policy, today: date, days: int) -> date:
    """Return the first day from days after today on which policy sends, within two months."""
    ahead = (days_after(today, days + more) for more in range(LOOK_AHEAD_DAYS))
    last = days_after(today, days + LOOK_AHEAD_DAYS)
    return next((day for day in ahead if book.sends_on(policy, day)), last)
