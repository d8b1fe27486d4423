"""SES's event records, in the shape SES documents for event publishing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from infra.local.mail.addresses import readable, split_list
from infra.local.mail.clock import Clock, iso_millis
from infra.local.mail.outcomes import DELIVERED
from infra.local.mail.store import Event, Message

ACCOUNT = "000000000000"
MTA = "a1-1.smtp-out.local.amazonses.com"
HEADERS_MAX_BYTES = 10_240
EICAR = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!"
STEP = timedelta(milliseconds=40)

_BOUNCES = {
    "bounce": (
        "Permanent",
        "General",
        "5.1.1",
        "smtp; 550 5.1.1 user unknown",
    ),
    "soft_bounce": (
        "Transient",
        "MailboxFull",
        "4.2.2",
        "smtp; 452 4.2.2 mailbox full",
    ),
    "auto_reply": ("Transient", "General", "", ""),
    "globally_suppressed": (
        "Permanent",
        "Suppressed",
        "5.1.1",
        "Amazon SES has suppressed sending to this address: it bounced as invalid recently.",
    ),
    "suppressed": (
        "Permanent",
        "OnAccountSuppressionList",
        "5.1.1",
        "Amazon SES did not send to this address: it is on your account's suppression list.",
    ),
}


@dataclass(frozen=True)
class Sender:
    """What an event says about where the mail came from."""

    region: str
    caller: str
    source_ip: str


def of_mail(message: Message, sender: Sender, clock: Clock) -> list[Event]:
    """Return the events of a mail in the order SES makes them, none published yet."""
    mail = mail_object(message, sender)
    maker = _Maker(message, mail, clock)
    maker.add("Send", message.recipients, {"send": {}})
    if "reject" in message.outcomes.values() or EICAR in message.raw:
        maker.add("Reject", message.recipients, {"reject": {"reason": "Bad content"}})
        return maker.events
    for address in message.recipients:
        _ending(maker, address, message.outcomes[address])
    return maker.events


def mail_object(message: Message, sender: Sender) -> dict[str, Any]:
    """Return the `mail` object that every event of a mail carries."""
    headers: list[dict[str, str]] = []
    size = 0
    for name, value in message.content.headers:
        size += len(name) + len(value)
        if size > HEADERS_MAX_BYTES:
            break
        headers.append({"name": name, "value": value})
    tags = {
        "ses:operation": ["SendEmail"],
        "ses:configuration-set": [message.configuration_set],
        "ses:source-ip": [sender.source_ip],
        "ses:from-domain": [_domain(message.sender)],
        "ses:caller-identity": [sender.caller],
    }
    return {
        "timestamp": iso_millis(message.business_time),
        "source": message.sender,
        "sourceArn": f"arn:aws:ses:{sender.region}:{ACCOUNT}:identity/{_domain(message.sender)}",
        "sendingAccountId": ACCOUNT,
        "messageId": message.message_id,
        "destination": [*message.to, *message.cc, *message.bcc],
        "headersTruncated": len(headers) < len(message.content.headers),
        "headers": headers,
        "commonHeaders": _common_headers(message),
        "tags": tags | {name: [value] for name, value in message.tags.items()},
    }


class _Maker:
    """Collects the events of one mail, each a little later than the one before."""

    def __init__(self, message: Message, mail: dict[str, Any], clock: Clock) -> None:
        self.events: list[Event] = []
        self._message = message
        self._mail = mail
        self._wall = clock.wall()

    def now(self) -> datetime:
        """Return the business instant of the next event."""
        return self._message.business_time + STEP * len(self.events)

    def add(self, kind: str, recipients: list[str], body: dict[str, Any]) -> None:
        """Add an event; only Send, Reject and what follows know its own object."""
        mail = self._mail
        if kind == "Delivery":
            mail = mail | {"tags": mail["tags"] | {"ses:outgoing-ip": ["127.0.0.1"]}}
        self.events.append(
            Event(
                kind=kind,
                recipients=list(recipients),
                payload={"eventType": kind, "mail": mail, **body},
                business_time=self.now(),
                wall_time=self._wall,
            )
        )


def _ending(maker: _Maker, address: str, outcome: str) -> None:
    if outcome == "delay":
        maker.add("DeliveryDelay", [address], {"deliveryDelay": _delay(maker, address)})
    if outcome in (DELIVERED, "complaint", "delay", "auto_reply"):
        maker.add("Delivery", [address], {"delivery": _delivery(maker, address)})
    if outcome == "complaint":
        maker.add("Complaint", [address], {"complaint": _complaint(maker, address)})
    if outcome in _BOUNCES:
        maker.add("Bounce", [address], {"bounce": _bounce(maker, address, outcome)})


def _delivery(maker: _Maker, address: str) -> dict[str, Any]:
    return {
        "timestamp": iso_millis(maker.now()),
        "processingTimeMillis": len(maker.events) * 40,
        "recipients": [address],
        "smtpResponse": "250 2.6.0 Message received",
        "reportingMTA": MTA,
    }


def _bounce(maker: _Maker, address: str, outcome: str) -> dict[str, Any]:
    kind, sub_kind, status, diagnostic = _BOUNCES[outcome]
    recipient = {"emailAddress": address}
    if status:
        recipient |= {"action": "failed", "status": status, "diagnosticCode": diagnostic}
    return {
        "feedbackId": _feedback_id(maker),
        "bounceType": kind,
        "bounceSubType": sub_kind,
        "bouncedRecipients": [recipient],
        "timestamp": iso_millis(maker.now()),
        "reportingMTA": f"dsn; {MTA}",
    }


def _complaint(maker: _Maker, address: str) -> dict[str, Any]:
    return {
        "feedbackId": _feedback_id(maker),
        "complaintSubType": None,
        "complainedRecipients": [{"emailAddress": address}],
        "timestamp": iso_millis(maker.now()),
        "userAgent": "Amazon SES Mailbox Simulator",
        "complaintFeedbackType": "abuse",
        "arrivalDate": iso_millis(maker.now()),
    }


def _delay(maker: _Maker, address: str) -> dict[str, Any]:
    return {
        "timestamp": iso_millis(maker.now()),
        "delayType": "TransientCommunicationFailure",
        "expirationTime": iso_millis(maker.now() + timedelta(hours=14)),
        "delayedRecipients": [
            {
                "emailAddress": address,
                "status": "4.4.1",
                "diagnosticCode": "smtp; 421 4.4.1 Unable to connect to remote host",
            }
        ],
    }


def _common_headers(message: Message) -> dict[str, Any]:
    content = message.content
    common: dict[str, Any] = {"messageId": message.message_id, "subject": content.subject}
    for key, name in (("from", "From"), ("replyTo", "Reply-To"), ("to", "To"), ("cc", "Cc")):
        if content.header(name):
            common[key] = [readable(item) for item in split_list(content.header(name))]
    return common | {"date": content.header("Date")}


def _feedback_id(maker: _Maker) -> str:
    return f"0100{int(maker.now().timestamp() * 1000):012x}-{uuid.uuid4()}-000000"


def _domain(address: str) -> str:
    return address.rpartition("@")[2].rstrip("> ").lower()
