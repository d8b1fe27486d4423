"""A notice as it was sent, on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from functions.operator_api.schema.messages import ItemOut
from functions.operator_api.schema.wire import Wire


class SentOut(Wire):
    """The words are as they were sent, without what opens the customer's account."""

    customer_id: str
    notice: int
    kind: str
    stage: str
    channel: str
    policy: str
    policy_version: int
    claimed_at: datetime
    state: str
    code: Annotated[str, Field(description="Why it stands so, where that needs a reason")]
    since: Annotated[str, Field(description="Since when it stands so; empty before it was sent")]
    to: list[str]
    cc: list[str]
    approved_by: str
    by_hand: str
    items: list[ItemOut]
    subject: Annotated[
        str, Field(description="Empty where nothing was sent, or it is kept no more")
    ]
    text: str
    html: str
    letter_url: Annotated[str, Field(description="The letter as PDF, for a minute; else empty")]
