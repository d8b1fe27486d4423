"""What was charged on an invoice, and the sheet of a charge, to items and back."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.domain.charges import ChargeKind, InvoiceCharges, Made
from shared.domain.interest import SheetLine
from shared.domain.interest_charges import Sheet
from shared.domain.money import Money


def invoice_charges_item(entity: str, customer_id: str, charges: InvoiceCharges) -> Item:
    """Return the item of all charges of one invoice."""
    looked = charges.looked_through
    return {
        **keys.invoice_charges(entity, customer_id, charges.document_id),
        "type": "CHARGES",
        "customer_id": customer_id,
        "document_id": charges.document_id,
        "made": [_made_item(made) for made in charges.made],
        "looked_through": looked.isoformat() if looked else "",
        "seen_version": charges.seen_version,
        "version": charges.version,
    }


def invoice_charges_from(item: Mapping[str, Any]) -> InvoiceCharges:
    looked = item["looked_through"]
    return InvoiceCharges(
        document_id=item["document_id"],
        made=tuple(_made_from(made) for made in item["made"]),
        looked_through=date.fromisoformat(looked) if looked else None,
        seen_version=item["seen_version"],
        version=item["version"],
    )


def sheet_item(entity: str, customer_id: str, made: Made, sheet: Sheet) -> Item:
    """Return the item of a charge's sheet."""
    return {
        **keys.charge_sheet(entity, customer_id, made.charge_id),
        "type": "SHEET",
        "customer_id": customer_id,
        "charge_id": made.charge_id,
        "currency": sheet.total.currency,
        "carried": sheet.carried.minor,
        "total": sheet.total.minor,
        "lines": [
            {
                "first": line.first.isoformat(),
                "last": line.last.isoformat(),
                "balance": line.balance.minor,
                "percent": line.percent,
                "amount": line.amount.minor,
            }
            for line in sheet.lines
        ],
    }


def sheet_from(item: Mapping[str, Any]) -> Sheet:
    def money(minor: int) -> Money:
        return Money(minor=minor, currency=item["currency"])

    return Sheet(
        lines=tuple(_line_from(line, item["currency"]) for line in item["lines"]),
        carried=money(item["carried"]),
        total=money(item["total"]),
    )


def _line_from(line: Mapping[str, Any], currency: str) -> SheetLine:
    first, last = date.fromisoformat(line["first"]), date.fromisoformat(line["last"])
    return SheetLine(
        first=first,
        last=last,
        days=(last - first).days + 1,
        balance=Money(minor=line["balance"], currency=currency),
        percent=line["percent"],
        amount=Money(minor=line["amount"], currency=currency),
    )


def _made_item(made: Made) -> Item:
    return {
        "charge_id": made.charge_id,
        "kind": str(made.kind),
        "rule": made.rule,
        "policy": made.policy,
        "policy_version": made.policy_version,
        "first": made.first.isoformat(),
        "last": made.last.isoformat(),
    }


def _made_from(item: Mapping[str, Any]) -> Made:
    return Made(
        charge_id=item["charge_id"],
        kind=ChargeKind(item["kind"]),
        rule=item["rule"],
        policy=item["policy"],
        policy_version=item["policy_version"],
        first=date.fromisoformat(item["first"]),
        last=date.fromisoformat(item["last"]),
    )
