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
from shared.domain.invoice_lines import rounded_to, tax_minor
from shared.domain.invoiced_tax import invoiced_tax, invoiced_total
from shared.domain.line_drafts import check_lines
from shared.domain.money import Money, exponent
from shared.domain.numbering import INVOICES
from shared.domain.policy import Policy
from shared.errors import InvalidInput, NotFound, RequestReused, WriteConflict
from shared.ids import requested_id

_TEXT_MAX = 2000


class Accounts(Protocol):
    def entity(self, entity_id: str) -> Entity: ...
    def customer(self, entity_id: str, customer_id: str) -> Customer: ...


class Policies(Protocol):
    def policy(self, entity_id: str, name: str) -> Policy: ...


class Invoices(Protocol):
    def find(self, entity_id: str, customer_id: str, document_id: str) -> Document | None: ...
    def issue(
        self, entity: Entity, customer: Customer, unnumbered: Document, lines: Sequence[Line],
        days: Sequence[date], now: Now, *, series: str = INVOICES, by: str = "",
    ) -> Document | None: ...  # fmt: skip


def create_invoice(
    accounts: Accounts,
    policies: Policies,
    invoices: Invoices,
    entity_id: str,
    customer_id: str,
    total: Money | None,
    issued_on: date,
    due_on: date | None,
    now: Now,
    *,
    terms: str = "",
    description: str = "",
    po_number: str = "",
    lines: Sequence[Line] = (),
    series: str = INVOICES,
    policy: str = "",
    request_id: str = "",
    by: str = "",
) -> Document:
    """Issue an invoice under the next number of series and return it. Nothing changes it then.

    It is due on due_on, else by terms, else by those of the customer or, where the hub does not
    understand them, of the entity. The net of lines and the tax on it must sum to total, where it
    is given; a total that rounds ties of tax up is taken as it is. policy names the ladder that it
    climbs instead of its customer's. A repeated request_id returns the invoice that the first call
    issued.

    Raises NotFound for an unknown customer, InvalidInput naming the field, RequestReused where
    request_id named another invoice, and WriteConflict where the numbers are contended.
    """
    entity = accounts.entity(entity_id)
    customer = accounts.customer(entity_id, customer_id)
    chosen = terms_for(entity, customer, terms, due_on)
    check_lines(lines)
    taxes = invoiced_tax(lines, chosen)
    if total is not None and taxes == tax_minor(lines):
        taxes = rounded_to(lines, total) or taxes
    total = _checked(total, description, po_number, lines, taxes)
    made_due = agreed(chosen, due_on, issued_on, total, taxes)
    document = Document(
        document_id=requested_id(request_id, now.wall, "issued", entity_id, customer_id),
        kind=DocumentKind.INVOICE,
        number="",
        issued_on=issued_on,
        due_on=made_due.due_on,
        total=total,
        open=total,
        description=description,
        po_number=po_number,
        instalments=made_due.instalments,
        discount=made_due.discount,
        tax_minor=taxes,
        policy=policy,
    )
    try:
        ladder = policies.policy(entity_id, policy or customer.policy)
    except NotFound:
        raise InvalidInput(field="policy", reason="the entity has no such policy") from None
    days = days_to_look(document, ladder, now.today(customer.time_zone))
    made = invoices.issue(entity, customer, document, lines, days, now, series=series, by=by)
    if made is not None:
        return made
    before = invoices.find(entity_id, customer_id, document.document_id)
    if before is None:
        raise WriteConflict(field="number")
    if _said(before) != _said(document) or not _same_dates(before, document):
        raise RequestReused(field="idempotency-key", reason="it named another invoice")
    return before


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


def _checked(
    total: Money | None,
    description: str,
    po_number: str,
    lines: Sequence[Line],
    taxes: Mapping[str, int],
) -> Money:
    """Return the total of the invoice, which lines make where there are any."""
    made = invoiced_total(lines, taxes) if lines else None
    total = made if total is None else total
    if total is None:
        raise InvalidInput(field="total", reason="name it, or lines")
    exponent(total.currency)
    if total.minor <= 0:
        raise InvalidInput(field="total", reason="it must be above zero")
    if len(description) > _TEXT_MAX or len(po_number) > _TEXT_MAX:
        raise InvalidInput(field="description", reason=f"at most {_TEXT_MAX} characters")
    if made is not None and made != total:
        raise InvalidInput(field="lines", reason="they and their tax do not add up to the total")
    return total
