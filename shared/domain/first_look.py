"""On which days somebody must look at a document that the passing of a due date does not show."""

from datetime import date

from shared.domain.account import Document
from shared.domain.policy import Anchor, Policy


def days_to_look(document: Document, policy: Policy, today: date) -> tuple[date, ...]:
    """Return today, and each later day on which document reaches a stage by its issue date.

    Stages that count from the due date are found by it; those that count from the issue date,
    and those that a late arrival has passed already, need a note on the day.
    """
    by_issue = (
        stage.reached_on(document) for stage in policy.stages if stage.anchor is Anchor.ISSUE_DATE
    )
    return tuple(sorted({today, *(day for day in by_issue if day > today)}))
