"""Put an issued invoice on another ladder: from now on that policy says what comes of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.first_look import days_to_look
from shared.domain.ladder_move import LadderMove, moved
from shared.errors import InvalidInput, NotFound, WriteConflict
from shared.usecases.ports.accounts import Customers
from shared.usecases.ports.policies import ReadsPolicy

_ATTEMPTS_MAX = 8


class Accounts(Customers, Protocol):
    def document(self, entity_id: str, customer_id: str, document_id: str) -> Document: ...


class Moves(Protocol):
    def move(
        self,
        entity: Entity,
        customer: Customer,
        after: Document,
        move: LadderMove,
        days: Iterable[date],
    ) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderChange:
    """An invoice that is to climb policy ("" is its customer's) from now on; who wants it, why."""

    document_id: str
    policy: str
    reason: str
    by: str


def change_ladder(
    accounts: Accounts,
    policies: ReadsPolicy,
    moves: Moves,
    entity_id: str,
    customer_id: str,
    change: LadderChange,
    now: Now,
) -> Document:
    """Let an invoice climb another ladder from now on, and return it.

    Asked twice it is one move. Raises NotFound, InvalidInput for an unknown policy or what has no
    ladder, Conflict for what is closed, and WriteConflict when it changes again and again.
    """
    document_id, policy = change.document_id, change.policy
    entity = accounts.entity(entity_id)
    for _ in range(_ATTEMPTS_MAX):
        customer = accounts.customer(entity_id, customer_id)
        before = accounts.document(entity_id, customer_id, document_id)
        after = moved(before, policy, change.reason)
        if after is before:
            return before
        try:
            ladder = policies.policy(entity_id, policy or customer.policy)
        except NotFound:
            raise InvalidInput(field="policy", reason="the entity has no such policy") from None
        today = now.today(customer.time_zone)
        move = LadderMove(
            document_id=document_id,
            number=after.number,
            version=after.version,
            before=before.policy,
            after=policy,
            on=today,
            at=now.business,
            by=change.by,
            reason=change.reason,
        )
        if moves.move(entity, customer, after, move, days_to_look(after, ladder, today)):
            return after
    raise WriteConflict(document=document_id)
