"""Documents that move to another ladder: on their head, and as dated facts in the history."""

from collections.abc import Iterable
from datetime import date

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.table import VERSION, ConditionLost, Put, Table, Update, seen
from shared.adapters.tickets import ticket_put
from shared.domain.clock import from_iso, iso
from shared.domain.customer import Customer
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.ladder_move import LadderMove


class LadderMoves:
    """Writes of moves."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def move(
        self,
        entity: Entity,
        customer: Customer,
        after: Document,
        move: LadderMove,
        days: Iterable[date],
    ) -> bool:
        """Put an open document on its new ladder with the dated fact, and tickets for days.

        All or nothing. False: the document changed or closed meanwhile, so look again.
        """
        whose = (entity.entity_id, customer.customer_id)
        head = Update(
            keys.open_head(*whose, after.document_id),
            set={"own_policy": after.policy, "version": after.version},
            condition=VERSION,
            values=seen(after.version - 1),
        )
        cause = f"ladder:{after.document_id}:{after.version}"
        tickets = (ticket_put(entity, day, customer.customer_id, cause) for day in days)
        try:
            self._table.write(head, Put(_item(*whose, move)), *tickets)
        except ConditionLost:
            return False
        return True


def ladder_move_from(item: Item) -> LadderMove:
    """Return a move as it was stored."""
    return LadderMove(
        document_id=item["document_id"],
        number=item["number"],
        version=item["version"],
        before=item["before"],
        after=item["after"],
        on=date.fromisoformat(item["on"]),
        at=from_iso(item["at"]),
        by=item["by"],
        reason=item["reason"],
    )


def _item(entity_id: str, customer_id: str, move: LadderMove) -> Item:
    return {
        **keys.ladder_move(entity_id, customer_id, move.document_id, move.version),
        "type": "LADDER_MOVE",
        "customer_id": customer_id,
        "document_id": move.document_id,
        "number": move.number,
        "version": move.version,
        "before": move.before,
        "after": move.after,
        "on": move.on.isoformat(),
        "at": iso(move.at),
        "by": move.by,
        "reason": move.reason,
    }
