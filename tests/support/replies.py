"""Mails that customers send back, as bytes, and SES's note of each."""

import json
from email.message import EmailMessage

AWAY = {"Auto-Submitted": "auto-replied", "X-Autoreply": "yes"}


def answer(
    text: str,
    to: str,
    subject: str = "Re: Reminder",
    sender: str = "ap@nordlicht.example",
    headers: dict[str, str] | None = None,
    attach: bytes = b"",
    name: str = "1",
) -> bytes:
    """Return a mail as it travels; name makes its message id."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = f"<{name}@nordlicht.example>"
    for header, value in (headers or {}).items():
        mail[header] = value
    mail.set_content(text)
    if attach:
        mail.add_attachment(attach, maintype="application", subtype="pdf", filename="note.pdf")
    return mail.as_bytes()


def bounce_report(to: str) -> bytes:
    """Return a report of a mail server that a mail did not arrive (RFC 3464)."""
    lines = [
        "From: MAILER-DAEMON@mx.nordlicht.example",
        f"To: {to}",
        "Return-Path: <>",
        "Subject: Undelivered Mail Returned to Sender",
        "Message-ID: <dsn@mx.nordlicht.example>",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"',
        "",
        "--x",
        "Content-Type: text/plain",
        "",
        "The mail could not be delivered: user unknown. INV1",
        "--x",
        "Content-Type: message/delivery-status",
        "",
        "Action: failed",
        "Status: 5.1.1",
        "--x--",
    ]
    return "\r\n".join(lines).encode()


def note(key: str, recipient: str, **verdicts: str) -> str:
    """Return SES's note that it put a mail into the bucket; verdicts are such as spamVerdict."""
    passed = dict.fromkeys(
        ("spamVerdict", "virusVerdict", "spfVerdict", "dkimVerdict", "dmarcVerdict"), "PASS"
    )
    return json.dumps(
        {
            "notificationType": "Received",
            "mail": {"messageId": key, "destination": [recipient]},
            "receipt": {
                "recipients": [recipient],
                **{name: {"status": status} for name, status in (passed | verdicts).items()},
                "action": {"type": "S3", "bucketName": "replies", "objectKey": f"in/{key}"},
            },
        }
    )
