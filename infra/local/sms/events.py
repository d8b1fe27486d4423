"""What becomes of a text, in the shape that AWS documents for event destinations."""

from __future__ import annotations

import json
import time
from typing import Any

from infra.local.mail.publisher import Destination, sns_client

FINAL = ("TEXT_DELIVERED", "TEXT_UNREACHABLE", "TEXT_CARRIER_BLOCKED", "TEXT_INVALID")


def record(text: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return the event of one text."""
    now_ms = int(time.time() * 1000)
    status = kind.removeprefix("TEXT_")
    return {
        "eventType": kind,
        "eventVersion": "1.0",
        "eventTimestamp": now_ms,
        "isFinal": kind in FINAL,
        "originationPhoneNumber": "+12065550100",
        "destinationPhoneNumber": text["to"],
        "isInternationalSend": False,
        "messageId": text["id"],
        "messageRequestTimestamp": text["at_ms"],
        "messageEncoding": "GSM" if text["gsm"] else "UCS2",
        "messageType": text["message_type"],
        "messageStatus": status,
        "messageStatusDescription": status.replace("_", " ").lower(),
        "context": text["context"],
        "totalMessageParts": text["parts"],
        "totalMessagePrice": 0.0,
        "totalCarrierFee": 0.0,
    }


def publish(destination: Destination, payload: dict[str, Any]) -> None:
    """Tell the topic of a configuration set."""
    topic = sns_client(destination)
    topic.publish(TopicArn=destination.topic_arn, Message=json.dumps(payload))
