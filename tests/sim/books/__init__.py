"""What must be true of the table at every moment, told without any code of the hub.

broken() reads plain items alone: it adds movements up by itself and knows each kind by name.
"""

from collections.abc import Iterable, Iterator, Mapping

from tests.sim.books.checkouts import broken_checkouts
from tests.sim.books.customer import Customer, Item
from tests.sim.books.heads import broken_heads
from tests.sim.books.notices import broken_notices
from tests.sim.books.numbers import broken_numbers
from tests.sim.books.payments import broken_payments
from tests.sim.books.sources import broken_sources


def broken(items: Iterable[Item]) -> list[str]:
    """Return one sentence for each thing that is wrong with these items; empty for good books."""
    customers: dict[str, Customer] = {}
    facts: dict[str, Item] = {}
    gapless = False
    for item in items:
        parts = item["pk"].split("#")
        if len(parts) >= 4 and parts[2] == "C":
            whose, place = parts[3], parts[4] if len(parts) > 4 else "live"
        elif item["type"] == "PAYMENT":
            whose, place = item["customer_id"], "FACT"
        else:
            if item["sk"] == "FACT":
                facts[item["pk"].split("#FACT#")[1]] = item
            gapless = gapless or bool(item.get("gapless_numbers"))
            continue
        if whose not in customers:
            customers[whose] = Customer()
        customers[whose].add(item, place)
    found = [
        f"{customer_id}: {text}"
        for customer_id, customer in customers.items()
        for text in _of_one(customer, facts)
    ]
    heads = [head for customer in customers.values() for head in customer.of["HEAD"]]
    found += broken_numbers(heads, gapless=gapless)
    return found + list(_facts_without_deed(facts, customers))


def _of_one(customer: Customer, facts: Mapping[str, Item]) -> Iterator[str]:
    yield from broken_heads(customer)
    yield from broken_sources(customer)
    yield from broken_payments(customer)
    yield from broken_notices(customer, facts)
    yield from broken_checkouts(customer)


def _facts_without_deed(
    facts: Mapping[str, Item], customers: Mapping[str, Customer]
) -> Iterator[str]:
    heads = {h["document_id"]: h for c in customers.values() for h in c.of["HEAD"]}
    receipts = {n.get("payment_id") for c in customers.values() for n in c.of["NOTICE"]}
    for name, fact in facts.items():
        if name.startswith("erp:invoice:"):
            head = heads.get(fact["document_id"])
            if head is None or head["total"] != head["said_total"]:
                yield f"fact {name}: its document is not what the ERP said"
        elif name.startswith("receipt:") and name.removeprefix("receipt:") not in receipts:
            yield f"fact {name} without its receipt"
