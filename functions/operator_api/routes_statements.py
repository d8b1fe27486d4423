"""Routes of statements of account: told as JSON or CSV, made as PDF."""

from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.schema.statements import (
    ActivityLineOut,
    CurrencyStatementOut,
    StatementCreditOut,
    StatementIn,
    StatementItemOut,
    StatementOut,
    StatementPdfOut,
)
from functions.operator_api.schema.wire import amount
from functions.operator_api.views import ageing_out
from shared import runtime
from shared.adapters.statement_csv import statement_csv_lines
from shared.domain.roles import Role
from shared.domain.statement_of_account import CurrencyStatement, Statement
from shared.domain.statement_request import StatementRequest
from shared.usecases.tell_statement import (
    ask_for_statement,
    statement_asked_for,
    tell_statement,
)

router = APIGatewayHttpRouter()
_OF_CUSTOMER = "/api/v1/entities/<entity>/customers/<customer>"
On = Annotated[date | None, Query(description="Default today in the entity's zone")]
First = Annotated[date | None, Query(alias="from", description="First day of activity")]


@router.get(
    f"{_OF_CUSTOMER}/statement",
    summary="What a customer owes on a day, and what happened since another",
)
@needs(Role.VIEWER)
def get_statement(entity: str, customer: str, on: On = None, first: First = None) -> StatementOut:
    told = _told(entity, customer, on, first)
    return StatementOut(
        customer_id=told.customer.customer_id,
        name=told.customer.name,
        on=told.on,
        first=told.first,
        currencies=[_currency_out(told, one) for one in told.currencies],
    )


@router.get(f"{_OF_CUSTOMER}/statement.csv", summary="The same as rows")
@needs(Role.VIEWER)
def get_statement_csv(
    entity: str, customer: str, on: On = None, first: First = None
) -> Response[str]:
    told = _told(entity, customer, on, first)
    body = "".join(f"{line}\r\n" for line in statement_csv_lines(told))
    return Response(200, "text/csv; charset=utf-8", body)


@router.post(f"{_OF_CUSTOMER}/statements", status_code=202, summary="Have a statement made as PDF")
@needs(Role.VIEWER)
def ask(entity: str, customer: str, body: StatementIn) -> StatementPdfOut:
    entity_of(entity)
    request = ask_for_statement(
        runtime.accounts(),
        runtime.statement_requests(),
        entity,
        runtime.receivables().find_customer(entity, customer),
        current().now,
        body.on,
        body.first,
    )
    return _pdf_out(request)


@router.get(f"{_OF_CUSTOMER}/statements/<statement>", summary="Where the PDF of a statement is")
@needs(Role.VIEWER)
def get_pdf(entity: str, customer: str, statement: str) -> StatementPdfOut:
    entity_of(entity)
    customer_id = runtime.receivables().find_customer(entity, customer)
    requests = runtime.statement_requests()
    return _pdf_out(statement_asked_for(requests, entity, customer_id, statement))


def _told(entity: str, customer: str, on: date | None, first: date | None) -> Statement:
    entity_of(entity)
    customer_id = runtime.receivables().find_customer(entity, customer)
    return tell_statement(
        runtime.accounts(),
        runtime.books_reader(),
        entity,
        customer_id,
        current().now,
        on,
        first,
    )


def _pdf_out(request: StatementRequest) -> StatementPdfOut:
    name = f"statement-{request.on.isoformat()}.pdf"
    key = request.pdf_key
    return StatementPdfOut(
        statement_id=request.statement_id,
        on=request.on,
        first=request.first,
        url=runtime.documents().address(key, name) if key else None,
    )


def _currency_out(told: Statement, one: CurrencyStatement) -> CurrencyStatementOut:
    return CurrencyStatementOut(
        currency=one.currency,
        items=[
            StatementItemOut(
                number=item.number,
                kind=str(item.kind),
                issued_on=item.issued_on,
                due_on=item.due_on,
                total=amount(item.total),
                open=amount(item.open),
                days_late=max(item.days_late(told.on), 0),
            )
            for item in one.items
        ],
        credits=[
            StatementCreditOut(
                source_id=credit.source_id,
                received_on=credit.received_on,
                amount=amount(credit.unapplied),
            )
            for credit in one.credits
        ],
        ageing=ageing_out(one.ageing, True),
        brought_forward=amount(one.brought_forward),
        activity=[
            ActivityLineOut(
                date=line.day,
                kind=str(line.kind),
                number=line.number,
                amount=amount(line.amount),
                balance=amount(line.balance),
            )
            for line in one.activity
        ],
        balance=amount(one.balance),
    )
