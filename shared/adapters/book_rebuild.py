"""Heads and credits made again from the postings, each under the version that was looked at."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

from shared.adapters import keys
from shared.adapters.account_items import credit_item
from shared.adapters.codec import Item
from shared.adapters.head_items import document_from, moved
from shared.adapters.kept_books import BookKeeper, KeptBooks
from shared.adapters.table import EXISTS, NEW, VERSION, ConditionLost, Delete, Put, Write, seen
from shared.adapters.tasks import done_task_put
from shared.domain.account import Credit
from shared.domain.book_check import Difference, Figure, FigureKind
from shared.domain.book_rebuild import rebuilt, unapplied_since
from shared.domain.money import Money
from shared.domain.tasks import Task
from shared.errors import WriteConflict

_PER_TRANSACTION = 25
_NO_VERSION = f"{EXISTS} AND attribute_not_exists(version)"
Group = tuple[Write, ...]


class RebuildingKeeper(BookKeeper):
    """A keeper who may also write what the postings say."""

    def rebuild(
        self,
        entity_id: str,
        customer_id: str,
        kept: KeptBooks,
        found: Sequence[Difference],
        note: Callable[[int], Task],
    ) -> int:
        """Make what found names again from the postings; return how many transactions it took.

        note(n) is the done task that transaction n leaves. Raises WriteConflict when somebody
        changed a head or credit meanwhile.
        """
        documents = sorted({d.figure.document_id for d in found if is_of_head(d.figure)})
        sources = sorted({d.figure.source_id for d in found if d.figure.kind is FigureKind.CREDIT})
        groups = [
            *filter(None, (_head_group(entity_id, kept, each) for each in documents)),
            *(_credit_group(entity_id, customer_id, kept, each) for each in sources),
        ]
        written = 0
        for chunk in batched(groups, _PER_TRANSACTION, strict=False):
            writes = [write for group in chunk for write in group]
            try:
                self._table.write(*writes, done_task_put(entity_id, note(written)))
            except ConditionLost as lost:
                raise WriteConflict(customer=customer_id) from lost
            written += 1
        return written


def is_of_head(figure: Figure) -> bool:
    """Return whether a figure stands in a head."""
    return bool(figure.document_id) and figure.kind is not FigureKind.ALLOCATED


def _head_group(entity_id: str, kept: KeptBooks, document_id: str) -> Group:
    opened = _named(kept.open_heads, "document_id", document_id)
    closed = _named(kept.closed_heads, "document_id", document_id)
    heads = [head for head in (opened, closed) if head is not None]
    posted = kept.posted
    known = {figure.document_id for figure, value in posted.items() if value}
    if not heads or document_id not in known:
        return ()
    newest = max(heads, key=lambda head: int(head.get("version", 0)))
    nothing: Item = {"total": 0, "open": 0, "version": 0}
    item = moved(entity_id, newest, rebuilt(document_from(nothing | newest), posted))
    writes: list[Write] = []
    for head in heads:
        condition, values = _unchanged(head)
        if head["pk"] == item["pk"]:
            writes.append(Put(item, condition=condition, values=values))
        else:
            key = {"pk": head["pk"], "sk": head["sk"]}
            writes.append(Delete(key, condition=condition, values=values))
    if item["pk"] not in {head["pk"] for head in heads}:
        writes.append(Put(item, condition=NEW))
    return tuple(writes)


def _credit_group(entity_id: str, customer_id: str, kept: KeptBooks, source_id: str) -> Group:
    stored = _named(kept.credits, "source_id", source_id)
    sums = {
        figure.currency: minor
        for figure, minor in kept.posted.items()
        if figure.kind is FigureKind.CREDIT and figure.source_id == source_id and minor
    }
    if not sums:
        return tuple(_used_up(entity_id, customer_id, stored))
    ((currency, minor),) = sums.items()
    since = unapplied_since(kept.postings, source_id)
    if since is None:
        raise AssertionError(f"{source_id} has a sum and no posting")
    version = int(stored.get("version", 0)) + 1 if stored else 1
    unapplied = Money(minor=minor, currency=currency)
    item = credit_item(entity_id, customer_id, Credit(source_id, unapplied, since, version))
    if stored is None:
        return (Put(item, condition=NEW),)
    condition, values = _unchanged(stored)
    return (Put(item, condition=condition, values=values),)


def _used_up(entity_id: str, customer_id: str, stored: Item | None) -> Iterator[Write]:
    if stored is not None:
        condition, values = _unchanged(stored)
        key = keys.credit(entity_id, customer_id, stored["source_id"])
        yield Delete(key, condition=condition, values=values)


def _unchanged(item: Mapping[str, Any]) -> tuple[str, Mapping[str, object]]:
    if "version" not in item:
        return _NO_VERSION, {}
    if "unapplied" not in item:
        return VERSION, seen(item["version"])
    same_amount = f"{VERSION} AND unapplied = :unapplied"
    return same_amount, {**seen(item["version"]), ":unapplied": item["unapplied"]}


def _named(items: Iterable[Item], name: str, value: str) -> Item | None:
    return next((item for item in items if item[name] == value), None)
