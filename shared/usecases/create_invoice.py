"""One invoice that this hub issues itself."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from shared.domain.agreed import agreed, terms_for
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.document import Document, DocumentKind, Line
from shared.domain.entity import Entity
from shared.domain.first_look import days_to_look
from shared.domain.invoice_draft import InvoiceDraft, total_of
from shared.domain.invoice_lines import rounded_to, tax_minor
from shared.domain.invoiced_tax import invoiced_tax
from shared.domain.line_drafts import check_lines
from shared.domain.money import Money
from shared.domain.numbering import INVOICES
from shared.errors import InvalidInput, NotFound, RequestReused, WriteConflict
from shared.ids import requested_id
from shared.usecases.ports.accounts import Customers
from shared.usecases.ports.policies import ReadsPolicy


class Invoices(Protocol):
    def find(self, entity_id: str, customer_id: str, document_id: str) -> Document | None: ...
    def issue(
        self, entity: Entity, customer: Customer, unnumbered: Document, lines: Sequence[Line],
        days: Sequence[date], now: Now, *, series: str = INVOICES, by: str = "",
    ) -> Document | None: ...  # fmt: skip


def create_invoice(
    accounts: Customers,
    policies: ReadsPolicy,
    invoices: Invoices,
    entity_id: str,
    draft: InvoiceDraft,
    now: Now,
    *,
    request_id: str = "",
    by: str = "",
) -> Document:
    """Issue an invoice under the next number of its series and return it. Nothing changes it then.

    Terms that the hub does not understand are passed over for those of the entity. The net of lines
    and the tax on it must sum to total, where it is given; a total that rounds ties of tax up is
    taken as it is. A repeated request_id returns the invoice that the first call issued.

    Raises NotFound for an unknown customer, InvalidInput naming the field, RequestReused where
    request_id named another invoice, and WriteConflict where the numbers are contended.
    """
    entity = accounts.entity(entity_id)
    customer = accounts.customer(entity_id, draft.customer_id)
    document_id = requested_id(request_id, now.wall, "issued", entity_id, draft.customer_id)
    document = _drawn_up(entity, customer, draft, document_id)
    try:
        ladder = policies.policy(entity_id, draft.policy or customer.policy)
    except NotFound:
        raise InvalidInput(field="policy", reason="the entity has no such policy") from None
    days = days_to_look(document, ladder, now.today(customer.time_zone))
    lines, series = draft.lines, draft.series
    made = invoices.issue(entity, customer, document, lines, days, now, series=series, by=by)
    if made is not None:
        return made
    before = invoices.find(entity_id, draft.customer_id, document_id)
    if before is None:
        raise WriteConflict(field="number")
    if _said(before) != _said(document) or not _same_dates(before, document):
        raise RequestReused(field="idempotency-key", reason="it named another invoice")
    return before


def _drawn_up(
    entity: Entity, customer: Customer, draft: InvoiceDraft, document_id: str
) -> Document:
    """Return the invoice that draft makes, still without a number."""
    chosen = terms_for(entity, customer, draft.terms, draft.due_on)
    check_lines(draft.lines)
    taxes = invoiced_tax(draft.lines, chosen)
    if draft.total is not None and taxes == tax_minor(draft.lines):
        taxes = rounded_to(draft.lines, draft.total) or taxes
    total = total_of(draft, taxes)
    made_due = agreed(chosen, draft.due_on, draft.issued_on, total, taxes)
    return Document(
        document_id=document_id,
        kind=DocumentKind.INVOICE,
        number="",
        issued_on=draft.issued_on,
        due_on=made_due.due_on,
        total=total,
        open=total,
        description=draft.description,
        po_number=draft.po_number,
        instalments=made_due.instalments,
        discount=made_due.discount,
        tax_minor=taxes,
        policy=draft.policy,
    )


def _said(document: Document) -> tuple[Money, date, str, str, Mapping[str, int]]:
    """Return what a repeated request says again of an invoice, whatever became of it since."""
    named = (document.total, document.issued_on, document.description, document.po_number)
    return (*named, document.tax_minor)


def _same_dates(before: Document, document: Document) -> bool:
    """Return whether both are due alike, whatever was paid of the first one since."""
    if not document.instalments:
        return before.due_on == document.due_on
    return [(i.due_on, i.total) for i in before.instalments] == [
        (i.due_on, i.total) for i in document.instalments
    ]
