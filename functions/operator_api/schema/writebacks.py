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
    """A connection to an ERP: its state, and in sentences how it stands and what to do."""

    name: str
    state: str
    says: str
    todo: str


class WritebackPage(Wire):
    """waits are the lines that wait for a person, pending the oldest that the hub goes on with.

    erp is the connection that takes what the hub books, null where there is none: it is in files
    then. not_begun is one that was made for it, and takes nothing before it is begun.
    """

    erp: LedgerOut | None
    not_begun: LedgerOut | None
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
