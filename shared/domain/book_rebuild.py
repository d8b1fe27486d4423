"""What a rebuild makes of heads and credits: the money that the postings say, and nothing else."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from shared.domain.book_check import Figure, FigureKind, Figures
from shared.domain.books import due_on
from shared.domain.document import Document
from shared.domain.money import Money
from shared.domain.movement import Posting


def rebuilt(document: Document, posted: Figures) -> Document:
    """Return document with the money that postings say, as its next version.

    What no posting says is as it was: number, dates, a discount's terms, instalments' due dates.
    """
    currency = document.total.currency

    def said(kind: FigureKind, part: int = 0) -> Money:
        figure = Figure(kind, document.document_id, part=part, currency=currency)
        return Money(minor=posted.get(figure) or 0, currency=currency)

    instalments = tuple(
        replace(
            instalment,
            total=said(FigureKind.PART_TOTAL, instalment.number),
            open=said(FigureKind.PART_OPEN, instalment.number),
        )
        for instalment in document.instalments
    )
    discount = document.discount
    if discount is not None:
        discount = replace(discount, taken_minor=said(FigureKind.DISCOUNT).minor)
    return replace(
        document,
        total=said(FigureKind.TOTAL),
        open=said(FigureKind.OPEN),
        instalments=instalments,
        due_on=due_on(document.due_on, instalments),
        discount=discount,
        adjusted=_adjusted(document, posted),
        voided=bool(posted.get(Figure(FigureKind.VOID, document.document_id))),
        version=document.version + 1,
    )


def _adjusted(document: Document, posted: Figures) -> dict[str, int]:
    """Return what was taken off document; a reason that was taken back stays, with 0."""
    own = {
        figure.what: minor or 0
        for figure, minor in posted.items()
        if figure.kind is FigureKind.ADJUSTED and figure.document_id == document.document_id
    }
    return dict.fromkeys(document.adjusted, 0) | own


def unapplied_since(postings: Iterable[Posting], source_id: str) -> date | None:
    """Return the value date on which the source last came to be unapplied, or None if never."""
    since, sum_minor = None, 0
    for posting in sorted(postings, key=lambda p: (p.recorded_at, p.posting_id)):
        added = sum(m.amount.minor for m in posting.movements if m.source_id == source_id)
        if added and not sum_minor:
            since = posting.value_date
        sum_minor += added
    return since
