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
from shared.domain.messages import MailText

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
        entity, customer = envelope.entity, envelope.customer
        destination: dict[str, list[str]] = {"ToAddresses": [customer.email]}
        if customer.cc:
            destination["CcAddresses"] = list(customer.cc)
        tags = {
            "entity": entity.entity_id,
            "customer": customer.customer_id,
            "notice": str(envelope.notice_n),
        }
        request = {
            "FromEmailAddress": formataddr((entity.name, self._sender)),
            "Destination": destination,
            "ReplyToAddresses": [entity.contact_email] if entity.contact_email else [],
            "Content": {
                "Simple": {
                    "Subject": {"Data": text.subject, "Charset": "UTF-8"},
                    "Body": {
                        "Text": {"Data": text.text, "Charset": "UTF-8"},
                        "Html": {"Data": text.html, "Charset": "UTF-8"},
                    },
                    "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],
                }
            },
            "EmailTags": [{"Name": name, "Value": value} for name, value in tags.items()],
            "ConfigurationSetName": self._configuration_set,
        }
        try:
            answer = self._client.send_email(**request)
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
