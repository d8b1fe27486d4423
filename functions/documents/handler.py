"""Makes what is on paper: documents, statements, letters that go to the post, packs of cases."""

from typing import Any

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.usecases.make_pack import make_pack
from shared.usecases.render_document import render_document
from shared.usecases.send_letter import send_letter
from shared.usecases.tell_statement import Ports, render_statement

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    return batch.each(event, context, _render)


def _render(body: dict[str, Any]) -> None:
    if body["kind"] == "statement":
        _statement(body)
        return
    if body["kind"] == "letter":
        _letter(body["entity"], body["customer_id"], body["n"])
        return
    if body["kind"] == "handover":
        _pack(body["entity"], body["customer_id"], body["pack_id"])
        return
    whose = (body["entity"], body["customer_id"], body["document_id"])
    outcome = render_document(
        runtime.accounts(), runtime.papers(), runtime.printer(), runtime.documents(), *whose
    )
    log.info("document " + outcome, entity=whose[0], document_id=whose[2])


def _pack(entity_id: str, customer_id: str, pack_id: str) -> None:
    outcome = make_pack(runtime.packing(), entity_id, customer_id, pack_id)
    log.info("pack " + outcome, entity=entity_id, customer_id=customer_id, pack_id=pack_id)


def _letter(entity_id: str, customer_id: str, n: int) -> None:
    outcome = send_letter(runtime.posting(), entity_id, customer_id, n, runtime.now())
    log.info("letter " + outcome, entity=entity_id, customer_id=customer_id, n=n)


def _statement(body: dict[str, Any]) -> None:
    whose = (body["entity"], body["customer_id"], body["statement_id"])
    ports = Ports(
        runtime.accounts(),
        runtime.books_reader(),
        runtime.statement_requests(),
        runtime.printer(),
        runtime.documents(),
    )
    outcome = render_statement(ports, *whose, runtime.now())
    log.info("statement " + outcome, entity=whose[0], statement_id=whose[2])
