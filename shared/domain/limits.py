"""What is beyond a limit is refused with the limit itself: in words, and as facts by name.

The facts of such a refusal are field, limit (a Limit), reason, and what bounds it: least and most,
as ISO dates, amounts such as 12.50 EUR, or whole numbers.
"""

from datetime import date
from enum import StrEnum

from shared.domain.money import Money
from shared.errors import InvalidInput


class Limit(StrEnum):
    """What is limited: stable, and the portal has a sentence for each."""

    DAYS = "days"
    AMOUNT = "amount"
    NOTHING_LEFT = "nothing_left"
    CHARACTERS = "characters"
    PARTS = "parts"
    PART = "part"
    TOO_LITTLE = "too_little"
    LAST_DAY = "last_day"
    PLAN = "plan"


def day_within(field: str, day: date, first: date, last: date) -> None:
    """Return if day lies from first through last. Raises InvalidInput."""
    if not first <= day <= last:
        raise InvalidInput(
            field=field,
            limit=Limit.DAYS,
            least=first.isoformat(),
            most=last.isoformat(),
            reason=f"a day from {first} to {last}",
        )


def amount_within(field: str, amount: Money, most: Money) -> Money:
    """Return amount if it is above zero and at most so much.

    Raises InvalidInput, and CurrencyMismatch for an amount in another currency.
    """
    if not most:
        reason = "nothing of it is left: it is settled, or money is on its way"
        raise InvalidInput(field=field, limit=Limit.NOTHING_LEFT, reason=reason)
    if amount.minor <= 0 or most < amount:
        reason = f"above zero and at most {most}"
        raise InvalidInput(field=field, limit=Limit.AMOUNT, most=str(most), reason=reason)
    return amount


def text_within(field: str, text: str, characters_max: int) -> None:
    """Return if text has at most so many characters. Raises InvalidInput."""
    if len(text) > characters_max:
        reason = f"at most {characters_max} characters, it has {len(text)}"
        raise InvalidInput(field=field, limit=Limit.CHARACTERS, most=characters_max, reason=reason)
