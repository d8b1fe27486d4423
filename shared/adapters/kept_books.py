"""One customer's books as they are stored, figure by figure: heads, credits and payments."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.posting_items import posting_from
from shared.adapters.table import Table
from shared.domain.book_check import Figure, FigureKind, Figures, posted_figures
from shared.domain.movement import MovementKind, Posting

_HEAD = "HEAD#"


@dataclass(frozen=True, slots=True)
class KeptBooks:
    """What one look found: plain items, some of which may lack what they should hold."""

    open_heads: Sequence[Item]
    closed_heads: Sequence[Item]
    credits: Sequence[Item]
    payments: Sequence[Item]
    postings: Sequence[Posting]
    stored: Figures
    posted: Figures


class BookKeeper:
    """Reads of whole books. Three Queries of a customer and their payments, nothing else."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def look(self, entity_id: str, customer_id: str) -> KeptBooks:
        """Return a customer's books. What is written meanwhile may look like a difference."""
        live = list(self._table.query(keys.live(entity_id, customer_id)))
        history = keys.history(entity_id, customer_id)
        closed = list(self._table.query(history, begins=_HEAD))
        ledger = keys.ledger(entity_id, customer_id)
        postings = tuple(posting_from(item) for item in self._table.query(ledger))
        paid = {
            movement.source_id
            for posting in postings
            for movement in posting.movements
            if movement.kind is MovementKind.PAYMENT
        }
        payments = self._table.get_many([keys.payment(entity_id, p) for p in sorted(paid)])
        opened = [item for item in live if item["type"] == "HEAD"]
        credits = [item for item in live if item["type"] == "CREDIT"]
        stored = {**_of_heads(entity_id, opened, closed), **_of_money(credits, payments)}
        posted = posted_figures(postings)
        return KeptBooks(opened, closed, credits, payments, postings, stored, posted)


def has_due_entry(entity_id: str, head: Mapping[str, Any]) -> bool:
    """Return whether the sweep would find an open head on the day on which it is due."""
    shard, due_on = str(head.get("gpk", "")), str(head.get("due_on", ""))
    entry = f"{due_on}#{head['customer_id']}#{head['document_id']}"
    return shard.startswith(f"DUE#{entity_id}#") and head.get("gsk") == entry


def _of_heads(entity_id: str, opened: Iterable[Item], closed: Iterable[Item]) -> Figures:
    said: dict[Figure, int | None] = {}
    for head in opened:
        _count(said, Figure(FigureKind.OPEN_HEADS, head["document_id"]))
        if has_due_entry(entity_id, head):
            _count(said, Figure(FigureKind.DUE_ENTRIES, head["document_id"]))
        said.update(_of_head(head))
    for head in closed:
        _count(said, Figure(FigureKind.CLOSED_HEADS, head["document_id"]))
        said.update(_of_head(head))
    return said


def _of_head(head: Item) -> Iterator[tuple[Figure, int | None]]:
    document_id, currency = head["document_id"], head["currency"]
    yield Figure(FigureKind.TOTAL, document_id, currency=currency), head.get("total")
    yield Figure(FigureKind.OPEN, document_id, currency=currency), head.get("open")
    for what, minor in head.get("adjusted", {}).items():
        yield Figure(FigureKind.ADJUSTED, document_id, currency=currency, what=what), minor
    if "discount" in head:
        taken = head["discount"].get("taken")
        yield Figure(FigureKind.DISCOUNT, document_id, currency=currency), taken
    if head.get("voided"):
        yield Figure(FigureKind.VOID, document_id), 1
    for part, _, total, opened in head.get("instalments", ()):
        yield Figure(FigureKind.PART_TOTAL, document_id, part=part, currency=currency), total
        yield Figure(FigureKind.PART_OPEN, document_id, part=part, currency=currency), opened


def _of_money(credits: Iterable[Item], payments: Iterable[Item]) -> Figures:
    said: dict[Figure, int | None] = {}
    for credit in credits:
        of = Figure(FigureKind.CREDIT, source_id=credit["source_id"], currency=credit["currency"])
        said[of] = credit.get("unapplied")
    for payment in payments:
        payment_id, currency = payment["payment_id"], payment["currency"]
        of = Figure(FigureKind.RECEIVED, source_id=payment_id, currency=currency)
        said[of] = payment.get("amount")
        of = Figure(FigureKind.GONE, source_id=payment_id, currency=currency)
        said[of] = payment.get("gone")
        for line in payment["allocations"]:
            to = line["document_id"]
            of = Figure(FigureKind.ALLOCATED, to, payment_id, currency=currency)
            said[of] = (said.get(of) or 0) + line["amount"]
    return said


def _count(said: dict[Figure, int | None], of: Figure) -> None:
    said[of] = (said.get(of) or 0) + 1
