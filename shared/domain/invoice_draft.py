"""What an invoice of our own is to say, before it has a number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shared.domain.document import Line
from shared.domain.invoiced_tax import invoiced_total
from shared.domain.money import Money, exponent
from shared.domain.numbering import INVOICES
from shared.errors import InvalidInput

_TEXT_MAX = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDraft:
    """An invoice that somebody asks for.

    total is with tax, None for what lines and the tax on them make. It is due on due_on, else by
    terms, else by those of the customer. policy names the ladder that it climbs instead of its
    customer's, series the numbers that it takes the next of.
    """

    customer_id: str
    issued_on: date
    total: Money | None = None
    due_on: date | None = None
    terms: str = ""
    description: str = ""
    po_number: str = ""
    lines: tuple[Line, ...] = ()
    series: str = INVOICES
    policy: str = ""


def total_of(draft: InvoiceDraft, taxes: Mapping[str, int]) -> Money:
    """Return the total of the invoice, which lines and taxes (minor units) make where it has lines.

    Raises InvalidInput for a total that is none or is not theirs, and for texts that are too long.
    """
    made = invoiced_total(draft.lines, taxes) if draft.lines else None
    total = made if draft.total is None else draft.total
    if total is None:
        raise InvalidInput(field="total", reason="name it, or lines")
    exponent(total.currency)
    if total.minor <= 0:
        raise InvalidInput(field="total", reason="it must be above zero")
    if len(draft.description) > _TEXT_MAX or len(draft.po_number) > _TEXT_MAX:
        raise InvalidInput(field="description", reason=f"at most {_TEXT_MAX} characters")
    if made is not None and made != total:
        raise InvalidInput(field="lines", reason="they and their tax do not add up to the total")
    return total
