"""Stripe's event envelope, read strictly from a verified body."""

import json
import math
import re
from typing import Any, NoReturn

from shared.domain.gateway_event import GatewayEvent
from shared.errors import MalformedWebhook

BODY_BYTES_MAX = 256 * 1024
_EVENT_ID = re.compile(r"evt_[A-Za-z0-9_]{1,120}")
_OBJECT_ID = re.compile(r"[A-Za-z0-9_]{1,200}")
_TYPE = re.compile(r"[a-z0-9_.]{1,100}")


def _no_number(_: str) -> NoReturn:
    raise ValueError


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


_JSON = json.JSONDecoder(parse_constant=_no_number, parse_float=_finite)


def read_event(body: bytes) -> GatewayEvent:
    """Return the envelope of the event in body. The signature was checked before.

    Raises MalformedWebhook for anything that is not one JSON object in the shape of an event.
    """
    try:
        event = _JSON.decode(body.decode())
    except (ValueError, RecursionError):
        raise MalformedWebhook(reason="not_json") from None
    if not isinstance(event, dict):
        raise MalformedWebhook(reason="no_object")
    subject = _mapping(_mapping(event.get("data"), "data").get("object"), "data.object")
    if type(event.get("livemode")) is not bool:
        raise MalformedWebhook(reason="livemode")
    if type(event.get("created")) is not int:
        raise MalformedWebhook(reason="created")
    object_id = subject.get("id")
    return GatewayEvent(
        event_id=_word(event.get("id"), _EVENT_ID, "id"),
        type=_word(event.get("type"), _TYPE, "type"),
        object_id=_word(object_id, _OBJECT_ID, "data.object.id") if object_id else "",
        payment_reference=_payment_reference(subject),
        api_version=str(event.get("api_version") or "")[:40],
        account=str(event.get("account") or "")[:40],
        created_s=event["created"],
        livemode=event["livemode"],
    )


def _payment_reference(subject: dict[str, Any]) -> str:
    is_payment = subject.get("object") == "payment_intent"
    found = subject.get("id") if is_payment else subject.get("payment_intent")
    if isinstance(found, dict):
        found = found.get("id")
    return found if isinstance(found, str) and _OBJECT_ID.fullmatch(found) else ""


def _mapping(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MalformedWebhook(reason=name)
    return value


def _word(value: object, pattern: re.Pattern[str], name: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise MalformedWebhook(reason=name)
    return value
