"""What is asked of Tryton's records, and how an invoice, its lines and a party become rows."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from shared.domain.currencies import EXPONENTS
from shared.domain.customer import Contact
from shared.domain.erp import BadRecord, RecordKind
from shared.domain.imports import CustomerRow, InvoiceRow, LineGroup, LineRow
from shared.domain.invoice_lines import lines_of
from shared.domain.money import Money

type Record = dict[str, Any]

PARTY_FIELDS = (
    "name", "active", "lang.code", "replaced_by.id", "tax_identifier.code", "write_date",
    "contact_mechanisms.type", "contact_mechanisms.value", "contact_mechanisms.name",
    "contact_mechanisms.invoice", "contact_mechanisms.active", "contact_mechanisms.sequence",
    "addresses.full_address", "addresses.invoice", "addresses.active", "addresses.sequence",
    "addresses.country.code", "addresses.subdivision.code",
)  # fmt: skip
OWED_FIELDS = (
    "type", "state", "number", "party.id", "account.id", "currency.code", "total_amount",
    "company.currency.code", "invoice_date", "write_date", "create_date",
    "cancel_move.id", "cancel_move.origin", "cancel_move.date", "amount_to_pay",
    "lines_to_pay.debit", "lines_to_pay.credit", "lines_to_pay.amount_second_currency",
    "lines_to_pay.second_currency.code", "lines_to_pay.maturity_date", "lines_to_pay.date",
    "lines_to_pay.reconciliation.id", "lines_to_pay.party.id", "lines_to_pay.move.description",
    "lines_to_pay.move.state", "lines_to_pay.move.origin", "lines_to_pay.invoice_payment.id",
)  # fmt: skip
TOLD_FIELDS = (
    "reference", "description",
    "lines.type", "lines.description", "lines.quantity", "lines.unit_price", "lines.amount",
    "lines.product.rec_name", "lines.taxes.rate", "lines.taxes.type",
    "taxes.description", "taxes.amount", "taxes.tax.rate",
)  # fmt: skip
KEY_MARK = "duecourse:"
_EMAIL = "email"
_PHONES = ("phone", "mobile")


def our_key(description: str | None, origin: str | None) -> str:
    """Return the key that a move carries, or "".

    A move that cancels another copies its text, and is none of ours: a person made it.
    """
    first = (description or "").split(" ", 1)[0]
    ours = first.startswith(KEY_MARK) and not (origin or "").startswith("account.move,")
    return first.removeprefix(KEY_MARK) if ours else ""


def line_minor(line: Record, currency: str, books: str) -> int:
    """Return what a line of an account says in currency, debit above zero; books is the company's.

    A line without an amount in that currency is of a difference of rates: nothing.
    """
    if currency == books:
        return _minor(line["debit"] - line["credit"], currency)
    second = line.get("second_currency") or {}
    if second.get("code") != currency:
        return 0
    return _minor(line.get("amount_second_currency") or Decimal(0), currency)


def document_minor(record: Record, line: Record) -> int:
    """Return what a line of a document's account says in the document's currency."""
    return line_minor(line, record["currency"]["code"], record["company"]["currency"]["code"])


def money_of(amount: Decimal, currency: str) -> Money:
    return Money(minor=_minor(amount, currency), currency=currency)


def customer_row(party: Record) -> CustomerRow:
    """Return a party as a customer.

    The mail address for invoices comes first, as Tryton itself chooses it; all others are people.
    """
    mechanisms = _in_order(party["contact_mechanisms"])
    mails = [one for one in mechanisms if one["type"] == _EMAIL and one["value"]]
    mails.sort(key=lambda one: bool(one["name"]) * 2 + (not one["invoice"]))
    phones = [one["value"] for one in mechanisms if one["type"] in _PHONES and one["value"]]
    addresses = _in_order(party["addresses"])
    addresses.sort(key=lambda one: not one["invoice"])
    address = addresses[0] if addresses else {}
    language = str((party.get("lang") or {}).get("code") or "")
    subdivision = str((address.get("subdivision") or {}).get("code") or "")
    return CustomerRow(
        line=0,
        external_id=str(party["id"]),
        name=party["name"] or "",
        email=mails[0]["value"] if mails else "",
        language=language[:2].lower() or None,
        phone=phones[0] if phones else None,
        address=address.get("full_address") or None,
        tax_id=(party.get("tax_identifier") or {}).get("code"),
        country=(address.get("country") or {}).get("code"),
        subdivision=subdivision.partition("-")[2] or None,
        contacts=tuple(
            Contact("payables" if one["invoice"] else "contact", one["name"] or "", one["value"])
            for one in mails[1:]
        ),
    )


def invoice_rows(
    record: Record, parts: Sequence[tuple[date, Money]], revision: str
) -> tuple[InvoiceRow | LineGroup, ...]:
    """Return an invoice and its lines. parts are its days of payment, earliest first."""
    currency = record["currency"]["code"]
    row = InvoiceRow(
        line=0,
        external_id=str(record["id"]),
        customer_external_id=str(record["party"]["id"]),
        number=record["number"] or "",
        issued_on=record["invoice_date"],
        due_on=parts[0][0],
        total=money_of(record["total_amount"], currency),
        revision=revision,
        description=record["description"],
        po_number=record["reference"],
        parts=tuple(parts) if len(parts) > 1 else None,
    )
    return row, _lines(record, row)


def parts_of(record: Record, owned: Iterable[Record]) -> tuple[tuple[date, Money], ...] | None:
    """Return days and amounts of the lines that ask for money, or None where they do not add up."""
    currency = record["currency"]["code"]
    days: dict[date, int] = {}
    for line in owned:
        on = line["maturity_date"] or record["invoice_date"]
        days[on] = days.get(on, 0) + document_minor(record, line)
    parts = [(on, Money(minor=minor, currency=currency)) for on, minor in sorted(days.items())]
    parts = [(on, part) for on, part in parts if part]
    asked = sum(part.minor for _, part in parts)
    return tuple(parts) if parts and asked == _minor(record["total_amount"], currency) else None


def bad(kind: RecordKind, record: Record, field: str, code: str, message: str) -> BadRecord:
    return BadRecord(kind, str(record["id"]), field, code, message)


def fields_problem(record: Record) -> tuple[str, str, str] | None:
    """Return (field, code, message) where an invoice says what no invoice can say, else None."""
    currency = record["currency"]["code"]
    if currency not in EXPONENTS:
        return "currency", "unknown_currency", f"The currency {currency} is unknown here."
    if not isinstance(record["total_amount"], Decimal):
        return "total_amount", "bad_amount", "The total is no amount."
    exact = record["total_amount"].scaleb(EXPONENTS[currency])
    if exact != exact.to_integral_value():
        return "total_amount", "bad_amount", f"The total has too many decimals for {currency}."
    if not isinstance(record["invoice_date"], date) or not record["number"]:
        return "invoice_date", "bad_date", "The document has no date or no number."
    return None


def _lines(record: Record, row: InvoiceRow) -> LineGroup:
    """Return the lines as they are, or with the taxes as lines where rates do not make the total.

    A fixed tax, a tax changed by hand and a price of more decimals than the currency are told so.
    """
    lines = [line for line in record["lines"] if line["type"] == "line"]
    group = _group(row, [_line(row, line) for line in lines])
    if not lines_of(group, row.total)[1]:
        return group
    net = [_flat(row, line) for line in lines]
    taxes = [
        LineRow(0, row.external_id, tax["description"] or "Tax", "1", str(tax["amount"]), "0")
        for tax in record["taxes"]
        if tax["amount"]
    ]
    return _group(row, net + taxes)


def _group(row: InvoiceRow, lines: list[LineRow]) -> LineGroup:
    return LineGroup(0, row.external_id, tuple(lines))


def _line(row: InvoiceRow, line: Record) -> LineRow:
    percents = [tax["rate"] * 100 for tax in line["taxes"] if tax["type"] == "percentage"]
    rate = _text(sum(percents, Decimal(0)))
    quantity, price = Decimal(str(line["quantity"])), line["unit_price"]
    digits = EXPONENTS[row.total.currency]
    amount = (quantity * price).quantize(Decimal(1).scaleb(-digits))
    if amount != line["amount"] or price != round(price, digits):
        return _flat(row, line, rate)
    return LineRow(0, row.external_id, _what(line), _text(quantity), f"{price:.{digits}f}", rate)


def _flat(row: InvoiceRow, line: Record, rate: str = "0") -> LineRow:
    """Return a line as one piece of its amount."""
    digits = EXPONENTS[row.total.currency]
    quantity = _text(Decimal(str(line["quantity"])))
    what = _what(line) + (f" ({quantity} x {line['unit_price']})" if quantity != "1" else "")
    return LineRow(0, row.external_id, what, "1", f"{line['amount']:.{digits}f}", rate)


def _what(line: Record) -> str:
    product = (line.get("product") or {}).get("rec_name")
    return line["description"] or product or "-"


def _text(number: Decimal) -> str:
    plain = number.normalize()
    return f"{plain:f}"


def _minor(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(EXPONENTS[currency]).to_integral_value())


def _in_order(records: Iterable[Record]) -> list[Record]:
    """Return the active ones in Tryton's order: by sequence, those without one last, then by id."""
    active = [one for one in records if one["active"]]
    return sorted(
        active, key=lambda one: (one["sequence"] is None, one["sequence"] or 0, one["id"])
    )
