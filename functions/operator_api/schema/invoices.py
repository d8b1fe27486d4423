"""Invoices to be issued, credited and voided, on the wire."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from functions.operator_api.schema.wire import Amount, Ulid, Wire
from shared.domain.tax import TaxCategory

Quantity = Annotated[str, Field(pattern=r"^-?[0-9]{1,9}(\.[0-9]{1,6})?$")]
Price = Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,3})?$")]
SignedPrice = Annotated[str, Field(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,3})?$")]
Percent = Annotated[str, Field(pattern=r"^[0-9]{1,2}(\.[0-9]{1,4})?$|^100$")]
Why = Literal["return", "price", "quantity", "duplicate", "cancelled", "goodwill", "error", "other"]
Text = Annotated[str, Field(max_length=300)]


class LineIn(Wire):
    description: Annotated[str, Field(min_length=1, max_length=300)]
    quantity: Quantity = "1"
    unit_price: Price
    discount_percent: Percent | None = None
    discount: Annotated[Price | None, Field(description="Off the whole line, an amount")] = None
    tax_rate_percent: Percent = "0"
    tax_category: Annotated[
        TaxCategory | None, Field(description="EN 16931; default S with a rate, Z without")
    ] = None
    tax_reason_code: Annotated[str, Field(max_length=40, examples=["VATEX-EU-132"])] = ""
    tax_reason: Text = ""
    net: Annotated[
        SignedPrice | None, Field(description="What you make of the line, to be checked")
    ] = None


class InvoiceIn(Wire):
    customer_id: Ulid
    currency: Annotated[
        str | None,
        Field(
            pattern=r"^[A-Z]{3}$",
            description="Default that of the total, else of the customer, else of the entity",
        ),
    ] = None
    total: Annotated[
        Amount | None, Field(description="With tax; needed without lines, else checked")
    ] = None
    issued_on: date
    due_on: Annotated[date | None, Field(description="Default by terms")] = None
    terms: Annotated[
        Text, Field(description="Default those of the customer, else of the entity")
    ] = ""
    description: Text = ""
    po_number: Annotated[str, Field(max_length=64)] = ""
    lines: list[LineIn] = Field(default_factory=list, max_length=300)
    prices_include_tax: bool = False
    series: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,9}$")] = "INV"
    policy: Annotated[
        str, Field(pattern=r"^[a-z0-9_-]{0,31}$", description="Default the customer's")
    ] = ""


class LineOut(Wire):
    line: int
    description: str
    quantity: str
    unit_price: Amount
    discount: Amount | None
    discount_percent: str
    tax_rate_percent: str
    tax_category: TaxCategory
    tax_reason_code: str
    tax_reason: str
    net: Amount
    gross: Annotated[Amount | None, Field(description="Where prices include tax")]


class TaxOut(Wire):
    category: TaxCategory
    rate_percent: str
    net: Amount
    tax: Amount
    reason_code: str
    reason: str


class LinesOut(Wire):
    lines: list[LineOut]
    taxes: list[TaxOut]
    prices_include_tax: bool


class PdfOut(Wire):
    url: Annotated[str | None, Field(description="None while it is being prepared")]


class CreditLineIn(Wire):
    line: Annotated[int, Field(ge=1, le=1000, description="As the invoice's lines are counted")]
    quantity: Annotated[Quantity | None, Field(description="So much of it")] = None
    amount: Annotated[Price | None, Field(description="Or so much money, as its price is told")] = (
        None
    )


class CreditNoteIn(Wire):
    reason: Why
    text: Annotated[Text, Field(description="Shown on the credit note")] = ""
    lines: Annotated[list[CreditLineIn], Field(max_length=300)] = Field(default_factory=list)
    amount: Annotated[
        Amount | None, Field(description="With tax, for an invoice without lines")
    ] = None
    issued_on: Annotated[date | None, Field(description="Default today")] = None


class VoidIn(Wire):
    reason: Why
    text: Text = ""
