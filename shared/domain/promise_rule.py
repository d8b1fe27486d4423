"""What may be promised: by how many days, how much, and nothing twice."""

from datetime import date, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.account import Account
from shared.domain.coverage import coverage
from shared.domain.limits import amount_within, day_within
from shared.domain.money import Money, total
from shared.errors import Conflict, InvalidInput


class PromiseRule(BaseModel):
    """How far ahead a customer may promise, and how many days later the money still counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    days_max: Annotated[int, Field(ge=1, le=180)] = 14
    grace_days: Annotated[int, Field(ge=0, le=30)] = 3


def may_promise(
    account: Account,
    documents: tuple[str, ...],
    amount: Money | None,
    pays_on: date,
    rule: PromiseRule,
    today: date,
) -> Money:
    """Return the amount of a promise that may be given on today: amount, or all that is payable.

    What is contested belongs to "all" only where nothing else is payable.

    Raises NotFound for what is not open on the account, InvalidInput for a day or an amount that
    no promise can have, and Conflict where a document is promised already.
    """
    named = account.named(documents)
    currencies = {document.open.currency for document in named}
    if len(currencies) > 1:
        raise InvalidInput(field="documents", reason="one promise is in one currency")
    if amount is not None and amount.currency not in currencies:
        raise InvalidInput(field="amount", reason=f"this is open in {currencies.pop()}")
    day_within("pays_on", pays_on, today, today + timedelta(days=rule.days_max))
    if any(p.in_force(today) and set(p.documents) & set(documents) for p in account.promises):
        raise Conflict(reason="payment of this is promised already")
    covers = coverage(account, today)
    payable = total((covers[d.document_id].payable for d in named), named[0].open.currency)
    contested = total((covers[d.document_id].disputed for d in named), payable.currency)
    everything = payable - contested if contested < payable else payable
    return amount_within("amount", everything if amount is None else amount, payable)
