"""The head of a document to its item, and back. Attributes that say nothing are left out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.domain.customer import Customer
from shared.domain.document import Discount, DiscountTax, Document, DocumentKind, Instalment, Said
from shared.domain.money import Money

_DUE_INDEX = ("gpk", "gsk")


def head_item(entity: str, customer: Customer, document: Document, shards: int) -> Item:
    """Return the head in its place: live and in the due index while open, else in history."""
    item: Item = {
        "type": "HEAD",
        "customer_id": customer.customer_id,
        "document_id": document.document_id,
        "kind": str(document.kind),
        "number": document.number,
        "issued_on": document.issued_on.isoformat(),
        "currency": document.total.currency,
        "external_id": document.external_id,
        "revision": document.revision,
        "description": document.description,
        "po_number": document.po_number,
        "stage_done": document.stage_done,
        "invoice_id": document.invoice_id,
        "pdf_key": document.pdf_key,
        "time_zone": customer.time_zone,
        "policy": customer.policy,
        "shard": keys.shard_of(customer.customer_id, shards),
        **_rarely(document),
    }
    return item | moving(document) | place(entity, item, document)


def moving(document: Document) -> Item:
    """Return what money changes: open, total, due date, instalments, discount, version."""
    changes: Item = {
        "due_on": document.due_on.isoformat(),
        "total": document.total.minor,
        "open": document.open.minor,
        "version": document.version,
    }
    if document.instalments:
        changes["instalments"] = [
            [i.number, i.due_on.isoformat(), i.total.minor, i.open.minor]
            for i in document.instalments
        ]
    if document.discount is not None:
        changes["discount"] = _discount_item(document.discount)
    if document.voided:
        changes["voided"] = True
    if document.adjusted:
        changes["adjusted"] = dict(document.adjusted)
    return changes


def place(entity: str, item: Mapping[str, Any], document: Document) -> Item:
    """Return where the head of document lies: its key and, while it is open, its due entry.

    item is the head as stored, which knows its customer and shard.
    """
    customer_id, document_id = item["customer_id"], document.document_id
    if not document.open:
        return dict(keys.closed_head(entity, customer_id, document_id))
    entry = keys.due_entry(entity, item["shard"], document.due_on, customer_id, document_id)
    return keys.open_head(entity, customer_id, document_id) | entry


def moved(entity: str, stored: Mapping[str, Any], document: Document) -> Item:
    """Return the stored head as document has it now, in its place; what we do not know is kept."""
    kept = {name: value for name, value in stored.items() if name not in _DUE_INDEX}
    return kept | moving(document) | place(entity, stored, document)


def document_from(item: Mapping[str, Any]) -> Document:
    currency = item["currency"]

    def money(minor: int) -> Money:
        return Money(minor=minor, currency=currency)

    return Document(
        document_id=item["document_id"],
        kind=DocumentKind(item["kind"]),
        number=item["number"],
        issued_on=date.fromisoformat(item["issued_on"]),
        due_on=date.fromisoformat(item["due_on"]),
        total=money(item["total"]),
        open=money(item["open"]),
        external_id=item["external_id"],
        revision=item["revision"],
        description=item["description"],
        po_number=item["po_number"],
        stage_done=item["stage_done"],
        invoice_id=item["invoice_id"],
        pdf_key=item["pdf_key"],
        version=item["version"],
        instalments=tuple(
            Instalment(number, date.fromisoformat(due_on), money(total), money(opened))
            for number, due_on, total, opened in item.get("instalments", ())
        ),
        discount=_discount_from(item["discount"], currency) if "discount" in item else None,
        tax_minor=item.get("tax_minor", {}),
        charge=item.get("charge", ""),
        voided=item.get("voided", False),
        adjusted=item.get("adjusted", {}),
        policy=item.get("own_policy", ""),
        lines_id=item.get("lines_id", ""),
        said=Said(item["said_hash"], item["said_total"]) if "said_hash" in item else None,
    )


def _rarely(document: Document) -> Item:
    values: Item = {}
    if document.tax_minor:
        values["tax_minor"] = dict(document.tax_minor)
    if document.charge:
        values["charge"] = document.charge
    if document.policy:
        values["own_policy"] = document.policy
    if document.lines_id:
        values["lines_id"] = document.lines_id
    if document.said is not None:
        values["said_hash"] = document.said.content_hash
        values["said_total"] = document.said.total_minor
    return values


def _discount_item(discount: Discount) -> Item:
    return {
        "percent": discount.percent,
        "last_day": discount.last_day.isoformat(),
        "amount": discount.amount.minor,
        "treatment": str(discount.treatment),
        "tax_minor": dict(discount.tax_minor),
        "tolerance_days": discount.tolerance_days,
        "tolerance_minor": discount.tolerance_minor,
        "late": discount.late_minor,
        "taken": discount.taken_minor,
    }


def _discount_from(item: Mapping[str, Any], currency: str) -> Discount:
    return Discount(
        percent=item["percent"],
        last_day=date.fromisoformat(item["last_day"]),
        amount=Money(minor=item["amount"], currency=currency),
        treatment=DiscountTax(item["treatment"]),
        tax_minor=item["tax_minor"],
        tolerance_days=item["tolerance_days"],
        tolerance_minor=item["tolerance_minor"],
        late_minor=item["late"],
        taken_minor=item["taken"],
    )
