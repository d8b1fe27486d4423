"""Every night, and on request: compares what is stored of each customer with the postings."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.domain.book_check import Difference
from shared.usecases import check_books
from shared.usecases.check_books import Place

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    has_time = batch.enough_time(context)

    def act(body: dict[str, Any]) -> None:
        match body["kind"]:
            case "scheduled":
                _begin()
            case "plan":
                _plan(body, has_time)
            case "check":
                _check(body)

    return batch.each(event, context, act)


def _begin() -> None:
    run_id = f"books-{runtime.now().wall:%Y%m%d}"
    for entity_id in runtime.accounts().entities():
        runtime.queues().send("BOOKS", check_books.plan_message(entity_id, run_id, Place()))


def _plan(body: dict[str, Any], has_time: Any) -> None:
    entity_id, run_id = body["entity"], body["run_id"]
    queued = check_books.plan(
        entity_id,
        run_id,
        Place(body["after"], body["customers"], body["messages"]),
        runtime.receivables(),
        runtime.runs(),
        runtime.queues(),
        runtime.now(),
        has_time,
    )
    log.info("books check planned", entity=entity_id, run_id=run_id, customers=queued)


def _check(body: dict[str, Any]) -> None:
    entity_id, run_id = body["entity"], body["run_id"]

    def tell(customer_id: str, found: tuple[Difference, ...]) -> None:
        documents = check_books.documents_of(found)[:20]
        log.critical(
            "books_differ",
            entity=entity_id,
            customer_id=customer_id,
            documents=documents,
            figures=len(found),
        )

    tally = check_books.check(
        runtime.accounts().entity(entity_id),
        body["customers"],
        runtime.book_keeper(),
        runtime.tasks(),
        runtime.now(),
        tell,
    )
    runtime.runs().report(entity_id, run_id, body["batch"], tally)
    log.info("books checked", entity=entity_id, run_id=run_id, **asdict(tally))
