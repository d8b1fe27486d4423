"""Imports a dropped file of customers, invoices, lines or payments."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.usecases.import_file import Drop, arrival_id, import_file

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    enough_time = batch.enough_time(context)

    def act(body: dict[str, Any]) -> None:
        for drop in _drops(body):
            outcome = import_file(runtime.importing(), drop, runtime.now(), enough_time)
            log.info("import " + outcome, entity=drop.entity_id, etag=drop.etag)

    return batch.each(event, context, act)


def _drops(body: dict[str, Any]) -> Iterator[Drop]:
    """Yield what to import: of our own message, or of S3's (which may be a mere test)."""
    if body.get("kind") == "continue":
        yield Drop(body["entity"], body["key"], body["etag"], body["import_id"])
    for record in body.get("Records", ()):
        stored = record["s3"]["object"]
        key = unquote_plus(stored["key"])
        room, _, rest = key.partition("/")
        entity_id, _, name = rest.partition("/")
        if room == "in" and name and not name.endswith("/"):
            etag = stored["eTag"].strip('"')
            dropped_at = datetime.fromisoformat(record["eventTime"])
            import_id = arrival_id(key, etag, stored.get("sequencer", ""), dropped_at)
            yield Drop(entity_id, key, etag, import_id)
