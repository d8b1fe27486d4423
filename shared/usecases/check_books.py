"""The nightly check that the books add up: customer by customer, in messages of a few each."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Protocol

from shared.domain.book_check import Difference, Figures, difference_task_id, differences
from shared.domain.clock import Now
from shared.domain.entity import Entity
from shared.domain.tasks import Task
from shared.errors import WriteConflict
from shared.usecases.ports.tasks import OpensTasks

CUSTOMERS_PER_MESSAGE = 25
_MESSAGES_PER_STEP = 40
_LOOKS_MAX = 8
_LINES_MAX = 20


class Kept(Protocol):
    @property
    def stored(self) -> Figures: ...
    @property
    def posted(self) -> Figures: ...


class Keeper[K: Kept](Protocol):
    def look(self, entity_id: str, customer_id: str) -> K: ...


class Listed(Protocol):
    @property
    def customer_id(self) -> str: ...


class Directory(Protocol):
    def customers(self, entity_id: str, after: str = "") -> Iterator[Listed]: ...


class Runs(Protocol):
    def plan(
        self, entity_id: str, run_id: str, customers: int, messages: int, at: datetime
    ) -> None: ...
    def report(self, entity_id: str, run_id: str, batch: str, tally: "Checked") -> None: ...


class Queue(Protocol):
    def send(self, queue: str, body: Mapping[str, object]) -> None: ...
    def send_many(
        self, queue: str, messages: Iterable[tuple[dict[str, object], str, str]]
    ) -> None: ...


@dataclass(slots=True)
class Checked:
    """What one message of a check saw: customers, and those of them whose books differ."""

    checked: int = 0
    differing: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """How far the planning of a run has come: the last customer queued, and the counts so far."""

    after: str = ""
    customers: int = 0
    messages: int = 0


def plan(
    entity_id: str,
    run_id: str,
    place: Place,
    directory: Directory,
    runs: Runs,
    queue: Queue,
    now: Now,
    has_time: Callable[[], bool],
) -> int:
    """Queue every customer of the entity from place on; return how many have been queued in all.

    Where time runs out the rest is asked for by a message of the same kind. The run is written
    down once the last one is queued; a repeated plan queues the same customers again.
    """
    listed = (each.customer_id for each in directory.customers(entity_id, place.after))
    chunks = batched(listed, CUSTOMERS_PER_MESSAGE, strict=False)
    for step in batched(chunks, _MESSAGES_PER_STEP, strict=False):
        work: dict[str, object] = {"kind": "check", "entity": entity_id, "run_id": run_id}
        bodies = (work | {"batch": chunk[0], "customers": list(chunk)} for chunk in step)
        queue.send_many("BOOKS", ((body, "", "") for body in bodies))
        place = Place(
            step[-1][-1], place.customers + sum(map(len, step)), place.messages + len(step)
        )
        if not has_time():
            queue.send("BOOKS", plan_message(entity_id, run_id, place))
            return place.customers
    runs.plan(entity_id, run_id, place.customers, place.messages, now.wall)
    return place.customers


def plan_message(entity_id: str, run_id: str, place: Place) -> dict[str, object]:
    """Return the message that makes a check of a whole entity begin, or go on at place."""
    return {
        "kind": "plan",
        "entity": entity_id,
        "run_id": run_id,
        "after": place.after,
        "customers": place.customers,
        "messages": place.messages,
    }


def check(
    entity: Entity,
    customers: Iterable[str],
    keeper: Keeper[Kept],
    tasks: OpensTasks,
    now: Now,
    tell: Callable[[str, tuple[Difference, ...]], None],
) -> Checked:
    """Compare the books of customers; return the counts.

    Each customer whose books differ is told of, and put on the list for people: once, however
    often the same difference is found.
    """
    tally = Checked()
    for customer_id in customers:
        _, found = look(keeper, entity.entity_id, customer_id)
        tally.checked += 1
        if found:
            tally.differing += 1
            tell(customer_id, found)
            tasks.open(entity.entity_id, _task(entity, customer_id, found, now))
    return tally


def look[K: Kept](
    keeper: Keeper[K], entity_id: str, customer_id: str
) -> tuple[K, tuple[Difference, ...]]:
    """Return a customer's books and what differs in them.

    The reads are not one moment: what is written between two of them looks like a difference, so
    only one that is seen twice alike is one. Raises WriteConflict where the books never rest.
    """
    before: tuple[Difference, ...] | None = None
    for _ in range(_LOOKS_MAX):
        kept = keeper.look(entity_id, customer_id)
        found = differences(kept.stored, kept.posted)
        if not found or found == before:
            return kept, found
        before = found
    raise WriteConflict(customer=customer_id)


def lines_of(found: tuple[Difference, ...]) -> str:
    """Return the differences for people to read, one to a line, cut after the first few."""
    lines = [str(difference) for difference in found[:_LINES_MAX]]
    more = len(found) - len(lines)
    return "\n".join([*lines, f"and {more} more"] if more else lines)


def documents_of(found: tuple[Difference, ...]) -> tuple[str, ...]:
    """Return the documents that differences name, each once."""
    return tuple(sorted({d.figure.document_id for d in found if d.figure.document_id}))


def _task(entity: Entity, customer_id: str, found: tuple[Difference, ...], now: Now) -> Task:
    return Task(
        task_id=difference_task_id(customer_id, found),
        kind="books",
        customer_id=customer_id,
        title=f"The books do not add up: {found[0]}",
        created_at=now.business,
        due_on=now.today(entity.time_zone),
        documents=documents_of(found)[:_LINES_MAX],
        detail=lines_of(found),
    )
