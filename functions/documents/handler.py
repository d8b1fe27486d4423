"""Renders the PDF of a document, or of a statement of account, and stores it."""

from typing import Any

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.usecases.render_document import render_document
from shared.usecases.tell_statement import render_statement

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    return batch.each(event, context, _render)


def _render(body: dict[str, Any]) -> None:
    if body["kind"] == "statement":
        _statement(body)
        return
    whose = (body["entity"], body["customer_id"], body["document_id"])
    outcome = render_document(
        runtime.accounts(), runtime.papers(), runtime.printer(), runtime.documents(), *whose
    )
    log.info("document " + outcome, entity=whose[0], document_id=whose[2])


def _statement(body: dict[str, Any]) -> None:
    whose = (body["entity"], body["customer_id"], body["statement_id"])
    outcome = render_statement(
        runtime.accounts(),
        runtime.books_reader(),
        runtime.statement_requests(),
        runtime.printer(),
        runtime.documents(),
        *whose,
        runtime.now(),
    )
    log.info("statement " + outcome, entity=whose[0], statement_id=whose[2])
