"""Mails that come in, as SES's receipt rules treat them: into a bucket, with a note to a topic."""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import make_msgid
from threading import Lock
from typing import Any

import boto3
from botocore.config import Config

from infra.local.mail.addresses import bare, readable
from infra.local.mail.clock import Clock, iso_millis
from infra.local.mail.errors import BadControl
from infra.local.mail.events import ACCOUNT
from infra.local.mail.store import Message

SUBJECT = "Amazon SES Email Receipt Notification"
VERDICTS = ("spamVerdict", "virusVerdict", "spfVerdict", "dkimVerdict", "dmarcVerdict")
SIZE_MAX_BYTES = 40 * 1024 * 1024


@dataclass(frozen=True)
class Rule:
    """A receipt rule: mails to a domain go into a bucket, and a topic hears of each."""

    domain: str
    bucket: str
    prefix: str
    topic_arn: str
    endpoint_url: str
    region: str


class Inbound:
    """Takes mails in. What no rule is for bounces, as with SES."""

    def __init__(self, clock: Clock) -> None:
        self.rule: Rule | None = None
        self.taken = 0
        self._clock = clock
        self._lock = Lock()

    def take(
        self, raw: bytes, recipients: list[str], verdicts: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Put a mail into the bucket and tell the topic; return SES's note of it.

        Raises BadControl where no rule is for one of recipients, or it is too large.
        """
        rule = self.rule
        ours = [a for a in map(bare, recipients) if rule and a.endswith(f"@{rule.domain}")]
        if rule is None or not ours:
            raise BadControl("no receipt rule takes mail for these recipients")
        if len(raw) > SIZE_MAX_BYTES:
            raise BadControl("the mail is too large")
        key = f"{rule.prefix}{uuid.uuid4().hex}"
        told = _note(rule, key, raw, ours, self._clock, verdicts or {})
        _client("s3", rule).put_object(Bucket=rule.bucket, Key=key, Body=raw)
        _client("sns", rule).publish(
            TopicArn=rule.topic_arn, Subject=SUBJECT, Message=json.dumps(told)
        )
        with self._lock:
            self.taken += 1
        return told


def reply_to(
    message: Message,
    text: str,
    *,
    sender: str = "",
    subject: str = "",
    headers: dict[str, str] | None = None,
    attachments: list[tuple[str, str, bytes]] | None = None,
) -> tuple[bytes, list[str]]:
    """Return the answer to a mail as bytes, and whom it is for: what its receiver would send.

    attachments are (name, media type, bytes). The mail answered is quoted below the text.
    """
    to = message.reply_to or [message.sender]
    mail = EmailMessage()
    mail["From"] = sender or message.recipients[0]
    mail["To"] = ", ".join(readable(address) for address in to)
    mail["Subject"] = subject or f"Re: {message.content.subject}"
    mail["Message-ID"] = make_msgid(domain="payer.example")
    mail["In-Reply-To"] = mail["References"] = f"<{message.message_id}@eu-west-1.amazonses.com>"
    for name, value in (headers or {}).items():
        mail[name] = value
    quoted = "\n".join(f"> {line}" for line in message.content.text.splitlines())
    mail.set_content(f"{text}\n\nOn {message.business_time:%a, %d %b %Y}, we wrote:\n{quoted}\n")
    for name, media_type, body in attachments or []:
        main, _, sub = media_type.partition("/")
        mail.add_attachment(body, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes(), to


def _note(
    rule: Rule, key: str, raw: bytes, ours: list[str], clock: Clock, verdicts: dict[str, str]
) -> dict[str, Any]:
    mail = headers_of(raw)
    now = iso_millis(clock.business())
    return {
        "notificationType": "Received",
        "mail": {
            "timestamp": now,
            "source": mail["from"],
            "messageId": key.removeprefix(rule.prefix),
            "destination": ours,
            "headersTruncated": False,
            "headers": [{"name": n, "value": v} for n, v in mail["headers"]],
            "commonHeaders": {"from": [mail["from"]], "to": ours, "subject": mail["subject"]},
        },
        "receipt": {
            "timestamp": now,
            "processingTimeMillis": 40,
            "recipients": ours,
            **{name: {"status": verdicts.get(name, "PASS")} for name in VERDICTS},
            "action": {
                "type": "S3",
                "topicArn": rule.topic_arn,
                "bucketName": rule.bucket,
                "objectKeyPrefix": rule.prefix,
                "objectKey": key,
            },
        },
    }


def headers_of(raw: bytes) -> dict[str, Any]:
    """Return sender, recipient, subject and all headers of a mail as text."""
    mail = message_from_bytes(raw)
    headers = [(name, str(value)) for name, value in mail.items()]
    known = {name.lower(): value for name, value in reversed(headers)}
    return {
        "from": known.get("from", ""),
        "to": known.get("to", ""),
        "subject": known.get("subject", ""),
        "headers": headers,
    }


def _client(service: str, rule: Rule) -> Any:
    return boto3.session.Session().client(
        service,
        endpoint_url=rule.endpoint_url,
        region_name=rule.region,
        aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", ACCOUNT),
        aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "local"),
        aws_session_token=os.environ.get("AWS_SESSION_TOKEN"),
        config=Config(
            retries={"total_max_attempts": 2},
            connect_timeout=2,
            read_timeout=30,
            proxies={},
            s3={"addressing_style": "path"},
        ),
    )
