"""Routes of mails: one sent by hand, what customers wish of them, and how they fare."""

from functools import partial

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api.access import agreeing, current, entity_of, needs
from functions.operator_api.named import documents_of
from functions.operator_api.schema.mailing import (
    MailHealthOut,
    PauseOut,
    RemindAheadOut,
    RemindIn,
    RemindOut,
    ResumeIn,
    WishIn,
    WishOut,
)
from functions.operator_api.schema.messages import FeeOut
from functions.operator_api.schema.wire import amount
from functions.operator_api.views import item_out, uncharged_out
from shared import runtime
from shared.domain.customer import Customer
from shared.domain.reputation import WINDOW_DAYS
from shared.domain.roles import Role
from shared.usecases.charging import charges_ahead
from shared.usecases.mail_wishes import wish_for_mail
from shared.usecases.remind_now import MailByHand, remind_ahead, remind_now
from shared.usecases.watch_mail import mail_health, resume_mail

router = APIGatewayHttpRouter()
_OF_CUSTOMER = "/api/v1/entities/<entity>/customers/<customer>"


@router.post(
    f"{_OF_CUSTOMER}/remind-preview", summary="What a mail by hand would ask for and charge"
)
@needs(Role.VIEWER)
def preview_reminder(entity: str, customer: str, body: RemindIn) -> RemindAheadOut:
    customer_id, request = _customer(entity, customer), current()
    stores = (runtime.accounts(), runtime.entities())
    charges = partial(charges_ahead, runtime.charging(), entity)
    mail = _mail(entity, customer_id, body)
    found = remind_ahead(*stores, charges, entity, customer_id, mail, request.now)
    stage = found.decision.stage
    return RemindAheadOut(
        customer_id=customer_id,
        customer=runtime.accounts().customer(entity, customer_id).name,
        stage=stage.id if stage else "",
        words=stage.words if stage else "",
        items=[item_out(item) for item in found.decision.items if item.asked],
        fees=[FeeOut(number=number, amount=amount(fee)) for number, fee in found.fees],
        uncharged=[uncharged_out(one) for one in found.uncharged],
    )


@router.post(f"{_OF_CUSTOMER}/remind", status_code=202, summary="Mail a stage now, by hand")
@needs(Role.CLERK)
def remind(entity: str, customer: str, body: RemindIn) -> RemindOut:
    customer_id, request = _customer(entity, customer), current()
    mail = _mail(entity, customer_id, body)
    stores = (runtime.accounts(), runtime.entities(), runtime.notices())
    notice = remind_now(*stores, entity, customer_id, mail, request.now)
    return RemindOut(
        customer_id=customer_id,
        notice=notice.n,
        stage=notice.stage,
        documents=[item.document_id for item in notice.items if item.asked],
        by=notice.by_hand,
    )


@router.post(f"{_OF_CUSTOMER}/mail", summary="Change what is mailed to a customer")
@needs(Role.CLERK)
def change_wish(entity: str, customer: str, body: WishIn) -> WishOut:
    customer_id, request = _customer(entity, customer), current()
    stores = (runtime.accounts(), runtime.mail_wishes())
    by = request.principal.name
    return _wish_out(wish_for_mail(*stores, entity, customer_id, body.wish, by, request.now))


@router.get("/api/v1/entities/<entity>/mail", summary="How the mails of an entity fare")
@needs(Role.VIEWER)
def get_mail_health(entity: str) -> MailHealthOut:
    entity_of(entity)
    told = mail_health(runtime.entities(), runtime.mail_watch(), entity, current().now)
    unknown = sum(task.kind == "unknown" for task in runtime.tasks().list_open(entity))
    return MailHealthOut(
        paused=told.paused,
        days=WINDOW_DAYS,
        sent=told.tally.sent,
        bounced=told.tally.bounced,
        complained=told.tally.complained,
        unknown=unknown,
        pauses=[
            PauseOut(
                reason=pause.reason,
                began_at=pause.began_at,
                sent=pause.tally.sent,
                bounced=pause.tally.bounced,
                complained=pause.tally.complained,
                ended_at=pause.ended_at,
                ended_by=pause.ended_by,
                note=pause.note,
            )
            for pause in told.pauses
        ],
    )


@router.post("/api/v1/entities/<entity>/mail/resume", summary="Let paused mails go again")
@needs(Role.CONTROLLER)
def resume(entity: str, body: ResumeIn) -> MailHealthOut:
    entity_of(entity)
    request = current()
    by, stores = request.principal.name, (runtime.entities(), runtime.mail_watch())
    resume_mail(*stores, entity, by, body.note, request.now)
    return get_mail_health(entity=entity)


def _mail(entity: str, customer_id: str, body: RemindIn) -> MailByHand:
    document_of = documents_of(entity, customer_id)
    return MailByHand(
        by=current().principal.name,
        subject=agreeing(entity),
        stage_id=body.stage,
        documents=tuple(document_of(name) for name in body.documents),
        with_fee=body.with_fee,
    )


def _customer(entity: str, customer: str) -> str:
    entity_of(entity)
    return runtime.receivables().find_customer(entity, customer)


def _wish_out(customer: Customer) -> WishOut:
    off = customer.reminders_off_on
    return WishOut(
        customer_id=customer.customer_id,
        reminders_off_on=off.isoformat() if off else None,
        internal=customer.internal,
        mail_stopped=customer.mail_stopped,
    )
