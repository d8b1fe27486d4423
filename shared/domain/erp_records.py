"""A page's rows grouped into records; of several versions of one the last counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from shared.domain.erp import BadRecord, ErpRow, GoneRow, RecordKind
from shared.domain.imports import CreditNoteRow, CustomerRow, InvoiceRow, LineGroup, PaymentRow
from shared.domain.money import Money

Owner = tuple[RecordKind, str]
_SHOWN = {
    CustomerRow: ("name",),
    InvoiceRow: ("number", "customer_external_id", "issued_on", "due_on", "total"),
    LineGroup: (),
    CreditNoteRow: ("number", "customer_external_id", "issued_on", "total"),
    PaymentRow: ("invoice_external_id", "paid_on", "amount", "method"),
    GoneRow: ("why", "on", "into"),
}


@dataclass(slots=True)
class Record:
    """What a page says of one thing: its rows by their type."""

    external_id: str
    rows: dict[type, ErpRow] = field(default_factory=dict)

    @property
    def content(self) -> str:
        """Return what changes with the record, and with nothing else."""
        parts = (f"{name.__name__} {content_of(row)}" for name, row in self.rows.items())
        return "\x1f".join(sorted(parts))


def records_of(rows: Iterable[ErpRow]) -> dict[str, Record]:
    """Return the records that rows tell of, by external id; the later word counts."""
    records: dict[str, Record] = {}
    for row in rows:
        record = records.setdefault(row.external_id, Record(row.external_id))
        if isinstance(row, GoneRow):
            record.rows.clear()
        else:
            record.rows.pop(GoneRow, None)
        record.rows[type(row)] = row
    return records


def content_of(row: ErpRow) -> str:
    """Return the hash of a row, or what a record that is gone is told by."""
    if isinstance(row, GoneRow):
        return " ".join((row.why, row.into, *row.keeps))
    if isinstance(row, PaymentRow) and row.edition:
        return f"{row.content_hash} {row.edition}"  # a part may have gone and come again
    return row.content_hash


def owners_of(row: ErpRow) -> tuple[Owner, ...]:
    """Return the records without which row cannot be taken."""
    match row:
        case InvoiceRow():
            return ((RecordKind.CUSTOMERS, row.customer_external_id),)
        case CreditNoteRow():
            used = ((RecordKind.INVOICES, invoice) for invoice, _ in row.uses)
            return ((RecordKind.CUSTOMERS, row.customer_external_id), *used)
        case PaymentRow():
            return ((RecordKind.INVOICES, row.invoice_external_id),)
        case GoneRow() if row.into:
            return ((row.kind, row.into),)
        case _:
            return ()


def shown(row: ErpRow | BadRecord) -> Mapping[str, str | int]:
    """Return what a person needs to see of a row that waits."""
    facts: dict[str, str | int] = {}
    for name in _SHOWN.get(type(row), ()):
        value = getattr(row, name)
        if isinstance(value, Money):
            facts |= {f"{name}_minor": value.minor, "currency": value.currency}
        elif isinstance(value, date):
            facts[name] = value.isoformat()
        elif value:
            facts[name] = str(value)
    return facts
