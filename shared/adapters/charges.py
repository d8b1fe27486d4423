"""Charges: documents of their own, each written with its posting and with how it came about."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from shared.adapters import keys
from shared.adapters.charge_items import (
    invoice_charges_from,
    invoice_charges_item,
    sheet_from,
    sheet_item,
)
from shared.adapters.head_items import head_item
from shared.adapters.invoice_lines import lines_item
from shared.adapters.ledger import posting_put
from shared.adapters.table import (
    EXISTS,
    NEW,
    VERSION,
    Check,
    ConditionLost,
    Delete,
    Put,
    Table,
    Write,
    seen,
)
from shared.adapters.write_groups import again
from shared.adapters.writeback_items import charged_puts
from shared.domain.books import Books
from shared.domain.charges import InvoiceCharges, Made
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.document import Document
from shared.domain.document_posting import document_posting
from shared.domain.entity import Entity
from shared.domain.interest_charges import Sheet, sheet_lines
from shared.errors import WriteConflict


class Charges:
    """Reads and writes of charges, and of the notes on which invoices may bear more."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def made_on(
        self, entity_id: str, customer_id: str, document_ids: Iterable[str]
    ) -> Mapping[str, InvoiceCharges]:
        """Return what was charged on each invoice so far, by its document id."""
        ids = tuple(document_ids)
        places = [keys.invoice_charges(entity_id, customer_id, i) for i in ids]
        found = {i["document_id"]: invoice_charges_from(i) for i in self._table.get_many(places)}
        return {i: found.get(i, InvoiceCharges(i)) for i in ids}

    def add(
        self,
        entity: Entity,
        customer: Customer,
        invoice: Document,
        charge: Document,
        made: Made,
        before: InvoiceCharges,
        sheet: Sheet | None,
        now: Now,
    ) -> bool:
        """Write charge on invoice, its posting and its sheet; return False where it is there.

        The ERP is told of it where the invoice is its own. Raises WriteConflict when the invoice,
        or what was charged on it, changed since it was read: money that came in meanwhile, or
        another charge.
        """
        whose = (entity.entity_id, customer.customer_id)
        head = head_item(entity.entity_id, customer, charge, entity.shards)
        posting = document_posting(charge, now)
        pending = keys.pending_entry(entity.entity_id, "document", now.wall, charge.document_id)
        writes: list[Write] = [
            posting_put(*whose, posting),
            Put(head | pending),
            _as_seen(*whose, invoice),
            _charges_put(*whose, before, before.with_charge(made)),
            again(_watch_put(*whose, invoice.document_id)),
            again(_number_put(*whose, charge)),
        ]
        if invoice.external_id:
            charged = Books(customer.customer_id, (charge,))
            writes += charged_puts(entity.entity_id, charged, posting, now)
        if sheet is not None:
            writes.append(Put(sheet_item(*whose, made, sheet)))
            writes.append(Put(lines_item(*whose, charge, sheet_lines(sheet))))
        try:
            self._table.write(*writes)
        except ConditionLost as lost:
            if 0 in lost.positions:
                return False
            raise WriteConflict(charge=charge.document_id) from lost
        return True

    def looked(
        self, entity_id: str, customer_id: str, before: InvoiceCharges, after: InvoiceCharges
    ) -> None:
        """Write that nothing more is to be charged or corrected as things stand.

        Raises WriteConflict where somebody charged something meanwhile.
        """
        try:
            self._table.write(_charges_put(entity_id, customer_id, before, after))
        except ConditionLost as lost:
            raise WriteConflict(document=before.document_id) from lost

    def sheet(self, entity_id: str, customer_id: str, charge_id: str) -> Sheet | None:
        """Return how a charge of interest was reckoned, or None where nobody stored that."""
        item = self._table.get(keys.charge_sheet(entity_id, customer_id, charge_id))
        return sheet_from(item) if item else None

    def numbered(self, entity_id: str, number: str) -> tuple[tuple[str, str], ...]:
        """Return (customer id, document id) of each customer's newest charge of that number."""
        partition = keys.charge_number(entity_id, number, "")["pk"]
        found = self._table.query(partition)
        return tuple((item["customer_id"], item["document_id"]) for item in found)

    def watched(self, entity_id: str, customer_id: str = "") -> Iterator[tuple[str, str]]:
        """Yield (customer id, document id) of watched invoices: the customer's, or all."""
        partition = keys.charge_watch(entity_id, "", "")["pk"]
        begins = f"{customer_id}#" if customer_id else None
        for item in self._table.query(partition, begins=begins):
            yield item["customer_id"], item["document_id"]

    def watch(self, entity_id: str, customer_id: str, document_id: str) -> None:
        """Watch an invoice, so that it bears its last charge though it be paid by then."""
        self._table.write(again(_watch_put(entity_id, customer_id, document_id)))

    def unwatch(self, entity_id: str, customer_id: str, document_id: str) -> None:
        """Watch an invoice no more."""
        try:
            self._table.write(Delete(keys.charge_watch(entity_id, customer_id, document_id)))
        except ConditionLost:
            return

    def handed_out(self, entity_id: str, day: date) -> bool:
        """Return whether the charges of day were handed out already."""
        item = self._table.get(keys.charged_day(entity_id))
        return bool(item and item["day"] >= day.isoformat())

    def note_handed_out(self, entity_id: str, day: date) -> None:
        """Write that the charges of day were handed out."""
        item = {**keys.charged_day(entity_id), "type": "CHARGED_DAY", "day": day.isoformat()}
        self._table.write(again(Put(item)))


def _as_seen(entity_id: str, customer_id: str, document: Document) -> Check:
    place = keys.open_head if document.open else keys.closed_head
    key = place(entity_id, customer_id, document.document_id)
    return Check(key, condition=f"{EXISTS} AND {VERSION}", values=seen(document.version))


def _charges_put(
    entity_id: str, customer_id: str, before: InvoiceCharges, after: InvoiceCharges
) -> Put:
    item = invoice_charges_item(entity_id, customer_id, after)
    if not before.version:
        return Put(item, condition=NEW)
    return Put(item, condition=VERSION, values=seen(before.version))


def _number_put(entity_id: str, customer_id: str, charge: Document) -> Put:
    key = keys.charge_number(entity_id, charge.number, customer_id)
    ids = {"customer_id": customer_id, "document_id": charge.document_id}
    return Put({**key, "type": "CHARGE_NUMBER", **ids})


def _watch_put(entity_id: str, customer_id: str, document_id: str) -> Put:
    key = keys.charge_watch(entity_id, customer_id, document_id)
    ids = {"customer_id": customer_id, "document_id": document_id}
    return Put({**key, "type": "CHARGE_WATCH", **ids})
