"""Routes of what a named person decides: notices that wait, and cases that somebody else has."""

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.schema.escalation import (
    ApproveIn,
    Decided,
    HandoverList,
    HandoverOut,
    PackOut,
    RefuseIn,
    TakeBackIn,
)
from shared import runtime
from shared.domain.agreement import Handover
from shared.domain.answer import Answer
from shared.domain.case_pack import PackRequest
from shared.domain.roles import Role
from shared.usecases.approvals import approve, refuse
from shared.usecases.case_packs import ask_for_pack, pack_asked_for

router = APIGatewayHttpRouter()
_OF_CUSTOMER = "/api/v1/entities/<entity>/customers/<customer>"
_ZIP = "application/zip"


@router.post(f"{_OF_CUSTOMER}/notices/<notice>/approve", summary="Let a notice go out")
@needs(Role.CONTROLLER)
def approve_notice(entity: str, customer: str, notice: int, body: ApproveIn) -> Decided:
    customer_id, request = _customer(entity, customer), current()
    answer = Answer(
        n=notice,
        by=request.principal.name,
        subject=request.principal.subject,
        tier=str(body.tier or ""),
    )
    stores = (runtime.accounts(), runtime.entities(), runtime.approvals(), runtime.queues())
    state = approve(*stores, entity, customer_id, answer, request.now)
    return Decided(customer_id=customer_id, notice=notice, state=state, by=request.principal.name)


@router.post(f"{_OF_CUSTOMER}/notices/<notice>/refuse", summary="Keep a notice from going out")
@needs(Role.CONTROLLER)
def refuse_notice(entity: str, customer: str, notice: int, body: RefuseIn) -> Decided:
    customer_id, request = _customer(entity, customer), current()
    answer = Answer(
        n=notice,
        by=request.principal.name,
        subject=request.principal.subject,
        note=body.note,
    )
    stores = (runtime.accounts(), runtime.approvals())
    state = refuse(*stores, entity, customer_id, answer, request.now)
    return Decided(customer_id=customer_id, notice=notice, state=state, by=request.principal.name)


@router.get(f"{_OF_CUSTOMER}/handovers", summary="Who has the customer's case, and who had it")
@needs(Role.VIEWER)
def list_handovers(entity: str, customer: str) -> HandoverList:
    customer_id = _customer(entity, customer)
    found = runtime.handovers().of(entity, customer_id)
    return HandoverList(items=[_handover_out(customer_id, one) for one in found])


@router.post(
    f"{_OF_CUSTOMER}/handovers/<handover>/take-back", summary="Take a case back: the hub speaks"
)
@needs(Role.CONTROLLER)
def take_back(entity: str, customer: str, handover: str, body: TakeBackIn) -> HandoverOut:
    of, customer_id, request = entity_of(entity), _customer(entity, customer), current()
    today = request.now.today(runtime.accounts().customer(entity, customer_id).time_zone)
    by = request.principal.name
    past = runtime.handovers().take_back(of, customer_id, handover, today, by, body.reason)
    return _handover_out(customer_id, past)


@router.post(f"{_OF_CUSTOMER}/packs", status_code=202, summary="Have a case put into one ZIP")
@needs(Role.CLERK)
def ask_pack(entity: str, customer: str) -> PackOut:
    customer_id, request = _customer(entity, customer), current()
    by = request.principal.name
    stores = (runtime.accounts(), runtime.packs())
    return _pack_out(ask_for_pack(*stores, entity, customer_id, by, request.now))


@router.get(f"{_OF_CUSTOMER}/packs/<pack>", summary="Where the ZIP of a case is")
@needs(Role.CLERK)
def get_pack(entity: str, customer: str, pack: str) -> PackOut:
    customer_id = _customer(entity, customer)
    return _pack_out(pack_asked_for(runtime.packs(), entity, customer_id, pack))


def _customer(entity: str, customer: str) -> str:
    entity_of(entity)
    return runtime.receivables().find_customer(entity, customer)


def _handover_out(customer_id: str, handover: Handover) -> HandoverOut:
    return HandoverOut(
        handover_id=handover.handover_id,
        customer_id=customer_id,
        tier=handover.tier,
        approved_by=handover.approved_by,
        starts_on=handover.starts_on,
        notice=handover.notice,
        documents=list(handover.documents),
        ended_on=handover.ended_on,
        ended_by=handover.ended_by,
        reason=handover.reason,
    )


def _pack_out(request: PackRequest) -> PackOut:
    name = f"case-{request.asked_at.date().isoformat()}.zip"
    documents = runtime.documents()
    return PackOut(
        pack_id=request.pack_id,
        customer_id=request.customer_id,
        asked_at=request.asked_at,
        by=request.by,
        sha256=request.sha256,
        url=documents.address(request.key, name, kind=_ZIP) if request.key else None,
    )
