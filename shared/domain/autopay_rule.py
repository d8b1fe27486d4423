"""How money is taken where a customer turned autopay on. Policy data."""

from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class AutopayRule(BaseModel):
    """What is due is taken on its due date, and a mail lists it at least announce_days before.

    With keep_discount an invoice is taken on the last day of its early-payment discount instead, as
    far as the mail before still goes out in time: who leaves it to us is not to pay more.
    A refusal that may pass (too little money there) is tried again retry_days after the first try,
    each on its own day; one that is for good ends the customer's autopay. A bank debit is tried
    again only with retry_debits, since each that a bank refuses costs a fee.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    announce_days: Annotated[int, Field(ge=1, le=30)] = 2
    retry_days: Annotated[tuple[Annotated[int, Field(ge=1, le=60)], ...], Field(max_length=5)] = (
        3,
        7,
    )

    retry_debits: bool = False
    keep_discount: bool = True

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        if any(after <= before for before, after in pairwise(self.retry_days)):
            raise ValueError("retry_days ascend: each is later than the one before")
        return self
