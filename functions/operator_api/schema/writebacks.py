"""What the ERP is told, on the wire: what waits for a person, and what is on its way."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from functions.operator_api.schema.wire import Amount, Wire

Key = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,26}\.[0-9A-Za-z_-]{1,26}\.[0-9]{1,9}$")]


class WritebackOut(Wire):
    """One line for the ERP. said is what the ERP answered last, in its own words."""

    key: str
    state: Literal["waits", "pending", "told", "left"]
    told_as: str
    customer_id: str
    document_id: str
    number: str
    amount: Amount
    discount: Amount | None
    tries: int
    code: str
    said: str
    not_before: datetime | None
    erp_id: str
    left: str


class LedgerOut(Wire):
    """The connection that takes what the hub books, and its state."""

    name: str
    state: str


class WritebackPage(Wire):
    """waits are the lines that wait for a person, pending the oldest that the hub goes on with.

    erp is null where no ERP is connected that takes what the hub books: it is in files then.
    """

    erp: LedgerOut | None
    waits: list[WritebackOut]
    pending: list[WritebackOut]
    next: str | None


class AgainIn(Wire):
    """No keys: all that wait."""

    keys: Annotated[list[Key], Field(default_factory=list, max_length=200)]


class AgainOut(Wire):
    tried: int


class RepairIn(Wire):
    """One of both: how the ERP calls what was booked there by hand, or why it is dropped."""

    booked_as: Annotated[str, Field(max_length=100)] = ""
    dropped: Annotated[str, Field(max_length=300)] = ""
