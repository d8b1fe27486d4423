"""What a webhook says. A hint and no more: the amounts come from the gateway when it is asked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """The envelope of one event, without anything personal.

    object_id names the thing it is about, payment_reference the payment that this belongs to
    ("" where the event does not say). account is set for an account that is not our own.
    """

    event_id: str
    type: str
    object_id: str
    payment_reference: str
    api_version: str
    account: str
    created_s: int
    livemode: bool
