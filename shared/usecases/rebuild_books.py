"""Rebuild one customer's heads and credits from the postings, on a person's word."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.domain.book_check import Difference, differences
from shared.domain.clock import Now
from shared.domain.entity import Entity
from shared.domain.tasks import Task
from shared.ids import derived_id, new_id
from shared.usecases.check_books import Keeper, Kept, documents_of, lines_of, look


class Rebuilder[K: Kept](Keeper[K], Protocol):
    def rebuild(
        self,
        entity_id: str,
        customer_id: str,
        kept: K,
        found: Sequence[Difference],
        note: Callable[[int], Task],
    ) -> int: ...


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What differed, and what still does: figures of payments, and heads that are gone."""

    found: tuple[Difference, ...]
    left: tuple[Difference, ...]


def rebuild_books[K: Kept](
    keeper: Rebuilder[K], entity: Entity, customer_id: str, by: str, now: Now, *, apply: bool
) -> Rebuilt:
    """Return how a customer's books differ from the postings; make them agree where apply is set.

    Heads and credits are written under the versions that were read, and every transaction leaves
    a done task in the customer's history that says who did it and what was wrong. Raises
    WriteConflict where somebody changed the books meanwhile: what was written is right, ask again.
    """
    entity_id = entity.entity_id
    kept, found = look(keeper, entity_id, customer_id)
    if not apply or not found:
        return Rebuilt(found, found)
    request = new_id(now.wall)

    def note(n: int) -> Task:
        return _note(entity, customer_id, found, by, now, f"{request}-{n}")

    keeper.rebuild(entity_id, customer_id, kept, found, note)
    after = keeper.look(entity_id, customer_id)
    return Rebuilt(found, differences(after.stored, after.posted))


def _note(
    entity: Entity,
    customer_id: str,
    found: tuple[Difference, ...],
    by: str,
    now: Now,
    request: str,
) -> Task:
    return Task(
        task_id=derived_id("rebuild", customer_id, request),
        kind="books",
        customer_id=customer_id,
        title="Heads and credits were made again from the postings",
        created_at=now.business,
        due_on=now.today(entity.time_zone),
        documents=documents_of(found)[:20],
        detail=lines_of(found),
        status="done",
        done_at=now.business,
        done_by=by,
    )
