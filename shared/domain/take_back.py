"""What of a payment is used has to be freed before it can leave. Pure."""

from dataclasses import dataclass

from shared.domain.books import Books
from shared.domain.counter_entries import freed_by, taken_back
from shared.domain.money import Money
from shared.domain.movement import Movement
from shared.domain.payment import Payment


@dataclass(frozen=True, slots=True)
class Freed:
    """The counter-entries that free money, in minor units, and whether more could be freed."""

    movements: tuple[Movement, ...]
    minor: int
    complete: bool


def free(books: Books, payment: Payment, amount: Money, documents_max: int) -> Freed:
    """Return what makes amount of a payment unapplied, the newest allocations first.

    books hold every document that the payment is allocated to, closed ones too. At most
    documents_max are touched: where that is not enough, there is more to free (not complete).
    """
    wanted = amount - payment.unapplied
    if wanted.minor <= 0:
        return Freed((), 0, complete=True)
    latest = payment.allocations[-documents_max:]
    movements = taken_back(payment.payment_id, latest, wanted, books, payment.received_on)
    minor = freed_by(movements, payment.payment_id)
    return Freed(
        movements,
        minor,
        complete=minor == wanted.minor or len(latest) == len(payment.allocations),
    )
