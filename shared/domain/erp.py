"""What the hub and an ERP tell each other, in words that no product owns. Values only.

Facts that the ERP owns come in as rows (shared.domain.imports) in pages; facts that the hub owns
go out as entries. Ids are those of the ERP, as text; keys are ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from shared.domain.imports import (
    CreditNoteRow,
    CustomerRow,
    InvoiceRow,
    LineGroup,
    PaymentRow,
    PeopleRow,
)
from shared.domain.money import Money


class RecordKind(StrEnum):
    """What is pulled, in the order in which it is pulled: each needs those before it."""

    CUSTOMERS = "customers"
    INVOICES = "invoices"
    CREDIT_NOTES = "credit_notes"
    PAYMENTS = "payments"


class Gone(StrEnum):
    """Why the ERP has a record no more."""

    DELETED = "deleted"
    VOIDED = "voided"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class GoneRow:
    """A record that the ERP deleted, voided or merged. into names what took its place, or "".

    A payment that was told in parts is gone in all of them but those that it keeps. parts_only says
    that external_id is no payment itself, but what its parts are known by.
    """

    kind: RecordKind
    external_id: str
    why: Gone
    on: date | None = None
    into: str = ""
    line: int = 0
    keeps: tuple[str, ...] = ()
    parts_only: bool = False


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that the connector could not read as a row. message is for a person."""

    kind: RecordKind
    external_id: str
    field: str
    code: str
    message: str


ErpRow = CustomerRow | PeopleRow | InvoiceRow | LineGroup | CreditNoteRow | PaymentRow | GoneRow


@dataclass(frozen=True, slots=True)
class Page:
    """Some records, in the order of their last change, oldest first.

    cursor is where the next pull goes on, and opaque: plain ASCII, 1,000 characters at most. more
    says that another page is there at once; where it is False the hub has all that the ERP had at
    as_of, by the ERP's clock. A record may come again (the overlap of cursors), in any page.
    An invoice's lines come in the same page as the invoice, after it.
    """

    rows: tuple[ErpRow, ...]
    cursor: str
    more: bool
    as_of: datetime
    bad: tuple[BadRecord, ...] = ()


class EntryKind(StrEnum):
    """What the hub tells the ERP. An amount below zero takes back what was told before."""

    PAYMENT = "payment"  # money that arrived, on one invoice
    CREDIT = "credit"  # a credit note that was used on one invoice
    DISCOUNT = "discount"  # early-payment discount taken without money in the same entry
    TOLERANCE = "tolerance"  # too little to chase
    DEDUCTION = "deduction"  # short pay that is accepted
    WRITE_OFF = "write_off"  # bad debt
    FX_DIFFERENCE = "fx_difference"
    CHARGE = "charge"  # a late fee, interest or compensation: the ERP's receivable grows
    CHARGE_BACK = "charge_back"  # a charge that was waived or corrected


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to book in the ERP, once.

    key is ours, at most 64 plain characters, the same at every attempt: the ERP's entry carries it
    where find() and pull() can read it. invoice_external_id is the ERP's invoice; for money on a
    charge it is the invoice that the charge belongs to, and charge_key the key of the entry that
    told the charge. discount is what comes off beside amount. reference is the gateway's or the
    bank's, number the document's for people (of a CREDIT the credit note's), text a line for the
    book-keeper. attempt counts how often somebody had it told anew after the ERP's definite answer.

    Of an amount below zero: of_erp says that the ERP booked itself what is taken back, and has
    nothing of it under our keys; undoes is our key of the one entry that goes whole, or "".
    """

    key: str
    kind: EntryKind
    customer_external_id: str
    invoice_external_id: str
    booked_on: date
    amount: Money
    discount: Money | None = None
    method: str = ""
    reference: str = ""
    number: str = ""
    text: str = ""
    charge_key: str = ""
    attempt: int = 0
    of_erp: bool = False
    undoes: str = ""

    @property
    def request(self) -> str:
        """Return what names the call to an ERP that answers a repeated call as it did before.

        It is the key until the entry is told anew: an old refusal, or the old success of what was
        lost since, would come back for ever.
        """
        return f"{self.key}~{self.attempt}" if self.attempt else self.key


@dataclass(frozen=True, slots=True)
class Posted:
    """How the ERP calls what was booked. found says that it was there already."""

    erp_id: str
    found: bool = False


@dataclass(frozen=True, slots=True)
class OpenAmount:
    """What the ERP says of one of its invoices or credit notes, for the drift report.

    total is below zero for a credit note; voided ones are not told. charges that the hub booked are
    part of no invoice: charges_open is what is still open of those told for this invoice, or None
    where the ERP cannot say.
    """

    external_id: str
    number: str
    customer_external_id: str
    total: Money
    open: Money
    charges_open: Money | None = None


@dataclass(frozen=True, slots=True)
class OpenPage:
    """Some open amounts in the order of ids; cursor "" where these were the last."""

    amounts: tuple[OpenAmount, ...]
    cursor: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a connector can do. What it cannot is said to people, and never tried.

    entries are the kinds that it books. finds_by_key says that a lost answer can be looked up;
    where it cannot, an entry of unknown outcome waits for a person. verified_live is the product
    and version that the contract ran against.
    """

    kinds: frozenset[RecordKind]
    entries: frozenset[EntryKind] = frozenset()
    finds_by_key: bool = False
    tells_deletions: bool = False
    tells_open_amounts: bool = False
    verified_live: str = ""


@dataclass(frozen=True, slots=True)
class Connected:
    """What a test of the connection found: whose books these are, and what one may do there."""

    company: str
    product: str
    currency: str
    time_zone: str = ""
    customers: int | None = None
    open_invoices: int | None = None
    warnings: Sequence[str] = field(default_factory=tuple)
