"""Routes of the books' own check: all customers, one of them, and the rebuild."""

from collections.abc import Iterable

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.schema.books import (
    BooksOut,
    CheckOut,
    CheckStarted,
    DifferenceOut,
    RebuildIn,
    RebuildOut,
)
from shared import runtime
from shared.domain.book_check import Difference
from shared.domain.roles import Role
from shared.errors import NotFound
from shared.ids import new_id
from shared.usecases.check_books import Place, look, plan_message
from shared.usecases.rebuild_books import rebuild_books

router = APIGatewayHttpRouter()


@router.post(
    "/api/v1/entities/<entity>/books/checks",
    status_code=202,
    summary="Compare the stored figures of every customer with the postings, now",
)
@needs(Role.CONTROLLER)
def start_check(entity: str) -> CheckStarted:
    entity_of(entity)
    run_id = f"books-{new_id(current().now.wall)}"
    runtime.queues().send("BOOKS", plan_message(entity, run_id, Place()))
    return CheckStarted(run_id=run_id)


@router.get("/api/v1/entities/<entity>/books/checks/<run>", summary="How a check stands")
@needs(Role.VIEWER)
def get_check(entity: str, run: str) -> CheckOut:
    status = runtime.runs().status(entity, run, ("checked", "differing"))
    if status is None:
        raise NotFound(run=run[:64])
    return CheckOut(**{name: status[name] for name in CheckOut.model_fields})


@router.get(
    "/api/v1/entities/<entity>/customers/<customer>/books",
    summary="Where one customer's stored figures differ from the postings",
)
@needs(Role.VIEWER)
def get_books(entity: str, customer: str) -> BooksOut:
    customer_id = runtime.receivables().find_customer(entity, customer)
    _, found = look(runtime.book_keeper(), entity, customer_id)
    return BooksOut(customer_id=customer_id, differences=_out(found))


@router.post(
    "/api/v1/entities/<entity>/customers/<customer>/books/rebuild",
    summary="Make one customer's heads and credits again from the postings",
    description="Writes nothing unless apply is true; then each step leaves a done task.",
)
@needs(Role.CONTROLLER)
def rebuild(entity: str, customer: str, body: RebuildIn) -> RebuildOut:
    customer_id = runtime.receivables().find_customer(entity, customer)
    done = rebuild_books(
        runtime.book_keeper(),
        entity_of(entity),
        customer_id,
        current().principal.name,
        current().now,
        apply=body.apply,
    )
    return RebuildOut(
        customer_id=customer_id,
        applied=body.apply,
        differences=_out(done.found),
        left=_out(done.left),
    )


def _out(found: Iterable[Difference]) -> list[DifferenceOut]:
    return [
        DifferenceOut(
            figure=str(d.figure.kind),
            document_id=d.figure.document_id,
            source_id=d.figure.source_id,
            instalment=d.figure.part,
            currency=d.figure.currency,
            stored=d.stored,
            posted=d.posted,
            text=str(d),
        )
        for d in found
    ]
