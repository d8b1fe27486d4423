"""Mails on the wire: one sent by hand, what customers wish of them, and how they fare."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from functions.operator_api.schema.messages import FeeOut, ItemOut, UnchargedOut
from functions.operator_api.schema.wire import Wire
from shared.domain.mail_wish import MailWish


class RemindIn(Wire):
    stage: Annotated[
        str, Field(max_length=31, description="A mail of the policy; empty: the furthest reached")
    ] = ""
    documents: Annotated[
        list[Annotated[str, Field(max_length=64)]],
        Field(max_length=200, description="Ids of open documents; empty: all that the mail fits"),
    ] = Field(default_factory=list)

    with_fee: Annotated[
        bool, Field(description="Charge what the stage charges even with the first word")
    ] = False


class RemindAheadOut(Wire):
    """What a mail by hand would ask for and charge. words is its stage in words."""

    customer_id: str
    customer: str
    stage: str
    words: str
    items: list[ItemOut]
    fees: list[FeeOut]
    uncharged: list[UnchargedOut]


class RemindOut(Wire):
    customer_id: str
    notice: int
    stage: str
    documents: list[str]
    by: str


class WishIn(Wire):
    wish: MailWish


class WishOut(Wire):
    customer_id: str
    reminders_off_on: str | None
    internal: bool
    mail_stopped: str


class PauseOut(Wire):
    reason: str
    began_at: datetime
    sent: int
    bounced: int
    complained: int
    ended_at: datetime | None
    ended_by: str
    note: str


class MailHealthOut(Wire):
    """Figures are of the last days, since the last pause. unknown counts mails of which nobody
    knows whether they went out.
    """

    paused: str
    days: int
    sent: int
    bounced: int
    complained: int
    unknown: int
    pauses: list[PauseOut]


class ResumeIn(Wire):
    note: Annotated[str, Field(min_length=3, max_length=500, description="What was mended")]
