"""The route that tells why: what is said to a customer on a day, by that day's facts."""

from datetime import date, datetime
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.named import document_named
from functions.operator_api.routes_entities import moment
from functions.operator_api.schema.decisions import ClaimedOut, ComingOut, ExplanationOut
from functions.operator_api.views import cover_out, decision_out, uncharged_out
from shared import runtime
from shared.domain.coming import Coming, coming
from shared.domain.notice import Notice
from shared.domain.open_items import all_open_items
from shared.domain.roles import Role
from shared.errors import InvalidInput
from shared.usecases.explain import explain_day

router = APIGatewayHttpRouter()


@router.get(
    "/api/v1/entities/<entity>/decisions",
    summary="What is said to a customer on a day, and why",
    description="A past day is told by its own facts: what was recorded by then, and the policy "
    "as it held. Where something was claimed for that day, they are those of that moment. A day to "
    "come is told by the facts that stand now.",
)
@needs(Role.VIEWER)
def get_decisions(
    entity: str,
    customer: Annotated[str, Query(max_length=100)] = "",
    invoice: Annotated[str, Query(max_length=100)] = "",
    at: Annotated[datetime | None, Query(description="Business instant; default now")] = None,
    on: Annotated[date | None, Query(description="A day of the customer's instead of at")] = None,
) -> ExplanationOut:
    lists = runtime.receivables()
    if bool(customer) == bool(invoice):
        raise InvalidInput(field="customer", reason="name a customer or an invoice")
    if at is not None and on is not None:
        raise InvalidInput(field="on", reason="name a day or an instant")
    if customer:
        customer_id, document_id = lists.find_customer(entity, customer), ""
    else:
        customer_id, document_id = document_named(entity, invoice)
    day = on or moment(at).today(runtime.accounts().customer(entity, customer_id).time_zone)
    ports = (runtime.accounts(), runtime.records(), runtime.entities(), runtime.as_swept)
    told = explain_day(*ports, entity, customer_id, day, current().now)
    after = coming(told.account, told.book, told.on, document_id)
    policy, of = told.policy_of(document_id), entity_of(entity)
    return ExplanationOut(
        customer_id=customer_id,
        name=told.account.customer.name,
        on=told.on,
        policy=policy.name,
        policy_version=policy.version,
        hold_all=of.hold_all,
        facts_as_of=told.facts_as_of,
        time_zone=of.time_zone,
        decisions=[decision_out(d) for d in told.decisions_of(document_id)],
        coverage=[cover_out(d, told.covers[d.document_id]) for d in told.documents_of(document_id)],
        numbers={i.document_id: i.number for i in all_open_items(told.account.documents)},
        notices=[_claimed(notice) for notice in told.notices],
        coming=_coming(after) if after else None,
        undated=list(told.undated),
        uncharged=[uncharged_out(one) for one in told.uncharged_of(document_id)],
    )


def _claimed(notice: Notice) -> ClaimedOut:
    return ClaimedOut(
        n=notice.n,
        stage=notice.stage,
        channel=str(notice.channel),
        policy=notice.policy,
        policy_version=notice.policy_version,
        claimed_at=notice.claimed_at,
        state=str(notice.delivery),
        documents=[item.document_id for item in notice.items if item.asked],
    )


def _coming(after: Coming) -> ComingOut:
    return ComingOut(
        on=after.on,
        stage=after.stage.id,
        channel=str(after.stage.channel),
        documents=list(after.documents),
    )
