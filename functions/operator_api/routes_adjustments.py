"""Routes that change what a document asks for without money: write-off, recovery, short pay."""

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api.access import current, needs
from functions.operator_api.asked import asked
from functions.operator_api.named import OfCustomer, document_named
from functions.operator_api.request_keys import RequiredKey
from functions.operator_api.schema.documents import DocumentOut
from functions.operator_api.schema.payments import AskAgainIn, DeductIn, WriteOffIn
from functions.operator_api.views import document_out
from shared import runtime
from shared.domain.roles import Role
from shared.usecases import adjust_document as cases

router = APIGatewayHttpRouter()
_DOCUMENT = "/api/v1/entities/<entity>/invoices/<document>"


@router.post(
    f"{_DOCUMENT}/write-off",
    summary="Give up what is open as bad debt",
    description="It is chased no more. Money that comes after all is allocated to it as before.",
)
@needs(Role.CONTROLLER)
def write_off(
    entity: str,
    document: str,
    body: WriteOffIn,
    idempotency_key: RequiredKey,
    customer: OfCustomer = "",
) -> DocumentOut:
    request = asked(idempotency_key, body, "write-off", document, customer, note=body.note)
    whose = document_named(entity, document, customer)
    part = body.amount.money() if body.amount else None
    desk, now = runtime.cash_desk(), current().now
    cases.write_off(desk, entity, *whose, part, body.reason, request, now)
    return _shown(entity, *whose)


@router.post(f"{_DOCUMENT}/ask-again", summary="Undo a write-off: it is open again")
@needs(Role.CONTROLLER)
def ask_again(
    entity: str,
    document: str,
    body: AskAgainIn,
    idempotency_key: RequiredKey,
    customer: OfCustomer = "",
) -> DocumentOut:
    request = asked(idempotency_key, body, "ask-again", document, customer, note=body.note)
    whose = document_named(entity, document, customer)
    part = body.amount.money() if body.amount else None
    cases.ask_again(runtime.cash_desk(), entity, *whose, part, request, current().now)
    return _shown(entity, *whose)


@router.post(f"{_DOCUMENT}/deduct", summary="Accept that a part is not paid, with the reason")
@needs(Role.CLERK)
def deduct(
    entity: str,
    document: str,
    body: DeductIn,
    idempotency_key: RequiredKey,
    customer: OfCustomer = "",
) -> DocumentOut:
    request = asked(idempotency_key, body, "deduct", document, customer, note=body.note)
    whose = document_named(entity, document, customer)
    part = body.amount.money()
    desk, now = runtime.cash_desk(), current().now
    cases.deduct(desk, entity, *whose, part, body.reason, request, now)
    return _shown(entity, *whose)


def _shown(entity: str, customer_id: str, document_id: str) -> DocumentOut:
    return document_out(customer_id, runtime.accounts().document(entity, customer_id, document_id))
