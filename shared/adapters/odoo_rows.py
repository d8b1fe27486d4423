"""Odoo's records as rows. Pure: JSON in, rows or BadValue out."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.adapters.erp_values import address, day, line_amounts, money, our_key
from shared.adapters.odoo_calls import id_of, name_of, text
from shared.domain.erp import ErpRow, Gone, GoneRow, OpenAmount, RecordKind
from shared.domain.imports import (
    CreditNoteRow,
    CustomerRow,
    InvoiceRow,
    LineGroup,
    LineRow,
    PaymentRow,
)
from shared.domain.money import Money

PARTNER = (
    "name", "email", "phone", "lang", "vat", "country_code", "street", "street2", "zip", "city",
    "active", "write_date",
)  # fmt: skip
MOVE = (
    "name", "move_type", "state", "partner_id", "commercial_partner_id", "invoice_date",
    "invoice_date_due", "amount_total", "amount_residual", "currency_id", "ref", "write_date",
)  # fmt: skip
LINE = (
    "move_id", "display_type", "name", "price_subtotal", "price_total", "date_maturity",
    "amount_currency",
)  # fmt: skip
_ON = "invoice:"
"""What money is known by together: the invoice that it is on."""
DISCOUNT = ".d"
"""What follows our key on the entry of a discount that was told beside its money."""
Json = Mapping[str, Any]


def customer_rows(partner: Json) -> tuple[ErpRow, ...]:
    """Return a customer; an archived one is gone."""
    external_id = str(partner["id"])
    if not partner.get("active", True):
        return (GoneRow(RecordKind.CUSTOMERS, external_id, Gone.DELETED),)
    places = (text(partner.get(name)) for name in ("street", "street2", "zip", "city"))
    row = CustomerRow(
        line=0,
        external_id=external_id,
        name=text(partner.get("name")),
        email=address(text(partner.get("email"))),
        language=text(partner.get("lang"))[:2] or None,
        phone=text(partner.get("phone")),
        address="\n".join(filter(None, places)),
        tax_id=text(partner.get("vat")),
        country=text(partner.get("country_code")) or None,
    )
    return (row,)


def invoice_rows(move: Json, lines: Sequence[Json]) -> tuple[ErpRow, ...]:
    """Return a posted invoice with its lines; nothing of our own charges.

    Of one that is posted no more it is told that no money is on it: Odoo took that off.
    """
    external_id = str(move["id"])
    if our_key(text(move.get("ref"))):
        return ()
    if move["state"] == "cancel":
        return (GoneRow(RecordKind.INVOICES, external_id, Gone.VOIDED), money_on(move["id"], ()))
    if move["state"] != "posted":
        return (money_on(move["id"], ()),)
    currency = name_of(move["currency_id"])
    total = money(move, "amount_total", currency)
    parts = tuple(
        sorted(
            ((day(line, "date_maturity"), money(line, "amount_currency", currency))
             for line in lines if line["display_type"] == "payment_term"),
            key=lambda part: (part[0], part[1].minor),
        )
    )  # fmt: skip
    row = InvoiceRow(
        line=0,
        external_id=external_id,
        customer_external_id=_customer(move),
        number=text(move["name"]),
        issued_on=day(move, "invoice_date"),
        due_on=parts[0][0] if parts else day(move, "invoice_date_due", "invoice_date"),
        total=total,
        revision=text(move["write_date"]),
        po_number=text(move.get("ref")) or None,
        parts=parts if len(parts) > 1 else None,
    )
    sold = [line for line in lines if line["display_type"] in ("product", False)]
    drawn = tuple(_line(external_id, line, currency) for line in sold)
    return (row, LineGroup(0, external_id, drawn)) if drawn else (row,)


def credit_note_rows(move: Json, uses: Mapping[str, Money]) -> tuple[ErpRow, ...]:
    """Return a posted credit note with what is reconciled of it, by invoice id."""
    external_id = str(move["id"])
    if our_key(text(move.get("ref"))):
        return ()
    if move["state"] == "cancel":
        return (GoneRow(RecordKind.CREDIT_NOTES, external_id, Gone.VOIDED),)
    if move["state"] != "posted":
        return ()
    row = CreditNoteRow(
        line=0,
        external_id=external_id,
        customer_external_id=_customer(move),
        number=text(move["name"]),
        issued_on=day(move, "invoice_date"),
        total=money(move, "amount_total", name_of(move["currency_id"])),
        uses=tuple(sorted(uses.items())),
        reason=text(move.get("ref")),
        revision=text(move["write_date"]),
    )
    return (row,)


def payment_row(partial: Json, invoice_id: int, source: Json, currency: str) -> PaymentRow:
    """Return what a reconciliation put on an invoice. source is the entry that it came from."""
    return PaymentRow(
        line=0,
        external_id=str(partial["id"]),
        invoice_external_id=str(invoice_id),
        paid_on=day(source, "date"),
        amount=money(partial, "debit_amount_currency", currency),
        method="odoo",
        part_of=f"{_ON}{invoice_id}",
        our_key=our_key(text(source.get("ref"))).removesuffix(DISCOUNT),
    )


def money_on(invoice_id: int, partials: Iterable[int]) -> GoneRow:
    """Return that no money is on an invoice any more but that of the reconciliations partials."""
    keeps = tuple(sorted(str(partial) for partial in partials))
    return GoneRow(
        RecordKind.PAYMENTS, f"{_ON}{invoice_id}", Gone.DELETED, keeps=keeps, parts_only=True
    )


def invoice_of(external_id: str) -> int:
    """Return the id of the invoice whose money has this name together, 0 for any other name."""
    start, _, invoice_id = external_id.partition(":")
    return int(invoice_id) if f"{start}:" == _ON and invoice_id.isdigit() else 0


def open_amount(move: Json) -> OpenAmount | None:
    """Return what is open of an invoice, or left of a credit note as an amount below zero."""
    if our_key(text(move.get("ref"))):
        return None
    currency = name_of(move["currency_id"])
    total, left = money(move, "amount_total", currency), money(move, "amount_residual", currency)
    if move["move_type"] == "out_refund":
        total, left = -total, -left
    return OpenAmount(str(move["id"]), text(move["name"]), _customer(move), total, left)


def _customer(move: Json) -> str:
    return str(id_of(move.get("commercial_partner_id")) or id_of(move.get("partner_id")))


def _line(external_id: str, line: Json, currency: str) -> LineRow:
    net = money(line, "price_subtotal", currency)
    price, rate = line_amounts(net, money(line, "price_total", currency) - net)
    return LineRow(0, external_id, text(line["name"]), "1", price, rate)
