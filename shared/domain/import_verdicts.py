"""What a good row means beside what is stored: new, changed, the same, or impossible."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from shared.domain.customer import Customer
from shared.domain.document import Document, DocumentKind, Line
from shared.domain.entity import Entity
from shared.domain.imports import (
    CustomerRow,
    InvoiceRow,
    LineGroup,
    PaymentRow,
    Problem,
)
from shared.domain.money import Money
from shared.domain.named_parts import first_due, instalments_of, parts_problem
from shared.domain.payment import Payment
from shared.domain.settle import Settlement
from shared.domain.terms import due
from shared.domain.terms_text import parse_terms


class Verdict(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class CustomerFact:
    """What is remembered of an imported customer."""

    customer_id: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class InvoiceFact:
    """What is remembered of an imported invoice. content_hash and total are as the ERP said last.

    gone is why the ERP removed it, "" while it exists; gone_asked is the same while something is
    still applied to it here. elsewhere is what was settled of it, in minor
    units, by the customers that it was moved from.
    """

    customer_id: str
    document_id: str
    content_hash: str
    revision: str
    total: Money
    gone: str = ""
    gone_asked: str = ""
    elsewhere: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PaymentFact:
    """What is remembered of an imported payment, as it was booked last.

    gone says that the ERP had it no more then; generation counts how often that was so before.
    """

    payment_id: str
    content_hash: str
    gone: bool = False
    generation: int = 0


@dataclass(frozen=True, slots=True)
class Arrival:
    """What an invoice's writes need beside the invoice: whose, when, and who must look.

    days are those on which the sweep must look at the customer because of it. lines are those that
    came with it, which its lines_id names.
    """

    customer: Customer
    days: tuple[date, ...]
    import_id: str
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Booking:
    """A payment received elsewhere, ready to be written with what it settles.

    part_of is the ERP's payment of which it is a part, or "".
    """

    payment: Payment
    settlement: Settlement
    content_hash: str
    part_of: str = ""


def judge_customer(
    row: CustomerRow, fact: CustomerFact | None, policies: Collection[str]
) -> Verdict | Problem:
    """Return what row means; policies are the names that the entity has."""
    if row.policy is not None and row.policy not in policies:
        return Problem(row.line, "policy", "unknown_policy", "The entity has no such policy.")
    return _same_or_not(fact.content_hash if fact else None, row.content_hash)


def judge_invoice(
    row: InvoiceRow,
    fact: InvoiceFact | None,
    customer_id: str | None,
    stages: Collection[str] | None,
) -> Verdict | Problem:
    """Return what row means. customer_id is whom it names, None for nobody known.

    stages are the stage ids of the row's policy, else of that customer's; None where the row names
    one that there is not. A row of equal content is the same whatever its revision, and so is one
    of an older revision than the stored one: nothing goes backwards.
    """
    if customer_id is None:
        message = "No such customer. Import the customers first."
        return Problem(row.line, "customer_external_id", "unknown_customer", message)
    if stages is None:
        return Problem(row.line, "policy", "unknown_policy", "The entity has no such policy.")
    if row.stage_done is not None and row.stage_done not in stages:
        message = "The policy has no such stage."
        return Problem(row.line, "stage_done", "unknown_stage", message)
    wrong = parts_problem(row)
    if wrong is not None:
        return wrong
    if fact is not None and row.total.minor <= sum(fact.elsewhere.values()):
        message = "Its total is below what was settled before it was moved. Ask a person to look."
        return Problem(row.line, "total", "total_below_moved", message)
    if fact is None:
        return Verdict.NEW
    if fact.gone:
        return came_back(row.line)
    if fact.customer_id != customer_id:
        message = "This invoice belongs to another customer here. Ask a person to move it."
        return Problem(row.line, "customer_external_id", "owner_changed", message)
    if fact.total.currency != row.total.currency:
        message = "This invoice has another currency here. Its currency cannot change."
        return Problem(row.line, "currency", "currency_changed", message)
    same = fact.content_hash == row.content_hash
    if same and fact.gone_asked:  # the ERP has it again: nobody is to void it here
        return Verdict.CHANGED
    return by_revision(row.line, row.revision, fact.revision, same)


def judge_payment(
    row: PaymentRow, fact: PaymentFact | None, invoice: InvoiceFact | None, ours: bool, today: date
) -> Verdict | Problem:
    """Return what row means.

    ours says that it is an echo: this hub took the payment, or booked the entry, and told the ERP.
    One that the ERP had taken back and has again is a new one, whatever it says.
    """
    if invoice is None:
        message = "No such invoice. Import the invoices first."
        return Problem(row.line, "invoice_external_id", "unknown_invoice", message)
    if ours:
        return Verdict.SAME
    if row.amount.currency != invoice.total.currency:
        message = "The payment has another currency than its invoice."
        return Problem(row.line, "currency", "currency_mismatch", message)
    if row.paid_on > today + timedelta(days=1):
        return Problem(row.line, "paid_on", "future_date", "The day of payment is in the future.")
    if fact is None or fact.gone:
        return Verdict.NEW
    if fact.content_hash != row.content_hash:
        message = "A recorded payment never changes. Record the correction as its own payment."
        return Problem(row.line, "external_id", "payment_changed", message)
    return Verdict.SAME


def judge_lines(group: LineGroup, invoice: InvoiceFact | None, stored: str) -> Verdict | Problem:
    """Return what the lines of one invoice mean beside those stored, by their id, "" for none."""
    if invoice is None:
        message = "No such invoice. Import the invoices first."
        return Problem(group.line, "invoice_external_id", "unknown_invoice", message)
    return _same_or_not(stored or None, group.lines_id)


def here(row: InvoiceRow, fact: InvoiceFact) -> InvoiceRow:
    """Return what of row is its present customer's: less what was settled before it was moved."""
    settled = sum(fact.elsewhere.values())
    if not settled:
        return row
    total = Money(minor=row.total.minor - settled, currency=row.total.currency)
    return replace(row, total=total, parts=None, terms=None)


def came_back(line: int) -> Problem:
    """Return the problem of a record that the ERP had given up, and has again."""
    message = "The ERP had deleted or voided this, and here it is void. Enter it there anew."
    return Problem(line, "external_id", "came_back", message)


def by_revision(line: int, revision: str, stored: str, same: bool) -> Verdict | Problem:
    """Return what a known record means by its revision; same says that its content is the stored.

    A revision is whatever the ERP raises with each change. Records that nobody changed come with
    new ones too: content alone decides what is written.
    """
    if same:
        return Verdict.SAME
    if revision and stored:
        if revision == stored:
            message = "This revision came with other content. Give the change a new revision."
            return Problem(line, "revision", "revision_conflict", message)
        if _rank(revision) < _rank(stored):
            return Verdict.SAME
    return Verdict.CHANGED


def customer_of(
    row: CustomerRow, entity: Entity, customer_id: str, known: Customer | None
) -> Customer:
    """Return the customer as row says, with everything that the ERP does not own left alone.

    A column that the file lacks keeps what is known; an empty one is the entity's default. Mail
    that stopped for one address starts again with another.
    """
    before = known or Customer(
        customer_id=customer_id,
        external_id=row.external_id,
        name="",
        email="",
        language=entity.language,
        time_zone=entity.time_zone,
        currency=entity.currency,
        policy=entity.default_policy,
    )
    return replace(
        before,
        name=row.name,
        email=row.email,
        cc=before.cc if row.cc is None else row.cc,
        language=_or(row.language, before.language),
        time_zone=_or(row.time_zone, before.time_zone),
        currency=_or(row.currency, before.currency),
        terms=_or(row.terms, before.terms),
        policy=_or(row.policy, before.policy),
        phone=_or(row.phone, before.phone),
        address=_or(row.address, before.address),
        tax_id=_or(row.tax_id, before.tax_id),
        country=_or(row.country, before.country),
        subdivision=_or(row.subdivision, before.subdivision),
        segment=_or(row.segment, before.segment),
        risk=_or(row.risk, before.risk),
        contacts=before.contacts if row.contacts is None else row.contacts,
        mail_stopped=before.mail_stopped if row.email == before.email else "",
        version=before.version + 1 if known else 1,
    )


def document_of(row: InvoiceRow, document_id: str) -> Document:
    """Return the new invoice that row says, all of it open.

    Its parts are those that row names, else those that its terms make.
    """
    made = due(parse_terms(row.terms), row.issued_on, row.total) if row.terms else None
    instalments = made.instalments if made else ()
    if row.parts:
        instalments = instalments_of(row.parts)
    due_on = first_due(row.parts) if row.parts else row.due_on
    return Document(
        document_id=document_id,
        kind=DocumentKind.INVOICE,
        number=row.number,
        issued_on=row.issued_on,
        due_on=instalments[0].due_on if instalments else due_on,
        total=row.total,
        open=row.total,
        external_id=row.external_id,
        revision=row.revision,
        description=row.description or "",
        po_number=row.po_number or "",
        stage_done=row.stage_done or "",
        policy=row.policy or "",
        instalments=instalments,
        discount=made.discount if made else None,
    )


def surplus_facts(document: Document, surplus: Money) -> Mapping[str, str | int]:
    """Return what a person needs to know of a total that fell below what was paid."""
    return {
        "document_id": document.document_id,
        "number": document.number,
        "currency": surplus.currency,
        "surplus_minor": surplus.minor,
    }


def _same_or_not(stored_hash: str | None, content_hash: str) -> Verdict:
    if stored_hash is None:
        return Verdict.NEW
    return Verdict.SAME if stored_hash == content_hash else Verdict.CHANGED


def _or(value: str | None, otherwise: str) -> str:
    return otherwise if value is None else value


def _rank(revision: str) -> tuple[int, int, str]:
    """Return what revisions sort by: numbers by value, before everything else as text."""
    if revision.isascii() and revision.isdigit():
        return 0, int(revision), ""
    return 1, 0, revision
