"""Money that waits to be allocated, as it would lower what is owed. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from shared.domain.account import Credit
from shared.domain.document import Document
from shared.domain.interest import Debt


def waiting_for(
    documents: Iterable[Document], credits: Iterable[Credit]
) -> Mapping[str, tuple[tuple[date, int], ...]]:
    """Return how money that waits would lower each document: (value date, minus minor units).

    It is spread over open documents of its currency, oldest due first. It bears no interest from
    the day it came, however long its allocation takes.
    """
    rest = {d.document_id: d.open.minor for d in documents}
    found: dict[str, list[tuple[date, int]]] = {document_id: [] for document_id in rest}
    oldest_first = sorted(documents, key=lambda d: (d.due_on, d.document_id))
    for credit in sorted(credits, key=lambda c: (c.received_on, c.source_id)):
        left = credit.unapplied.minor
        for document in oldest_first:
            if document.open.currency == credit.unapplied.currency:
                part = min(left, rest[document.document_id])
                rest[document.document_id] -= part
                left -= part
                if part:
                    found[document.document_id].append((credit.received_on, -part))
    return {document_id: tuple(changes) for document_id, changes in found.items()}


def lowered(debts: Sequence[Debt], waiting: Iterable[tuple[date, int]]) -> tuple[Debt, ...]:
    """Return debts as waiting money would leave them, the oldest due first."""
    rest = [sum(minor for _, minor in debt.changes) for debt in debts]
    changes = [list(debt.changes) for debt in debts]
    for on, minor in waiting:
        left = -minor
        for i in sorted(range(len(debts)), key=lambda i: debts[i].due_on):
            part = max(0, min(left, rest[i]))
            rest[i] -= part
            left -= part
            if part:
                changes[i].append((on, -part))
    return tuple(replace(d, changes=tuple(c)) for d, c in zip(debts, changes, strict=True))
