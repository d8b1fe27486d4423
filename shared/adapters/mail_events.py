"""SES's event records to the hub's own words."""

from email.utils import parseaddr
from typing import Any

from shared.domain.mail import MailEvent, MailEventKind

_KINDS = {
    "Send": MailEventKind.SENT,
    "Delivery": MailEventKind.DELIVERED,
    "Complaint": MailEventKind.COMPLAINED,
    "Reject": MailEventKind.REJECTED,
}


def mail_event(record: dict[str, Any]) -> MailEvent | None:
    """Return the event of an SES record, or None for one that changes nothing or is not ours.

    Only a permanent bounce is a bounce: SES itself repeats a transient one.
    """
    name = record.get("eventType", "")
    kind = _KINDS.get(name)
    detail = ""
    recipients: tuple[str, ...] = ()
    if name == "Bounce" and record["bounce"]["bounceType"] == "Permanent":
        kind = MailEventKind.BOUNCED
        detail = str(record["bounce"].get("bounceSubType", ""))
        recipients = _addresses(record["bounce"]["bouncedRecipients"])
    if kind is MailEventKind.COMPLAINED:
        detail = str(record["complaint"].get("complaintFeedbackType") or "")
        recipients = _addresses(record["complaint"]["complainedRecipients"])
    mail = record.get("mail", {})
    tags = mail.get("tags", {})
    if kind is None or not {"entity", "customer", "notice"} <= tags.keys():
        return None
    return MailEvent(
        entity_id=tags["entity"][0],
        customer_id=tags["customer"][0],
        n=int(tags["notice"][0]),
        kind=kind,
        message_id=mail["messageId"],
        detail=detail,
        recipients=recipients,
    )


def _addresses(recipients: list[dict[str, str]]) -> tuple[str, ...]:
    return tuple(parseaddr(recipient["emailAddress"])[1].lower() for recipient in recipients)
