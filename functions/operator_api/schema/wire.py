"""What every message of the operator API is made of. Amounts are decimal text with a currency."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.money import Money, parse_money, to_decimal_text

EntityId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")]
Ulid = Annotated[str, Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Limit = Annotated[int, Field(ge=1, le=200)]


class Wire(BaseModel):
    """A message of which every field is known."""

    model_config = ConfigDict(extra="forbid")


class Amount(Wire):
    """An exact amount as decimal text, with its currency."""

    amount: Annotated[str, Field(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,3})?$", examples=["12.50"])]
    currency: Currency

    def money(self) -> Money:
        """Return the exact amount. Raises InvalidInput."""
        return parse_money(self.amount, self.currency)


def amount(money: Money) -> Amount:
    """Return money as the wire says it."""
    return Amount(amount=to_decimal_text(money), currency=money.currency)
