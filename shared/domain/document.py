"""Invoices, charges and credit notes: their heads and lines. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from shared.domain.money import Money
from shared.domain.tax import TaxCategory


class DocumentKind(StrEnum):
    INVOICE = "invoice"
    CHARGE = "charge"
    CREDIT_NOTE = "credit_note"


class DiscountTax(StrEnum):
    """What an early-payment discount does to the tax: taken on gross, on net, or tax as if taken.

    REDUCE lowers tax with the price; KEEP takes the discount on the net and leaves the tax whole;
    MIXED invoices the tax as if the discount were taken, so that taking it changes no tax.
    """

    REDUCE = "reduce"
    KEEP = "keep"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Instalment:
    """One part of an invoice, due on its own day. number is 1-based, open is 0..total."""

    number: int
    due_on: date
    total: Money
    open: Money


@dataclass(frozen=True, slots=True)
class Discount:
    """An early-payment discount on a document, such as 2 % until the 10th.

    amount is what is taken off the whole document where its rest arrives by last_day (value date).
    tax_minor is the part of amount that is tax, by rate text. percent is what was agreed, as
    decimal text, for people to read. What comes tolerance_days late or is tolerance_minor short
    still counts; nobody is told so. late_minor is what was paid of the document after that,
    taken_minor the discount that was taken.
    """

    percent: str
    last_day: date
    amount: Money
    treatment: DiscountTax
    tax_minor: Mapping[str, int] = field(default_factory=dict)
    tolerance_days: int = 0
    tolerance_minor: int = 0
    late_minor: int = 0
    taken_minor: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """What an ERP said last of an invoice: the hash of its content, and its total in minor units.

    The total is that of the whole invoice, of which parts may have been settled with customers that
    it was moved from.
    """

    content_hash: str
    total_minor: int


@dataclass(frozen=True, slots=True)
class Document:
    """The head of an invoice, charge or credit note: what was asked, what is still open.

    total and open are in the document's currency; open is 0..total. due_on is a date of the
    customer's calendar; where there are instalments it is that of the first open one. stage_done is
    how far an older system had chased it (a stage id), or "". invoice_id is the invoice that a
    charge or credit note belongs to, "" for an invoice. charge is the kind of a charge: late_fee,
    interest or compensation. tax_minor is the tax in total by rate text, empty where the hub does
    not know it. version counts the writes. A credit note is open for nothing: what is left of it is
    a Credit. adjusted is what was taken off without money, in minor units by kind (tolerance,
    deduction, write_off, fx_difference); a kind that was taken back stays, with 0. policy names the
    ladder that this document climbs instead of its customer's, or "". said is what the ERP said of
    an invoice of its own last, None where that went to another customer; lines_id names the lines
    that it said, "" where it said none.
    """

    document_id: str
    kind: DocumentKind
    number: str
    issued_on: date
    due_on: date
    total: Money
    open: Money
    external_id: str = ""
    revision: str = ""
    description: str = ""
    po_number: str = ""
    stage_done: str = ""
    invoice_id: str = ""
    pdf_key: str = ""
    version: int = 1
    instalments: tuple[Instalment, ...] = ()
    discount: Discount | None = None
    tax_minor: Mapping[str, int] = field(default_factory=dict)
    charge: str = ""
    voided: bool = False
    adjusted: Mapping[str, int] = field(default_factory=dict)
    policy: str = ""
    lines_id: str = ""
    said: Said | None = None

    def days_late(self, today: date) -> int:
        """Return the days past due on today: 0 on the due date, negative before it."""
        return (today - self.due_on).days

    @property
    def written_off(self) -> Money:
        """Return what is given up as bad debt and can still be asked for or paid after all."""
        room = self.total.minor - self.open.minor
        minor = min(self.adjusted.get("write_off", 0), room)
        return Money(minor=minor, currency=self.open.currency)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an invoice. quantity and the percentages are plain decimal text.

    discount is what is taken off quantity times unit_price, and discount_percent what was agreed,
    for people to read. net is without tax. Where unit_price includes tax, gross is what the line
    asks for with tax; else it is None and the line asks for net. tax_reason_code and tax_reason say
    why a line bears no tax.
    """

    description: str
    quantity: str
    unit_price: Money
    tax_rate_percent: str
    net: Money
    discount: Money | None = None
    discount_percent: str = ""
    tax_category: TaxCategory = TaxCategory.STANDARD
    tax_reason_code: str = ""
    tax_reason: str = ""
    gross: Money | None = None

    @property
    def amount(self) -> Money:
        """Return what the line asks for in the way that its price is told: with tax or without."""
        return self.net if self.gross is None else self.gross
