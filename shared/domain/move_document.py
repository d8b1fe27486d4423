"""An open invoice that goes to another customer: what was settled of it stays where it was. Pure.

The one it leaves keeps a document of what was settled there, closed; the one it comes to gets what
is open, and what the ERP said. The two totals sum to the invoice's.
"""

from dataclasses import dataclass, replace
from datetime import date

from shared.domain.clock import Now
from shared.domain.document import Document, DocumentKind, Instalment
from shared.domain.money import Money
from shared.domain.movement import Movement, MovementKind, Posting
from shared.errors import Conflict


@dataclass(frozen=True, slots=True)
class Moved:
    """The document where it leaves and where it comes to, with a posting for each of the two."""

    left: Document
    came: Document
    leaving: Posting
    coming: Posting


def move_document(
    document: Document, there: Document | None, today: date, now: Now, by: str, note: str
) -> Moved:
    """Return what makes what is open of document another customer's.

    there is what the other has of the same invoice already, from before: it grows. Raises Conflict
    where document is not an open invoice of the ERP.
    """
    if document.kind is not DocumentKind.INVOICE or not document.external_id:
        reason = "only invoices of the ERP are moved"
        raise Conflict(document=document.document_id, reason=reason)
    if not document.open:
        raise Conflict(document=document.document_id, reason="nothing of it is open")
    parts = {i.number: i.open for i in document.instalments if i.open} or {0: document.open}
    if there is not None and bool(there.instalments) != bool(document.instalments):
        reason = "it was there before, in other parts"
        raise Conflict(document=document.document_id, reason=reason)
    name = f"{document.document_id}:{document.version}"
    leaving = tuple(_moves(document, number, -part) for number, part in parts.items())
    coming = tuple(_moves(document, number, part) for number, part in parts.items())
    return Moved(
        left=_left(document),
        came=_came(document, there),
        leaving=Posting(f"moved_out:{name}", today, now.business, leaving, by, note),
        coming=Posting(f"moved_in:{name}", today, now.business, coming, by, note),
    )


def _moves(document: Document, number: int, amount: Money) -> Movement:
    return Movement(MovementKind.MOVE, amount, document.document_id, instalment=number)


def _left(document: Document) -> Document:
    nothing = Money.zero(document.open.currency)
    return replace(
        document,
        total=document.total - document.open,
        open=nothing,
        instalments=tuple(
            replace(i, total=i.total - i.open, open=nothing) for i in document.instalments
        ),
        said=None,
        pdf_key="",
        version=document.version + 1,
    )


def _came(document: Document, there: Document | None) -> Document:
    fresh = tuple(replace(i, total=i.open) for i in document.instalments if i.open)
    discount = document.discount
    if there is None:
        return replace(
            document,
            total=document.open,
            instalments=fresh,
            discount=replace(discount, taken_minor=0) if discount else None,
            adjusted={},
            pdf_key="",
            version=1,
        )
    instalments = _merged(there.instalments, fresh)
    newest = document if document.said else there  # what the ERP said went where it is now
    return replace(
        there,
        due_on=document.due_on,
        total=there.total + document.open,
        open=there.open + document.open,
        revision=newest.revision,
        lines_id=newest.lines_id,
        said=newest.said,
        instalments=instalments,
        pdf_key="",
        version=there.version + 1,
    )


def _merged(known: tuple[Instalment, ...], more: tuple[Instalment, ...]) -> tuple[Instalment, ...]:
    found = {i.number: i for i in known}
    for part in more:
        before = found.get(part.number)
        if before is not None:
            part = replace(part, total=before.total + part.total, open=before.open + part.open)
        found[part.number] = part
    return tuple(found[number] for number in sorted(found))
