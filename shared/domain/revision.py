"""What becomes of a document when the ERP, which owns its total, says another one."""

from collections.abc import Sequence
from dataclasses import replace

from shared.domain.books import due_on
from shared.domain.discount import followed
from shared.domain.document import Document, Instalment
from shared.domain.imports import InvoiceRow
from shared.domain.money import Money
from shared.domain.movement import Movement, MovementKind
from shared.domain.named_parts import first_due, refitted
from shared.domain.terms import due
from shared.domain.terms_text import parse_terms


def revised(row: InvoiceRow, document: Document) -> tuple[Document, Money]:
    """Return the document as row says, and the surplus that it no longer needs.

    What was settled stays settled: open moves by as much as the total does. Where the new total
    is below what was settled, nothing is open and the difference is the surplus, the customer's.
    New terms hold as long as nothing is settled; after that the parts that were agreed stay, and
    the last of them bear the difference. Parts that row names hold as long as they have room for
    what was settled of each.
    """
    settled = document.total - document.open
    rest = row.total - settled
    zero = Money.zero(row.total.currency)
    changed = replace(
        document,
        number=row.number,
        issued_on=row.issued_on,
        due_on=row.due_on,
        total=row.total,
        open=max(rest, zero),
        revision=row.revision or document.revision,
        description=_or(row.description, document.description),
        po_number=_or(row.po_number, document.po_number),
        stage_done=_or(row.stage_done, document.stage_done),
        policy=_or(row.policy, document.policy),
        pdf_key="",
        version=document.version + 1,
    )
    return _dated(row, document, changed), max(-rest, zero)


def _dated(row: InvoiceRow, document: Document, changed: Document) -> Document:
    named = refitted(document, row.parts) if row.parts else None
    if row.terms and not row.parts and document.open == document.total:
        made = due(parse_terms(row.terms), row.issued_on, row.total)
        first = made.due_on if made.instalments else row.due_on
        return replace(changed, due_on=first, instalments=made.instalments, discount=made.discount)
    difference = row.total - document.total
    step = Movement(MovementKind.REVISION, difference, document.document_id)
    changed = replace(changed, discount=followed(document, (step,), row.issued_on))
    if row.parts and named is not None:
        first = due_on(first_due(row.parts), named)
        return replace(changed, due_on=first, instalments=named)
    if not document.instalments:
        return changed
    parts = _moved(document.instalments, difference.minor)
    return replace(changed, instalments=parts, due_on=due_on(row.due_on, parts))


def _moved(parts: Sequence[Instalment], difference: int) -> tuple[Instalment, ...]:
    """Return parts that sum to difference more, or less: first of what is open, last parts first.

    More goes to the last part. A part may become one of nothing.
    """
    totals = [part.total.minor for part in parts]
    opens = [part.open.minor for part in parts]
    left = -difference
    if left < 0:
        totals[-1] -= left
        opens[-1] -= left
    for room in (opens, totals):
        for at in reversed(range(len(parts))):
            taken = max(min(left, room[at]), 0)
            left -= taken
            totals[at] -= taken
            opens[at] -= taken if room is opens else 0
    currency = parts[0].total.currency
    return tuple(
        replace(
            part,
            total=Money(minor=total, currency=currency),
            open=Money(minor=opened, currency=currency),
        )
        for part, total, opened in zip(parts, totals, opens, strict=True)
    )


def _or(value: str | None, otherwise: str) -> str:
    return otherwise if value is None else value
