"""A statement of account that somebody wants as a PDF."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class StatementRequest:
    """What was asked for. pdf_key is "" until the PDF is there."""

    statement_id: str
    customer_id: str
    on: date
    first: date | None
    pdf_key: str = ""
