"""What stood at the end of a past day, rebuilt from postings by their value dates."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from shared.domain.account import Credit
from shared.domain.books import due_on
from shared.domain.document import Document, Instalment
from shared.domain.money import Money
from shared.domain.movement import MAKES_TOTAL, Movement, Posting


@dataclass(frozen=True, slots=True)
class Stood:
    """What a customer owed, and what money of theirs waited, at the end of a day."""

    documents: tuple[Document, ...]
    credits: tuple[Credit, ...]


def as_of(documents: Iterable[Document], postings: Iterable[Posting], day: date) -> Stood:
    """Return how a customer stood at the end of day: documents that were open, and credits.

    documents are all heads as they are now: they tell numbers and due dates; amounts come from the
    postings with a value date through day, in whatever order. Money that was put against a document
    before the document's own day waits as a credit until then, so that open amounts less credits
    are always the sum of the movements.
    """
    totals: defaultdict[str, int] = defaultdict(int)
    parts: defaultdict[str, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    credits: defaultdict[tuple[str, str], int] = defaultdict(int)
    since: dict[tuple[str, str], date] = {}
    for value_date, movement in _movements(postings, day):
        currency, minor = movement.amount.currency, movement.amount.minor
        if movement.document_id:
            parts[movement.document_id][movement.instalment] += minor
            totals[movement.document_id] += minor if movement.kind in MAKES_TOTAL else 0
        if movement.source_id:
            source = movement.source_id, currency
            credits[source] += minor
            since[source] = min(since.get(source, value_date), value_date)
    stood = []
    for document in documents:
        opened: Mapping[int, int] = parts.get(document.document_id, {})
        open_minor = sum(opened.values())
        currency = document.total.currency
        if open_minor < 0:
            early = document.document_id, currency
            credits[early] -= open_minor
            since[early] = day
        elif open_minor:
            total_minor = totals[document.document_id]
            stood.append(_document(document, total_minor, open_minor, opened))
    return Stood(
        documents=tuple(stood),
        credits=tuple(
            Credit(source_id, Money(minor=minor, currency=currency), since[source_id, currency])
            for (source_id, currency), minor in credits.items()
            if minor
        ),
    )


def _movements(postings: Iterable[Posting], day: date) -> Iterable[tuple[date, Movement]]:
    for posting in postings:
        if posting.value_date <= day:
            for movement in posting.movements:
                yield posting.value_date, movement


def _document(
    document: Document, total_minor: int, open_minor: int, opened: Mapping[int, int]
) -> Document:
    currency = document.total.currency
    instalments = _instalments(document.instalments, open_minor, opened)
    return replace(
        document,
        total=Money(minor=total_minor, currency=currency),
        open=Money(minor=open_minor, currency=currency),
        instalments=instalments,
        due_on=due_on(document.due_on, instalments),
    )


def _instalments(
    instalments: Sequence[Instalment], open_minor: int, opened: Mapping[int, int]
) -> tuple[Instalment, ...]:
    """Return instalments as open as their movements say, or first due first where these cannot."""
    told = [opened.get(i.number, 0) for i in instalments]
    if any(not 0 <= minor <= i.total.minor for minor, i in zip(told, instalments, strict=True)):
        settled = sum(i.total.minor for i in instalments) - open_minor
        told = []
        for instalment in instalments:
            taken = max(min(settled, instalment.total.minor), 0)
            settled -= taken
            told.append(instalment.total.minor - taken)
    return tuple(
        replace(i, open=Money(minor=minor, currency=i.total.currency))
        for i, minor in zip(instalments, told, strict=True)
    )
