"""A case on file: the request for its pack, and what the pack is made from. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from shared.domain.agreement import Dispute, Handover, Hold, Plan, Promise
from shared.domain.customer import Customer
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.interest_charges import Sheet
from shared.domain.open_items import document_ids_of
from shared.domain.statement_of_account import Statement


@dataclass(frozen=True, slots=True)
class PackRequest:
    """A pack that somebody wants: everything about a customer's open case, in one ZIP.

    key is "" until the pack is there, sha256 is of its bytes then.
    """

    pack_id: str
    customer_id: str
    asked_at: datetime
    by: str
    key: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One notice of the log and how its delivery stands, as it is stored.

    at, sent_at and delivered_at are instants as ISO text, "" where they are not known. kept is the
    key of what was sent, "" for a task. told are the numbers of the documents it asked for, about
    the ids of all that it named.
    """

    n: int
    kind: str
    stage: str
    channel: str
    policy: str
    policy_version: int
    at: str
    state: str
    code: str
    sent_at: str
    delivered_at: str
    message_id: str
    approved_by: str
    kept: str
    told: tuple[str, ...]
    about: frozenset[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the customer wrote, or a person noted about a call: at is an instant as ISO text."""

    at: str
    kind: str
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What was agreed with a customer, what was said to it, and what it said. Oldest first."""

    spoken: tuple[Spoken, ...]
    holds: tuple[Hold, ...]
    promises: tuple[Promise, ...]
    disputes: tuple[Dispute, ...]
    plans: tuple[Plan, ...]
    handovers: tuple[Handover, ...]
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class InterestTaken:
    """The interest of one invoice through the day of the case. law is what it is reckoned by."""

    invoice: Document
    law: str
    sheet: Sheet


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that goes into a pack.

    documents are the open ones, the oldest first. policies maps a file name to the text of a policy
    that a message was sent by. kept maps the keys of what is on file (invoices, messages) to the
    bytes; a key that is noted and not there has none.
    """

    entity: Entity
    customer: Customer
    as_of: date
    documents: tuple[Document, ...]
    facts: CaseFacts
    interest: tuple[InterestTaken, ...]
    statement: Statement
    policies: Mapping[str, str]
    kept: Mapping[str, bytes]


def about_case(facts: CaseFacts, documents: tuple[Document, ...]) -> tuple[Spoken, ...]:
    """Return what was said about documents, and no other message: nobody else's business."""
    case = {d.document_id for d in documents} | {d.invoice_id for d in documents if d.invoice_id}
    return tuple(s for s in facts.spoken if case.intersection(document_ids_of(s.about)))
