"""Event records of text messages to the hub's own words."""

from typing import Any

from shared.domain.mail import MailEvent, MailEventKind

_KINDS = {
    "TEXT_QUEUED": MailEventKind.SENT,
    "TEXT_PENDING": MailEventKind.SENT,
    "TEXT_SENT": MailEventKind.SENT,
    "TEXT_SUCCESSFUL": MailEventKind.DELIVERED,
    "TEXT_DELIVERED": MailEventKind.DELIVERED,
}
_FAILED = frozenset(
    f"TEXT_{why}"
    for why in (
        "BLOCKED",
        "CARRIER_BLOCKED",
        "CARRIER_UNREACHABLE",
        "INVALID",
        "INVALID_MESSAGE",
        "PROTECT_BLOCKED",
        "SPAM",
        "TTL_EXPIRED",
        "UNREACHABLE",
    )
)


def is_sms_event(record: dict[str, Any]) -> bool:
    """Return whether a record is about a text message, not a mail."""
    return str(record.get("eventType", "")).startswith("TEXT_")


def sms_event(record: dict[str, Any]) -> MailEvent | None:
    """Return the event of a record, or None for one that changes nothing or is not ours.

    What the network does not know (TEXT_UNKNOWN) changes nothing: the service took the message.
    """
    name = str(record.get("eventType", ""))
    tags = record.get("context") or {}
    kind = MailEventKind.BOUNCED if name in _FAILED else _KINDS.get(name)
    if kind is None or not {"entity", "customer", "notice"} <= tags.keys():
        return None
    return MailEvent(
        entity_id=tags["entity"],
        customer_id=tags["customer"],
        n=int(tags["notice"]),
        kind=kind,
        message_id=str(record.get("messageId", "")),
        detail=name.removeprefix("TEXT_").lower() if kind is MailEventKind.BOUNCED else "",
    )
