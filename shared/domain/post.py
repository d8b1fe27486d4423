"""A letter on its way to the post: what is printed, and what is known of it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One letter ready to print. reference is ours, the same whenever the same letter is handed in.

    address is what the envelope's window shows, line by line; country is an ISO 3166 code, "" where
    nobody told. sheet is the paper it is laid out for (shared.domain.letter.Sheet).
    """

    entity_id: str
    customer_id: str
    n: int
    reference: str
    dated_on: date
    address: tuple[str, ...]
    country: str
    language: str
    sheet: str
    pages: int
    pdf: bytes
