"""A document that climbs another ladder from a moment on: a dated fact. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from shared.domain.document import Document, DocumentKind
from shared.errors import Conflict, InvalidInput

REASON_CHARS = range(3, 301)


@dataclass(frozen=True, slots=True)
class LadderMove:
    """Who moved a document from one policy to another, when and why; "" is the customer's own.

    version is the document's with the move. on is the customer's date.
    """

    document_id: str
    number: str
    version: int
    before: str
    after: str
    on: date
    at: datetime
    by: str
    reason: str


def moved(document: Document, policy: str, reason: str) -> Document:
    """Return document on policy; itself where it is on it already.

    What was said of it stays said: its place on the new ladder is where it stands on the old one.
    Raises InvalidInput for what climbs no ladder of its own and for no reason, Conflict for what is
    closed.
    """
    if document.kind is not DocumentKind.INVOICE:
        raise InvalidInput(field="document", reason="only an invoice has a ladder of its own")
    if len(reason) not in REASON_CHARS:
        raise InvalidInput(field="reason", reason="say why, in a few words")
    if document.policy == policy:
        return document
    if not document.open:
        raise Conflict(document=document.document_id, reason="nothing of it is open")
    return replace(document, policy=policy, version=document.version + 1)


def ladder_at(document: Document, moves: Iterable[LadderMove], at: datetime) -> str:
    """Return the policy that document named at an instant, "" for none."""
    later = [m for m in moves if m.document_id == document.document_id and m.at > at]
    return min(later, key=lambda move: move.version).before if later else document.policy
