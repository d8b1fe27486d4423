"""Hands every new fact that somebody must act on to its queue. The stream is the outbox."""

from typing import Any

from aws_lambda_powertools import Logger

from shared import runtime
from shared.adapters import keys
from shared.adapters.codec import decode_item
from shared.adapters.errands import errand

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> None:
    by_queue: dict[str, list[tuple[dict[str, object], str, str]]] = {}
    for record in event["Records"]:
        image = record["dynamodb"].get("NewImage")
        if record["eventName"] != "INSERT" and _is_of_ledger(record):
            log.critical("ledger_changed", **_posting(record))
        found = errand(decode_item(image)) if image and _asks_anew(record) else None
        if found is not None:
            by_queue.setdefault(found.queue, []).append((found.body, found.group, found.dedup))
    for queue, messages in by_queue.items():
        runtime.queues().send_many(queue, messages)


def _is_of_ledger(record: dict[str, Any]) -> bool:
    return str(record["dynamodb"]["Keys"]["pk"]["S"]).endswith("#L")


def _posting(record: dict[str, Any]) -> dict[str, str]:
    """Return what was done to which posting of whom."""
    key = record["dynamodb"]["Keys"]
    entity, customer_id = keys.owner_of_ledger(key["pk"]["S"])
    done = {"event": record["eventName"], "posting": key["sk"]["S"]}
    return done | {"entity": entity, "customer_id": customer_id}


def _asks_anew(record: dict[str, Any]) -> bool:
    """Return whether the fact is new, or a document whose page has to be made again.

    Other facts that turn pending again wait for the janitor: they were refused a moment ago.
    """
    images = record["dynamodb"]
    if record["eventName"] == "INSERT":
        return True
    new, old = images["NewImage"], images.get("OldImage", {})
    return new.get("type") == {"S": "HEAD"} and new.get("psk") != old.get("psk")
