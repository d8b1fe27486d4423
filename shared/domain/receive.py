"""Money that a person says has come, or will: a transfer, a cheque, cash. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from shared.domain.apply_cash import Part
from shared.domain.cash_step import Asked
from shared.domain.money import Money, exponent, total
from shared.domain.payment import Payment, PaymentState, bank_payment_id
from shared.errors import InvalidInput

DAYS_BACK_MAX = 3 * 366
DAYS_AHEAD_MAX = 366
_RATE_OFF_MAX = 1
_DIFFERENCE_PERCENT_MAX = 5


@dataclass(frozen=True, slots=True)
class Received:
    """What came. amount is in the currency of the documents that it is for.

    Where another currency arrived, cash is that and rate what the bank gave for one unit of it, as
    decimal text. reference is the bank's. pending: it is announced only, for received_on. another:
    it is not the payment of the same reference, amount and day that is here already.
    """

    amount: Money
    received_on: date
    method: str
    reference: str = ""
    cash: Money | None = None
    rate: str = ""
    pending: bool = False
    another: bool = False
    receipt: bool = False


def check_received(received: Received, today: date) -> None:
    """Raise InvalidInput where received cannot be."""
    if received.amount.minor <= 0:
        raise InvalidInput(field="amount", reason="it must be above zero")
    exponent(received.amount.currency)
    ahead = (received.received_on - today).days
    if ahead > (DAYS_AHEAD_MAX if received.pending else 0) or ahead < -DAYS_BACK_MAX:
        raise InvalidInput(field="received_on", reason="it is in the future, or years ago")
    if (received.cash is None) is bool(received.rate):
        raise InvalidInput(field="rate", reason="an amount in another currency and its rate")
    if received.cash is not None:
        _check_rate(received, received.cash)


def payment_of(entity_id: str, customer_id: str, received: Received, asked: Asked) -> Payment:
    """Return the payment, allocated to nothing yet.

    The same reference, amount and day give the same id: money that is noted twice meets itself.
    """
    what = [str(received.amount), received.received_on.isoformat(), received.reference]
    if received.another or not received.reference:
        what.append(asked.request_id)
    return Payment(
        payment_id=bank_payment_id(entity_id, "\x1f".join([customer_id, *what])),
        customer_id=customer_id,
        amount=received.amount,
        method=received.method,
        received_on=received.received_on,
        received_at=datetime.combine(received.received_on, time(12), UTC),
        source="bank",
        external_id=received.reference,
        state=PaymentState.PENDING if received.pending else PaymentState.SETTLED,
        cash=received.cash,
    )


def check_difference(received: Received, parts: tuple[Part, ...], documents_max: int) -> None:
    """Raise InvalidInput where a conversion cannot explain what is missing or over."""
    currency = received.amount.currency
    asked = total((p.amount for p in parts if p.amount is not None), currency)
    off = abs(asked.minor - received.amount.minor)
    if off * 100 > asked.minor * _DIFFERENCE_PERCENT_MAX:
        reason = f"the parts differ from it by more than {_DIFFERENCE_PERCENT_MAX} %"
        raise InvalidInput(field="amount", reason=reason)
    if len({p.document_id for p in parts}) > documents_max:
        raise InvalidInput(field="parts", reason=f"at most {documents_max} in another currency")


def settles_on(payment: Payment, day: date, today: date) -> None:
    """Raise InvalidInput where a payment that was announced cannot have come on day."""
    if day > today or day < payment.received_on - timedelta(days=DAYS_BACK_MAX):
        raise InvalidInput(field="received_on", reason="it is in the future, or years ago")


def _check_rate(received: Received, cash: Money) -> None:
    if cash.minor <= 0 or cash.currency == received.amount.currency:
        raise InvalidInput(field="received", reason="an amount above zero in another currency")
    shift = exponent(received.amount.currency) - exponent(cash.currency)
    exact = (Decimal(cash.minor) * Decimal(received.rate)).scaleb(shift)
    worth = int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))
    if abs(worth - received.amount.minor) > _RATE_OFF_MAX:
        raise InvalidInput(field="rate", reason="amount is not what arrived at this rate")
