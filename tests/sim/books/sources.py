"""Money that waits: a credit is what the movements of its source sum to, and nothing is lost."""

from collections import Counter
from collections.abc import Iterator

from tests.sim.books.customer import Customer

ALLOCATES = {"allocation", "deallocation"}


def broken_sources(customer: Customer) -> Iterator[str]:
    """Yield what is wrong with the unapplied money of a customer."""
    left: Counter[tuple[str, str]] = Counter()
    came: Counter[str] = Counter()
    for movement in customer.movements:
        if not movement["source_id"]:
            continue
        left[movement["source_id"], movement["currency"]] += movement["amount"]
        if movement["kind"] not in ALLOCATES:
            came[movement["currency"]] += movement["amount"]
    stored: dict[tuple[str, str], int] = {}
    for credit in customer.of["CREDIT"]:
        place = (credit["source_id"], credit["currency"])
        if place in stored:
            yield f"two credits of {place}"
        stored[place] = credit["unapplied"]
        if credit["unapplied"] <= 0:
            yield f"an empty credit {credit['source_id']}"
    for place in left.keys() | stored.keys():
        if stored.get(place, 0) != left[place]:
            yield f"{stored.get(place, 0)} waits of {place}, its movements say {left[place]}"
    yield from _conservation(customer, came)


def _conservation(customer: Customer, came: Counter[str]) -> Iterator[str]:
    """Yield where what came in is not what is allocated and what waits, per currency."""
    there = Counter(came)
    for movement in customer.movements:
        if movement["kind"] in ALLOCATES:
            there[movement["currency"]] += movement["amount"]
    for credit in customer.of["CREDIT"]:
        there[credit["currency"]] -= credit["unapplied"]
    for currency, minor in there.items():
        if minor:
            yield f"{minor} {currency} of what came in is neither allocated nor credit"
