"""What may be agreed in parts: how many, how long, how little each, and nothing twice."""

from datetime import date, timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.domain.account import Account
from shared.domain.agreement import PlanPart
from shared.domain.coverage import coverage
from shared.domain.document import Document
from shared.domain.fee import AmountText, CurrencyCode, amount_in, amounts_are_money
from shared.domain.limits import Limit, day_within
from shared.domain.money import Money, total
from shared.domain.plan import Pace, plan_parts, running
from shared.errors import Conflict, InvalidInput

_PARTS_LEAST = 2


class PlanRule(BaseModel):
    """The limits of instalment plans.

    days_max is how many days from today the last part may be due, first_days_max the first one.
    minimum_part is the least amount of a part by currency, maximum_total the most that a plan may
    be about (decimal text; a currency that is not named has no such limit). Each part may come
    grace_days late. in_portal lets customers agree to a plan by themselves.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    parts_max: Annotated[int, Field(ge=2, le=36)] = 6
    days_max: Annotated[int, Field(ge=7, le=1100)] = 190
    first_days_max: Annotated[int, Field(ge=0, le=60)] = 14
    minimum_part: dict[CurrencyCode, AmountText] = Field(default_factory=dict)
    maximum_total: dict[CurrencyCode, AmountText] = Field(default_factory=dict)
    grace_days: Annotated[int, Field(ge=0, le=30)] = 3
    in_portal: bool = False

    @model_validator(mode="after")
    def _limits_are_money(self) -> Self:
        amounts_are_money(self, "minimum_part", "maximum_total")
        return self


def may_plan(
    account: Account,
    documents: tuple[str, ...],
    count: int,
    first_on: date,
    pace: Pace,
    rule: PlanRule,
    today: date,
) -> tuple[PlanPart, ...]:
    """Return the parts of a plan that may be agreed on today over all that is payable of documents.

    Raises NotFound for what is not open on the account, InvalidInput for what is beyond rule, and
    Conflict where a plan names one of the documents already.
    """
    named = _named(account, documents)
    if any(set(plan.documents) & set(documents) for plan in running(account, today)):
        raise Conflict(reason="this is paid in parts already")
    if not _PARTS_LEAST <= count <= rule.parts_max:
        raise InvalidInput(
            field="parts",
            limit=Limit.PARTS,
            least=_PARTS_LEAST,
            most=rule.parts_max,
            reason=f"{_PARTS_LEAST} to {rule.parts_max} parts",
        )
    day_within("first_on", first_on, today, today + timedelta(days=rule.first_days_max))
    covers = coverage(account, today)
    amount = total((covers[d.document_id].payable for d in named), named[0].open.currency)
    _fits(amount, count, rule)
    parts = plan_parts(amount, count, first_on, pace)
    last = today + timedelta(days=rule.days_max)
    if parts[-1].due_on > last:
        reason = f"the last part is due by {last}, this one would be on {parts[-1].due_on}"
        raise InvalidInput(
            field="parts", limit=Limit.LAST_DAY, most=last.isoformat(), reason=reason
        )
    return parts


def _named(account: Account, documents: tuple[str, ...]) -> list[Document]:
    named = account.named(documents)
    if len({document.open.currency for document in named}) > 1:
        raise InvalidInput(field="documents", reason="one plan is in one currency")
    return named


def _fits(amount: Money, count: int, rule: PlanRule) -> None:
    """Return if amount may be paid in count parts. Raises InvalidInput."""
    least = amount_in(rule.minimum_part, amount.currency) or Money(
        minor=1, currency=amount.currency
    )
    fits = amount.minor // max(least.minor, 1)
    if fits < _PARTS_LEAST:
        reason = f"{amount} is not paid in parts: each is at least {least}"
        raise InvalidInput(field="parts", limit=Limit.TOO_LITTLE, least=str(least), reason=reason)
    if fits < count:
        reason = f"at most {fits}: each part is at least {least}"
        raise InvalidInput(
            field="parts", limit=Limit.PART, least=str(least), most=fits, reason=reason
        )
    most = amount_in(rule.maximum_total, amount.currency)
    if most is not None and most < amount:
        reason = f"a plan is over at most {most}, this is {amount}"
        raise InvalidInput(field="documents", limit=Limit.PLAN, most=str(most), reason=reason)
