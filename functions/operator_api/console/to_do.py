"""Tasks as a list shows them: the calls to one customer on one line, sums as they are now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from shared import runtime
from shared.domain.account import Credit
from shared.domain.money import Money
from shared.domain.tasks import Task
from shared.ids import derived_id


@dataclass(frozen=True, slots=True)
class Row:
    """A task, the other calls to its customer, and what waits now of money it wants placed.

    left is None where it is about no such money, and () where nothing waits any more.
    """

    task: Task
    others: tuple[Task, ...] = ()
    left: tuple[Money, ...] | None = None


def rows(entity_id: str, tasks: Iterable[Task], shown: int) -> tuple[list[Row], bool]:
    """Return the first rows of tasks, at most shown, and whether there are more.

    All calls to a customer stand with the one that is due first, and take one row.
    """
    found: list[Row] = []
    calls: dict[str, int] = {}
    for task in tasks:
        place = calls.get(task.customer_id) if task.kind == "call" else None
        if place is not None:
            found[place] = replace(found[place], others=(*found[place].others, task))
            continue
        if task.kind == "call" and task.customer_id:
            calls[task.customer_id] = len(found)
        found.append(Row(task))
    return _with_what_is_left(entity_id, found[:shown]), len(found) > shown


def _with_what_is_left(entity_id: str, found: Sequence[Row]) -> list[Row]:
    """Return found; a row of the money of one source tells that, else all that the customer has."""
    whose = {row.task.customer_id for row in found if row.task.kind == "unapplied"}
    waits = {
        customer_id: runtime.receivables().live_money(entity_id, customer_id)[1]
        for customer_id in sorted(whose)
    }
    return [
        replace(row, left=_left(row.task, waits[row.task.customer_id]))
        if row.task.customer_id in waits and row.task.kind == "unapplied"
        else row
        for row in found
    ]


def _left(task: Task, credits: Sequence[Credit]) -> tuple[Money, ...]:
    waiting = [credit for credit in credits if credit.unapplied]
    own = [c for c in waiting if derived_id("unapplied", c.source_id) == task.task_id]
    sums: dict[str, Money] = {}
    for money in (credit.unapplied for credit in own or waiting):
        sums[money.currency] = sums.get(money.currency, Money.zero(money.currency)) + money
    return tuple(sums[currency] for currency in sorted(sums))
