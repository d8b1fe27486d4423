"""Many small all-or-nothing writes in few transactions."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from shared.adapters.table import ConditionLost, Put, Table, Write
from shared.errors import WriteConflict

_TRANSACTION_MAX = 100
_GROUPS_MAX = 25
Group = tuple[Write, ...]


def again(put: Put) -> Put:
    """Return put so that it also holds where an item of its type is there already."""
    same = {":type": put.item["type"]}
    return replace(put, condition="attribute_not_exists(pk) OR #type = :type", values=same)


def write_groups(table: Table, groups: Sequence[Group]) -> set[int]:
    """Write each group whole or not at all; return the indexes of those that lost a condition.

    Groups share transactions. Where one of them spoils a transaction, each is tried alone. An item
    that two groups name alike (a note made by again()) is written once per transaction.
    """
    lost: set[int] = set()
    for chunk in _packed(groups):
        try:
            table.write(*_together(groups[i] for i in chunk))
        except (ConditionLost, WriteConflict):
            lost |= {i for i in chunk if not _alone(table, groups[i])}
    return lost


def _alone(table: Table, group: Group) -> bool:
    try:
        table.write(*group)
    except (ConditionLost, WriteConflict):
        return False
    return True


def _packed(groups: Sequence[Group]) -> Iterable[list[int]]:
    chunk: list[int] = []
    size = 0
    for i, group in enumerate(groups):
        if chunk and (size + len(group) > _TRANSACTION_MAX or len(chunk) == _GROUPS_MAX):
            yield chunk
            chunk, size = [], 0
        chunk.append(i)
        size += len(group)
    if chunk:
        yield chunk


def _together(groups: Iterable[Group]) -> list[Write]:
    writes: dict[tuple[str, ...], Write] = {}
    for group in groups:
        for write in group:
            key = write.item if isinstance(write, Put) else write.key
            writes.setdefault((str(key["pk"]), str(key["sk"])), write)
    return list(writes.values())
