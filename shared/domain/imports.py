"""Rows of dropped files: what a good one says, and what is wrong with a bad one.

A row knows nothing of what is stored; shared.domain.import_verdicts compares the two.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date

from shared.domain.customer import Contact
from shared.domain.import_cells import OUR_ID
from shared.domain.money import Money

_LINES_ID_CHARS = 16


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one place. message is a sentence for a person and repeats no value.

    line counts from 1, the header being line 1; 0 is the file as a whole. column is a header
    name, or "" where no single one is to blame.
    """

    line: int
    column: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer as the ERP has it. None is a column that the file does not have."""

    line: int
    external_id: str
    name: str
    email: str
    cc: tuple[str, ...] | None = None
    language: str | None = None
    time_zone: str | None = None
    currency: str | None = None
    terms: str | None = None
    policy: str | None = None
    phone: str | None = None
    address: str | None = None
    tax_id: str | None = None
    country: str | None = None
    subdivision: str | None = None
    segment: str | None = None
    risk: str | None = None
    contacts: tuple[Contact, ...] | None = None

    @property
    def content_hash(self) -> str:
        """Return a hash of everything but the line; equal content, equal hash.

        Columns that came later count where a file has them only: nobody else's hash changes.
        """
        people = [[c.role, c.name, c.email] for c in self.contacts or ()]
        later = (self.country, self.subdivision, self.segment, self.risk, people or None)
        return _hash(
            self.external_id, self.name, self.email, list(self.cc or ()), self.language,
            self.time_zone, self.currency, self.terms, self.policy, self.phone, self.address,
            self.tax_id, *(later if any(value is not None for value in later) else ()),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PeopleRow:
    """What a CRM tells of a customer that the ERP owns: who the people are there, and its segment.

    external_id is the ERP's. name and email are for people to read; nothing is taken from them.
    contacts are all that it names: whom it names no more is no contact of the CRM's any more.
    """

    line: int
    external_id: str
    name: str
    email: str
    segment: str | None = None
    contacts: tuple[Contact, ...] = ()

    @property
    def content_hash(self) -> str:
        """Return a hash of everything but the line."""
        people = [[c.role, c.name, c.email] for c in self.contacts]
        return _hash(self.external_id, self.name, self.email, self.segment, people)


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice as the ERP has it. None is a column that the file does not have.

    parts are its instalments where the ERP names them one by one: day and amount, summing to total.
    lines are those that came together with it; its hash is its own.
    """

    line: int
    external_id: str
    customer_external_id: str
    number: str
    issued_on: date
    due_on: date
    total: Money
    revision: str = ""
    description: str | None = None
    po_number: str | None = None
    stage_done: str | None = None
    terms: str | None = None
    policy: str | None = None
    parts: tuple[tuple[date, Money], ...] | None = None
    lines: "LineGroup | None" = None

    @property
    def content_hash(self) -> str:
        """Return a hash of everything but the line and the revision."""
        return _hash(
            self.external_id, self.customer_external_id, self.number, self.issued_on.isoformat(),
            self.due_on.isoformat(), self.total.currency, self.total.minor, self.description,
            self.po_number, self.stage_done, *([self.terms] if self.terms else []),
            *([f"policy {self.policy}"] if self.policy else []),
            *sorted([on.isoformat(), part.minor] for on, part in self.parts or ()),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CreditNoteRow:
    """A credit note as the ERP has it. total is above zero.

    uses are what the ERP has applied of it, by invoice; what is left is the customer's credit.
    """

    line: int
    external_id: str
    customer_external_id: str
    number: str
    issued_on: date
    total: Money
    uses: tuple[tuple[str, Money], ...] = ()
    reason: str = ""
    revision: str = ""

    @property
    def content_hash(self) -> str:
        """Return a hash of everything but the line and the revision."""
        return _hash(
            self.external_id, self.customer_external_id, self.number, self.issued_on.isoformat(),
            self.total.currency, self.total.minor, self.reason,
            sorted([invoice, part.minor] for invoice, part in self.uses),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of an invoice. unit_price is decimal text: its currency is the invoice's."""

    line: int
    invoice_external_id: str
    description: str
    quantity: str
    unit_price: str
    tax_rate: str


@dataclass(frozen=True, slots=True)
class LineGroup:
    """All lines of one invoice in the file's order; line is where the first one stands."""

    line: int
    external_id: str
    rows: tuple[LineRow, ...]

    @property
    def content_hash(self) -> str:
        """Return a hash of the lines, whatever their order."""
        return _hash(
            *sorted([r.description, r.quantity, r.unit_price, r.tax_rate] for r in self.rows)
        )

    @property
    def lines_id(self) -> str:
        """Return what tells these lines from all others that the invoice has or had."""
        return self.content_hash[:_LINES_ID_CHARS]


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """Money that somebody else received for one invoice.

    our_key is the key of the entry by which this hub booked it there (shared.domain.erp), or "":
    such a row is an echo. part_of is the ERP's payment where external_id names its part for this
    invoice alone, edition what changes whenever that payment is edited.
    """

    line: int
    external_id: str
    invoice_external_id: str
    paid_on: date
    amount: Money
    method: str
    our_key: str = ""
    part_of: str = ""
    edition: str = ""

    @property
    def maybe_ours(self) -> bool:
        """Return whether the id has the form of those that this hub gives to payments."""
        return OUR_ID.fullmatch(self.external_id) is not None

    @property
    def content_hash(self) -> str:
        """Return a hash of everything but the line."""
        return _hash(
            self.external_id, self.invoice_external_id, self.paid_on.isoformat(),
            self.amount.currency, self.amount.minor, self.method,
        )  # fmt: skip


Row = CustomerRow | PeopleRow | InvoiceRow | LineGroup | CreditNoteRow | PaymentRow


def _hash(*content: object) -> str:
    plain = ["" if value is None else value for value in content]
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()
