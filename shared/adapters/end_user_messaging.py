"""Text messages out through AWS End User Messaging: one attempt for one call, as with mails."""

from typing import Any

from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from shared.domain.mail import SendResult, SendState

_DEFINITE_BELOW = 500
_FOR_GOOD = ("ValidationException", "ConflictException", "ResourceNotFoundException")
_OPTED_OUT = "DESTINATION_PHONE_NUMBER_OPTED_OUT"


class EndUserMessaging:
    """Sends text messages. client must be made with one attempt.

    origination is the number or name that they come from, by its ARN; "" where none is set up.
    """

    def __init__(self, client: Any, origination: str, configuration_set: str) -> None:
        self._client = client
        self._origination = origination
        self._configuration_set = configuration_set

    def send(self, entity_id: str, customer_id: str, n: int, phone: str, text: str) -> SendResult:
        """Hand one message to the service and return what is known of it afterwards.

        A 4xx or no connection is a sure refusal, for good where the service calls the request bad
        or the customer opted out (code opted_out); a lost answer or a 5xx is uncertain.
        """
        if not self._origination:
            return SendResult(SendState.REJECTED, code="sms_is_not_set_up")
        request = {
            "DestinationPhoneNumber": phone,
            "OriginationIdentity": self._origination,
            "MessageBody": text,
            "MessageType": "TRANSACTIONAL",
            "ConfigurationSetName": self._configuration_set,
            "Context": {"entity": entity_id, "customer": customer_id, "notice": str(n)},
        }
        try:
            answer = self._client.send_text_message(**request)
        except (ConnectTimeoutError, EndpointConnectionError):
            return SendResult(SendState.REFUSED, code="no_connection")
        except (ReadTimeoutError, ConnectionClosedError):
            return SendResult(SendState.UNCERTAIN, code="no_answer")
        except ClientError as exc:
            return _refusal(exc)
        return SendResult(SendState.ACCEPTED, message_id=str(answer["MessageId"]))


def _refusal(exc: ClientError) -> SendResult:
    code = exc.response["Error"]["Code"]
    status = exc.response["ResponseMetadata"]["HTTPStatusCode"]
    if code in _FOR_GOOD:
        opted_out = str(exc.response.get("Reason", "")) == _OPTED_OUT
        return SendResult(SendState.REJECTED, code="opted_out" if opted_out else code)
    sure = status < _DEFINITE_BELOW
    return SendResult(SendState.REFUSED if sure else SendState.UNCERTAIN, code=code)
