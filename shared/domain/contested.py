"""What a line of a document asks for, as far as the document is open for it."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from shared.domain.document import Document, Line
from shared.domain.money import Money
from shared.errors import InvalidInput


def contested(document: Document, lines: Sequence[Line], line: int) -> Money:
    """Return what line (1-based) asks for with its tax, at most what is open of document.

    Half-even. Where the hub does not know the lines it is all that is open. Raises InvalidInput for
    a line that is not there, or that asks for nothing.
    """
    if not lines:
        return document.open
    if line > len(lines):
        raise InvalidInput(field="line", reason=f"it has {len(lines)} lines")
    named = lines[line - 1]
    rate = 1 + Decimal(named.tax_rate_percent or "0") / 100
    asked = Decimal(named.net.minor) * rate if named.gross is None else Decimal(named.gross.minor)
    minor = int(asked.quantize(Decimal(1), ROUND_HALF_EVEN))
    if minor <= 0:
        raise InvalidInput(field="line", reason="it asks for nothing")
    return Money(minor=min(minor, document.open.minor), currency=document.open.currency)
