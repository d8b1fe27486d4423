"""Payments say what became of them as their movements do, and the ERP is told of each part."""

from collections import Counter
from collections.abc import Iterator

from tests.sim.books.customer import Customer
from tests.sim.books.sources import ALLOCATES


def broken_payments(customer: Customer) -> Iterator[str]:
    """Yield what is wrong with the payments of a customer."""
    used: Counter[tuple[str, str]] = Counter()
    came: Counter[str] = Counter()
    for movement in customer.movements:
        source = movement["source_id"]
        if movement["kind"] in ALLOCATES:
            used[source, movement["document_id"]] -= movement["amount"]
        elif movement["kind"] == "payment":
            came[source] += movement["amount"]
    payments = {payment["payment_id"]: payment for payment in customer.of["PAYMENT"]}
    for payment_id, payment in payments.items():
        said = {a["document_id"]: a["amount"] for a in payment["allocations"]}
        mine = {doc: minor for (source, doc), minor in used.items() if source == payment_id}
        mine = {doc: minor for doc, minor in mine.items() if minor}
        if came[payment_id] != payment["amount"]:
            yield f"payment {payment_id} of {payment['amount']} moved {came[payment_id]}"
        if said != mine:
            yield f"payment {payment_id} says {said}, its movements {mine}"
    for payment_id in came.keys() - payments.keys():
        yield f"money moved by {payment_id}, which is no payment"
    yield from _notes_to_erp(customer)


def _notes_to_erp(customer: Customer) -> Iterator[str]:
    told = {(w["payment_id"], w["document_id"]): w["amount"] for w in customer.of["WRITEBACK"]}
    wanted = {
        (payment["payment_id"], allocation["document_id"]): allocation["amount"]
        for payment in customer.of["PAYMENT"]
        if payment["source"] == "gateway"
        for allocation in payment["allocations"]
    }
    if told != wanted:
        yield f"the ERP is told {told} of {wanted}"
