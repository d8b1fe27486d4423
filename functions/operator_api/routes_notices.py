"""The route of a notice as it was sent."""

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api.access import entity_of, needs
from functions.operator_api.as_sent import as_sent, letter_address
from functions.operator_api.schema.messages import ItemOut
from functions.operator_api.schema.notices import SentOut
from functions.operator_api.schema.wire import amount
from shared import runtime
from shared.domain.messages import MailText
from shared.domain.roles import Role

router = APIGatewayHttpRouter()
_NOTHING = MailText("", "", "")


@router.get(
    "/api/v1/entities/<entity>/customers/<customer>/notices/<notice>/message",
    summary="A notice as it was sent",
)
@needs(Role.VIEWER)
def get_message(entity: str, customer: str, notice: int) -> SentOut:
    entity_of(entity)
    customer_id = runtime.receivables().find_customer(entity, customer)
    sent = as_sent(entity, customer_id, notice)
    words, claimed = sent.text or _NOTHING, sent.notice
    return SentOut(
        customer_id=customer_id,
        notice=claimed.n,
        kind=claimed.kind,
        stage=claimed.stage,
        channel=str(claimed.channel),
        policy=claimed.policy,
        policy_version=claimed.policy_version,
        claimed_at=claimed.claimed_at,
        state=str(claimed.delivery),
        code=sent.code,
        since=sent.since,
        to=list(sent.to),
        cc=list(sent.cc),
        approved_by=claimed.approved_by,
        by_hand=claimed.by_hand,
        items=[
            ItemOut(
                document_id=item.document_id,
                number=item.number,
                due_on=item.due_on,
                payable=amount(item.payable),
                asked=item.asked,
            )
            for item in claimed.items
        ],
        subject=words.subject,
        text=words.text,
        html=words.html,
        letter_url=letter_address(sent),
    )
