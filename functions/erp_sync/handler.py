"""Imports dropped files and what an ERP changed."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.domain.erp import RecordKind
from shared.usecases.compare_erp import drift_message, report_drift
from shared.usecases.connect_erp import check_connection
from shared.usecases.import_file import Drop, arrival_id, import_file
from shared.usecases.sync_erp import Errand, ask_for_syncs, sync_erp, take_again
from shared.usecases.watch_erps import watch_erps

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    enough_time = batch.enough_time(context)

    def act(body: dict[str, Any]) -> None:
        asked = _ASKED.get(body.get("kind", ""))
        if asked is not None:
            asked(body, enough_time)
        for drop in _drops(body):
            outcome = import_file(runtime.importing(), drop, runtime.now(), enough_time)
            log.info("import " + outcome, entity=drop.entity_id, etag=drop.etag)

    return batch.each(event, context, act)


def _scheduled(_: dict[str, Any], __: Callable[[], bool]) -> None:
    sent = ask_for_syncs(runtime.syncing(), runtime.entities().ids())
    log.info("syncs asked for", connections=sent)


def _pull(body: dict[str, Any], enough_time: Callable[[], bool]) -> None:
    at, full = RecordKind(body.get("at", RecordKind.CUSTOMERS)), bool(body.get("full"))
    errand = Errand(body["entity"], body["connection"], at, full, body.get("tries", 0))
    outcome = sync_erp(runtime.syncing(), errand, runtime.now(), enough_time)
    watch_erps(runtime.entities(), runtime.connections(), errand.entity_id, runtime.now())
    log.info("sync " + outcome, entity=errand.entity_id, connection=errand.connection)


def _again(body: dict[str, Any], _: Callable[[], bool]) -> None:
    outcome = take_again(runtime.syncing(), body["entity"], body["parked_id"], runtime.now())
    log.info("parked record " + outcome, entity=body["entity"], parked_id=body["parked_id"])


def _check(body: dict[str, Any], _: Callable[[], bool]) -> None:
    entity, connection = body["entity"], body["connection"]
    connections = runtime.connections()
    code = check_connection(connections, runtime.connector, entity, connection, runtime.now())
    log.info("connection tested", entity=entity, connection=connection, code=code)


def _drift(body: dict[str, Any], enough_time: Callable[[], bool]) -> None:
    if "entity" not in body:
        for entity_id in runtime.entities().ids():
            if runtime.connections().ledger(entity_id) is not None:
                runtime.queues().send("SYNC", drift_message(entity_id, runtime.fence()))
        return
    entity_id, run_id, now = body["entity"], body["run_id"], runtime.now()
    whose = (runtime.comparing(), runtime.drift_reports(), entity_id, run_id)
    found = report_drift(*whose, body["by"], now, enough_time)
    tell = log.critical if found.causes else log.info
    words = "drift_found" if found.causes else "erp compared"
    tell(words, entity=entity_id, code=found.code, causes=found.causes)


_ASKED = {"drift": _drift, "scheduled": _scheduled, "pull": _pull, "again": _again, "check": _check}


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
