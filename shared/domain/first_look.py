"""On which days somebody must look at a document that the passing of a due date does not show."""

from datetime import date

from shared.domain.document import Document
from shared.domain.policy import Policy
from shared.domain.stage import Anchor


def days_to_look(document: Document, policy: Policy, today: date) -> tuple[date, ...]:
    """Return today, and each later day on which document reaches a stage by another date.

    Stages that count from the due date are found by it; those that count from the issue date or
    the end of a discount, and those that a late arrival has passed already, need a note on the day.
    """
    others = (
        stage.reached_on(document)
        for stage in policy.stages
        if stage.anchor is not Anchor.DUE_DATE
        and (document.discount is not None or stage.anchor is not Anchor.DISCOUNT_END)
    )
    return tuple(sorted({today, *(day for day in others if day > today)}))


def days_to_look_again(
    before: Document, after: Document, policy: Policy, today: date
) -> tuple[date, ...]:
    """Return which of those days a change from before to after asks for, under one policy.

    Later days that before had as well are noted already. Today is one of them where after has
    reached a stage, or policy lets money be taken by itself: anything else is found by its dates.
    """
    noted = days_to_look(before, policy, today)
    reached = any(stage.reached_on(after) <= today for stage in policy.stages)
    needed = reached or policy.autopay is not None
    return tuple(
        day
        for day in days_to_look(after, policy, today)
        if (needed if day == today else day not in noted)
    )
