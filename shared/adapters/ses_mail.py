"""Mail out through SES: one attempt for one call, since SES knows no idempotency key."""

from email.utils import formataddr
from typing import Any

from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from shared.domain.mail import Envelope, SendResult, SendState
from shared.domain.messages import Attachment, MailText

_DEFINITE_BELOW = 500
_FOR_GOOD = "BadRequestException"


class SesMailer:
    """Sends mails. client must be made with one attempt."""

    def __init__(self, client: Any, sender: str, configuration_set: str) -> None:
        self._client = client
        self._sender = sender
        self._configuration_set = configuration_set

    def send(self, envelope: Envelope, text: MailText) -> SendResult:
        """Hand one mail to SES and return what is known of it afterwards.

        A 4xx or no connection is a sure refusal, for good where SES calls the request itself bad
        (an address that is none); a lost answer or a 5xx is uncertain.
        """
        try:
            answer = self._client.send_email(**self._request(envelope, text))
        except (ConnectTimeoutError, EndpointConnectionError):
            return SendResult(SendState.REFUSED, code="no_connection")
        except (ReadTimeoutError, ConnectionClosedError):
            return SendResult(SendState.UNCERTAIN, code="no_answer")
        except ClientError as exc:
            code = exc.response["Error"]["Code"]
            status = exc.response["ResponseMetadata"]["HTTPStatusCode"]
            if code == _FOR_GOOD:
                return SendResult(SendState.REJECTED, code=code)
            sure = status < _DEFINITE_BELOW
            return SendResult(SendState.REFUSED if sure else SendState.UNCERTAIN, code=code)
        return SendResult(SendState.ACCEPTED, message_id=answer["MessageId"])

    def _request(self, envelope: Envelope, text: MailText) -> dict[str, Any]:
        entity = envelope.entity
        destination = {"ToAddresses": list(envelope.recipients.to)}
        if envelope.recipients.cc:
            destination["CcAddresses"] = list(envelope.recipients.cc)
        tags = {
            "entity": entity.entity_id,
            "customer": envelope.customer.customer_id,
            "notice": str(envelope.notice_n),
        }
        message: dict[str, Any] = {
            "Subject": {"Data": text.subject, "Charset": "UTF-8"},
            "Body": {
                "Text": {"Data": text.text, "Charset": "UTF-8"},
                "Html": {"Data": text.html, "Charset": "UTF-8"},
            },
            "Headers": [{"Name": name, "Value": value} for name, value in _headers(envelope)],
        }
        if text.attachments:
            message["Attachments"] = [_attachment(file) for file in text.attachments]
        return {
            "FromEmailAddress": formataddr((entity.name, self._sender)),
            "Destination": destination,
            "ReplyToAddresses": [envelope.reply_to] if envelope.reply_to else [],
            "Content": {"Simple": message},
            "EmailTags": [{"Name": name, "Value": value} for name, value in tags.items()],
            "ConfigurationSetName": self._configuration_set,
        }


def _headers(envelope: Envelope) -> list[tuple[str, str]]:
    """Return the headers of a mail by a machine that may be asked to stop (RFC 8058)."""
    headers = [("Auto-Submitted", "auto-generated")]
    if envelope.stop_url:
        headers.append(("List-Unsubscribe", f"<{envelope.stop_url}>"))
        headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return headers


def _attachment(file: Attachment) -> dict[str, Any]:
    return {
        "FileName": file.name,
        "ContentType": file.media_type,
        "ContentDisposition": "ATTACHMENT",
        "ContentTransferEncoding": "BASE64",
        "RawContent": file.body,
    }
