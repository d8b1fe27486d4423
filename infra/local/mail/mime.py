"""MIME: one is built for Simple content as SES builds it, and Raw content is read."""

from __future__ import annotations

import base64
import mimetypes
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from infra.local.mail.addresses import readable
from infra.local.mail.errors import bad_request

POLICY = SMTP.clone(max_line_length=990)
SET_BY_SES = frozenset(
    {
        "bcc",
        "cc",
        "content-disposition",
        "content-type",
        "date",
        "from",
        "message-id",
        "mime-version",
        "reply-to",
        "return-path",
        "subject",
        "to",
    }
)


@dataclass(frozen=True)
class Attachment:
    """A file in a mail, or an inline picture when it has a content id."""

    filename: str
    content_type: str
    content_id: str
    inline: bool
    data: bytes


@dataclass(frozen=True)
class Content:
    """What a MIME message says, read back from the bytes that would have been delivered."""

    subject: str
    html: str
    text: str
    headers: list[tuple[str, str]]
    attachments: list[Attachment] = field(default_factory=list)

    def header(self, name: str) -> str:
        """Return the first header of that name as it stands in the mail, or ''."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


def build(params: dict[str, Any]) -> EmailMessage:
    """Return the MIME message of a SendEmail call with Simple content.

    Message-ID and Date are not in it yet: `stamp` adds them when the mail is accepted.
    """
    simple = params["Content"]["Simple"]
    destination = params.get("Destination", {})
    mail = EmailMessage(policy=POLICY)
    try:
        mail["From"] = params["FromEmailAddress"]
        for name, key in (("To", "ToAddresses"), ("Cc", "CcAddresses")):
            if destination.get(key):
                mail[name] = ", ".join(destination[key])
        if params.get("ReplyToAddresses"):
            mail["Reply-To"] = ", ".join(params["ReplyToAddresses"])
        mail["Subject"] = simple["Subject"]["Data"]
        for header in _checked(simple.get("Headers") or []):
            mail[header["Name"]] = header["Value"]
    except ValueError as exc:
        raise bad_request(f"A header is not well formed: {exc}") from exc
    _set_body(mail, simple["Body"])
    for attachment in simple.get("Attachments") or []:
        _attach(mail, attachment)
    return mail


def parse_raw(data: str) -> EmailMessage:
    """Return the message that Raw content holds; data is base64."""
    raw = base64.b64decode(data)
    if max((len(line) for line in raw.splitlines()), default=0) > 998:
        raise bad_request("A line of the raw message is longer than 1000 characters")
    mail = _parse(raw)
    if not mail.keys():
        raise bad_request("The raw message has no header")
    return mail


def stamp(mail: EmailMessage, message_id: str, host: str, at: datetime) -> bytes:
    """Set Message-ID and Date as SES does, drop Bcc, and return the bytes that are delivered."""
    for name in ("Message-ID", "Date", "Bcc", "X-SES-CONFIGURATION-SET", "X-SES-MESSAGE-TAGS"):
        del mail[name]
    mail["Message-ID"] = f"<{message_id}@{host}>"
    mail["Date"] = format_datetime(at)
    return mail.as_bytes()


def read(raw: bytes) -> Content:
    """Return what a MIME message says."""
    mail = _parse(raw)
    texts = {"text/plain": "", "text/html": ""}
    attachments = []
    for part in mail.walk():
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        if kind in texts and part.get_content_disposition() is None and not texts[kind]:
            texts[kind] = str(part.get_content()).replace("\r\n", "\n")
        else:
            attachments.append(_attachment(part, len(attachments) + 1))
    headers = [(name, " ".join(str(value).split("\r\n"))) for name, value in mail.raw_items()]
    return Content(
        subject=readable(str(mail["Subject"] or "")),
        html=texts["text/html"],
        text=texts["text/plain"],
        headers=headers,
        attachments=attachments,
    )


def _parse(raw: bytes) -> EmailMessage:
    return BytesParser(EmailMessage, policy=POLICY).parsebytes(raw)


def _checked(headers: list[dict[str, str]]) -> list[dict[str, str]]:
    for header in headers:
        if header["Name"].lower() in SET_BY_SES:
            raise bad_request(f"Header {header['Name']} is set by SES and cannot be given")
        if len(header["Name"]) + len(header["Value"]) > 996:
            raise bad_request(f"Header {header['Name']} is longer than 996 characters")
    names = [header["Name"].lower() for header in headers if not header["Name"].startswith("X-")]
    if len(names) != len(set(names)):
        raise bad_request("A header appears more than once")
    return headers


def _set_body(mail: EmailMessage, body: dict[str, Any]) -> None:
    text, html = body.get("Text"), body.get("Html")
    if text is None and html is None:
        raise bad_request("The message body has neither text nor HTML")
    if text is not None:
        mail.set_content(text["Data"], subtype="plain", charset="utf-8")
        if html is not None:
            mail.add_alternative(html["Data"], subtype="html", charset="utf-8")
    elif html is not None:
        mail.set_content(html["Data"], subtype="html", charset="utf-8")


def _attach(mail: EmailMessage, attachment: dict[str, Any]) -> None:
    guessed = mimetypes.guess_type(attachment["FileName"])[0] or "application/octet-stream"
    main, _, sub = (attachment.get("ContentType") or guessed).partition("/")
    inline = attachment.get("ContentDisposition") == "INLINE"
    content_id = attachment.get("ContentId")
    data = base64.b64decode(attachment["RawContent"])
    mail.add_attachment(
        data,
        maintype=main,
        subtype=sub.partition(";")[0] or "octet-stream",
        filename=attachment["FileName"],
        disposition="inline" if inline else "attachment",
        cid=f"<{content_id.strip('<>')}>" if content_id else None,
    )
    *_, part = mail.iter_attachments()
    part.set_payload(base64.encodebytes(data).decode())  # lines of 76, as SES writes them


def _attachment(part: EmailMessage, number: int) -> Attachment:
    data = part.get_payload(decode=True)
    kind = part.get_content_type()
    return Attachment(
        filename=part.get_filename() or f"part-{number}{mimetypes.guess_extension(kind) or '.bin'}",
        content_type=kind,
        content_id=str(part.get("Content-ID") or "").strip("<> "),
        inline=part.get_content_disposition() == "inline",
        data=data if isinstance(data, bytes) else b"",
    )
