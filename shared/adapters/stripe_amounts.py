"""Amounts as Stripe counts them, and as the hub does.

Both count a currency's smallest unit, but for the few that Stripe keeps as it once had them.
"""

from shared.domain.currencies import EXPONENTS
from shared.domain.money import Money
from shared.errors import HubError, InvalidInput

AMOUNT_MAX = 10**12
_STRIPE_DIGITS = {"ISK": 2, "UGX": 2, "MGA": 0}
_LAST_DIGIT_IS_ZERO = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


class OddAmount(HubError):
    """What the gateway says is no amount that the hub could book."""

    code = "odd_amount"
    help = "Look the payment up at the gateway."


def to_stripe(money: Money) -> tuple[int, str]:
    """Return the amount and currency to ask Stripe for. Raises InvalidInput if it cannot be."""
    amount = money.minor
    if money.currency in _STRIPE_DIGITS:
        shift = _STRIPE_DIGITS[money.currency] - EXPONENTS[money.currency]
        amount, rest = (amount * 10**shift, 0) if shift >= 0 else divmod(amount, 10**-shift)
        if rest:
            raise InvalidInput(field="amount", reason="the gateway takes whole units only")
    if money.currency in _LAST_DIGIT_IS_ZERO and amount % 10:
        raise InvalidInput(field="amount", reason="the gateway takes two decimals only")
    return amount, money.currency.lower()


def from_stripe(amount: object, currency: object) -> Money:
    """Return the amount that Stripe says. Raises OddAmount, with a reason, for anything odd."""
    if not isinstance(currency, str) or currency.upper() not in EXPONENTS:
        raise OddAmount(reason="unknown_currency")
    code = currency.upper()
    if type(amount) is not int or not 0 < amount <= AMOUNT_MAX:
        raise OddAmount(reason="odd_amount")
    shift = EXPONENTS[code] - _STRIPE_DIGITS.get(code, EXPONENTS[code])
    minor, rest = (amount * 10**shift, 0) if shift >= 0 else divmod(amount, 10**-shift)
    if rest or minor == 0:
        raise OddAmount(reason="odd_amount")
    return Money(minor=minor, currency=code)


def signed_from_stripe(amount: object, currency: object) -> Money:
    """Return a change of the balance: from_stripe, but it may be nothing or less than nothing."""
    if type(amount) is int and amount < 0:
        return -from_stripe(-amount, currency)
    if amount == 0 and type(amount) is int and isinstance(currency, str):
        code = currency.upper()
        if code in EXPONENTS:
            return Money.zero(code)
    return from_stripe(amount, currency)
