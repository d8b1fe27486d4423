"""Routes that issue an invoice, and take it back: credit notes and voids."""

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.asked import asked
from functions.operator_api.named import OfCustomer, document_named
from functions.operator_api.request_keys import RequiredKey
from functions.operator_api.schema.documents import DocumentOut
from functions.operator_api.schema.invoices import (
    CreditLineIn,
    CreditNoteIn,
    InvoiceIn,
    LineIn,
    LineOut,
    LinesOut,
    PdfOut,
    TaxOut,
    VoidIn,
)
from functions.operator_api.schema.wire import amount
from functions.operator_api.views import document_out
from shared import runtime
from shared.domain.credit_note import CreditAsked, CreditNoteDraft
from shared.domain.document import Line
from shared.domain.invoice_draft import InvoiceDraft
from shared.domain.invoice_lines import taxes_of
from shared.domain.line_drafts import LineDraft, draw_up
from shared.domain.money import parse_money
from shared.domain.roles import Role
from shared.errors import InvalidInput
from shared.usecases.create_invoice import create_invoice
from shared.usecases.issue_credit_note import issue_credit_note
from shared.usecases.void_invoice import void_invoice

router = APIGatewayHttpRouter()


@router.post(
    "/api/v1/entities/<entity>/invoices",
    status_code=201,
    summary="Issue an invoice",
    description="It is final: what is wrong with it is taken back by a credit note or a void.",
)
@needs(Role.CLERK)
def issue_invoice(entity: str, body: InvoiceIn, idempotency_key: RequiredKey) -> DocumentOut:
    draft = InvoiceDraft(
        customer_id=body.customer_id,
        issued_on=body.issued_on,
        total=body.total.money() if body.total else None,
        due_on=body.due_on,
        terms=body.terms,
        description=body.description,
        po_number=body.po_number,
        lines=_lines(body, _currency(entity, body)),
        series=body.series,
        policy=body.policy,
    )
    stores = (runtime.accounts(), runtime.entities(), runtime.issued_invoices())
    request = current()
    by = request.principal.name
    document = create_invoice(
        *stores, entity, draft, request.now, request_id=idempotency_key, by=by
    )
    return document_out(body.customer_id, document)


@router.get(
    "/api/v1/entities/<entity>/invoices/<document>/lines",
    summary="The lines of an invoice or credit note, and the tax on them",
)
@needs(Role.VIEWER)
def get_lines(entity: str, document: str, customer: OfCustomer = "") -> LinesOut:
    customer_id, document_id = document_named(entity, document, customer)
    head = runtime.accounts().document(entity, customer_id, document_id)
    lines = runtime.papers().lines(entity, customer_id, head)
    return LinesOut(
        lines=[_line_out(n, line) for n, line in enumerate(lines, start=1)],
        taxes=[
            TaxOut(
                category=group.category,
                rate_percent=group.rate_percent,
                net=amount(group.net),
                tax=amount(group.tax),
                reason_code=group.reason_code,
                reason=group.reason,
            )
            for group in taxes_of(head, lines)
        ],
        prices_include_tax=bool(lines) and lines[0].gross is not None,
    )


@router.get(
    "/api/v1/entities/<entity>/invoices/<document>/pdf",
    summary="Where the PDF of an invoice, charge or credit note can be read for a minute",
)
@needs(Role.VIEWER)
def get_pdf(entity: str, document: str, customer: OfCustomer = "") -> PdfOut:
    customer_id, document_id = document_named(entity, document, customer)
    head = runtime.accounts().document(entity, customer_id, document_id)
    name = f"{head.number}.pdf"
    url = runtime.documents().address(head.pdf_key, name) if head.pdf_key else None
    return PdfOut(url=url)


@router.post(
    "/api/v1/entities/<entity>/invoices/<document>/credit-notes",
    status_code=201,
    summary="Credit an invoice: all that is left, some lines, or an amount",
    description="It goes first to what is open of the invoice; the rest is the customer's credit.",
)
@needs(Role.CLERK)
def credit_invoice(
    entity: str,
    document: str,
    body: CreditNoteIn,
    idempotency_key: RequiredKey,
    customer: OfCustomer = "",
) -> DocumentOut:
    request = asked(idempotency_key, body, "credit-note", document, customer, note=body.text)
    customer_id, document_id = document_named(entity, document, customer)
    currency = runtime.accounts().document(entity, customer_id, document_id).total.currency
    draft = CreditNoteDraft(
        invoice_id=document_id,
        reason=body.reason,
        parts=tuple(_credited(line, currency) for line in body.lines),
        amount=body.amount.money() if body.amount else None,
        issued_on=body.issued_on,
    )
    stores = (runtime.cash_desk(), runtime.corrections())
    note = issue_credit_note(*stores, entity, customer_id, draft, request, current().now)
    return document_out(customer_id, note)


@router.post(
    "/api/v1/entities/<entity>/invoices/<document>/void",
    summary="Void an invoice on which nothing was applied",
)
@needs(Role.CLERK)
def void(entity: str, document: str, body: VoidIn, customer: OfCustomer = "") -> DocumentOut:
    request = asked("", body, "void", document, customer, note=body.text)
    customer_id, document_id = document_named(entity, document, customer)
    stores, whose = (runtime.cash_desk(), runtime.corrections()), (entity, customer_id, document_id)
    voided = void_invoice(*stores, *whose, body.reason, request, current().now)
    return document_out(customer_id, voided)


def _currency(entity: str, body: InvoiceIn) -> str:
    """Return the currency of an invoice: its own, else its customer's, else the entity's."""
    named = body.total.currency if body.total else body.currency
    if body.currency and body.currency != named:
        raise InvalidInput(field="currency", reason=f"the total is in {named}")
    if named:
        return named
    customer = runtime.accounts().customer(entity, body.customer_id)
    return customer.currency or entity_of(entity).currency


def _lines(body: InvoiceIn, currency: str) -> tuple[Line, ...]:
    lines = draw_up([_draft(line, currency) for line in body.lines], body.prices_include_tax)
    for typed, line in zip(body.lines, lines, strict=True):
        if typed.net is not None and parse_money(typed.net, currency) != line.net:
            raise InvalidInput(field="lines", reason=f"the net of a line is {line.net}")
    return lines


def _draft(line: LineIn, currency: str) -> LineDraft:
    return LineDraft(
        description=line.description,
        quantity=line.quantity,
        unit_price=parse_money(line.unit_price, currency),
        tax_rate_percent=line.tax_rate_percent,
        tax_category=line.tax_category,
        tax_reason_code=line.tax_reason_code,
        tax_reason=line.tax_reason,
        discount_percent=line.discount_percent or "",
        discount=parse_money(line.discount, currency) if line.discount else None,
    )


def _credited(line: CreditLineIn, currency: str) -> CreditAsked:
    return CreditAsked(
        line=line.line,
        quantity=line.quantity or "",
        amount=parse_money(line.amount, currency) if line.amount else None,
    )


def _line_out(n: int, line: Line) -> LineOut:
    return LineOut(
        line=n,
        description=line.description,
        quantity=line.quantity,
        unit_price=amount(line.unit_price),
        discount=amount(line.discount) if line.discount else None,
        discount_percent=line.discount_percent,
        tax_rate_percent=line.tax_rate_percent,
        tax_category=line.tax_category,
        tax_reason_code=line.tax_reason_code,
        tax_reason=line.tax_reason,
        net=amount(line.net),
        gross=amount(line.gross) if line.gross is not None else None,
    )
