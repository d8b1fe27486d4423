"""The route that ends a customer's ways into the portal."""

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.schema.links import LinksEndOut
from shared import runtime
from shared.domain.roles import Role

router = APIGatewayHttpRouter()


@router.post(
    "/api/v1/entities/<entity>/customers/<customer>/end-links",
    summary="End every link into the portal that a customer was mailed",
    description="Sign-ins and open sessions end with them. Who opens an ended link is offered a "
    "fresh one, mailed to the address on file.",
)
@needs(Role.CLERK)
def end_links(entity: str, customer: str) -> LinksEndOut:
    entity_of(entity)
    request = current()
    customer_id = runtime.receivables().find_customer(entity, customer)
    runtime.links().end_all(entity, customer_id, request.principal.name, request.now)
    return LinksEndOut(customer_id=customer_id, ended_at=request.now.wall.replace(microsecond=0))
