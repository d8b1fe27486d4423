"""Payments say what became of them as their movements do, and the ERP is told of each part."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.sim.books.customer import Customer
from tests.sim.books.sources import ALLOCATES

GIVEN_UP = {"write_off", "deduction", "tolerance", "fx_difference"}
CHARGED = {"charge", "charge_back"}
GIVEN_UP_BY = {kind: kind for kind in GIVEN_UP} | {"recovery": "write_off"}
NEVER_CAME = {"pending", "failed"}


def broken_payments(customer: Customer) -> Iterator[str]:
    """Yield what is wrong with the payments of a customer."""
    used: Counter[tuple[str, str]] = Counter()
    came: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    for movement in customer.movements:
        source = movement["source_id"]
        if movement["kind"] in ALLOCATES:
            used[source, movement["document_id"]] -= movement["amount"]
        elif movement["kind"] == "payment":
            came[source] += movement["amount"]
        else:
            gone[source] -= movement["amount"]
    payments = {payment["payment_id"]: payment for payment in customer.of["PAYMENT"]}
    for payment_id, payment in payments.items():
        said = {a["document_id"]: a["amount"] for a in payment["allocations"]}
        mine = {doc: minor for (source, doc), minor in used.items() if source == payment_id}
        mine = {doc: minor for doc, minor in mine.items() if minor}
        here = 0 if payment["state"] in NEVER_CAME else payment["amount"]
        if came[payment_id] != here:
            yield f"payment {payment_id} of {payment['amount']} moved {came[payment_id]}"
        if said != mine:
            yield f"payment {payment_id} says {said}, its movements {mine}"
        if not 0 <= payment["gone"] == gone[payment_id] <= payment["amount"]:
            yield f"{payment['gone']} of payment {payment_id} left, not {gone[payment_id]}"
        there = sum(said.values()) + payment.get("excess", {}).get("amount", 0)
        if there > payment["amount"]:
            yield f"{there} of payment {payment_id} is in the ERP, {payment['amount']} came"
    for payment_id in came.keys() - payments.keys():
        yield f"money moved by {payment_id}, which is no payment"
    yield from _notes_to_erp(customer)
    yield from _given_up(customer)


def _notes_to_erp(customer: Customer) -> Iterator[str]:
    """Yield where what the ERP was told, all lines together, is not what payments are used for."""
    told: Counter[tuple[str, str]] = Counter()
    for note in customer.of["WRITEBACK"]:
        if note["method"] in GIVEN_UP | CHARGED | {"discount"}:
            continue
        told[note["payment_id"], note["document_id"]] += note["amount"]
    wanted = Counter(
        {
            (payment["payment_id"], allocation["document_id"]): allocation["amount"]
            for payment in customer.of["PAYMENT"]
            for allocation in payment["allocations"]
        }
    )
    wanted.subtract(_known_there(customer))
    wanted.subtract(_left_in_the_erp(customer))
    wanted.update(_credited(customer))
    if {k: minor for k, minor in told.items() if minor} != {
        k: minor for k, minor in wanted.items() if minor
    }:
        yield f"the ERP is told {dict(told)} of {dict(wanted)}"


def _credited(customer: Customer) -> Counter[tuple[str, str]]:
    """Return what each credit note is used for on the invoices of the ERP, whoever issued it."""
    notes = {h["document_id"] for h in customer.of["HEAD"] if h["kind"] == "credit_note"}
    from_erp = {h["document_id"] for h in customer.of["HEAD"] if h["external_id"]}
    used: Counter[tuple[str, str]] = Counter()
    for movement in customer.movements:
        whose = (movement["source_id"], movement["document_id"])
        if movement["kind"] in ALLOCATES and whose[0] in notes and whose[1] in from_erp:
            used[whose] -= movement["amount"]
    return used


def _given_up(customer: Customer) -> Iterator[str]:
    """Yield where the ERP is told of another sum given up of an invoice of its own.

    What it took off its invoice itself lowers what was given up before, and is told it as well.
    """
    told: Counter[tuple[str, str]] = Counter()
    for note in customer.of["WRITEBACK"]:
        if note["method"] in GIVEN_UP:
            told[note["document_id"], note["method"]] += note["amount"]
    off_of: Counter[tuple[str, str]] = Counter()
    for movement in customer.movements:
        if movement["kind"] in GIVEN_UP_BY and movement["document_id"]:
            kind = GIVEN_UP_BY[movement["kind"]]
            off_of[movement["document_id"], kind] -= movement["amount"]
    for head in customer.of["HEAD"]:
        if not head["external_id"]:
            continue
        for kind in GIVEN_UP:
            off = off_of[head["document_id"], kind]
            if head.get("adjusted", {}).get(kind, 0) != off:
                yield f"{head['number']} says {head.get('adjusted')}, its movements {off} of {kind}"
            if told[head["document_id"], kind] != off:
                said = told[head["document_id"], kind]
                yield f"the ERP is told of {said} as {kind} of {head['number']}, it is {off}"


def _left_in_the_erp(customer: Customer) -> Counter[tuple[str, str]]:
    """Return what of payments has left the ERP's invoices, which had more of it than was open."""
    gone: Counter[tuple[str, str]] = Counter()
    for payment in customer.of["PAYMENT"]:
        if "excess" in payment:
            beyond = payment["excess"]
            gone[payment["payment_id"], beyond["document_id"]] = (
                came_beyond(payment, customer.postings) - beyond["amount"]
            )
    return gone


def came_beyond(payment: Mapping[str, Any], postings: Iterable[Mapping[str, Any]]) -> int:
    """Return what an ERP's payment had on its invoice beyond what was open, when it came."""
    first = f"payment:{payment['payment_id']}"
    used = sum(
        -m["amount"]
        for posting in postings
        if posting["posting_id"] == first
        for m in posting["movements"]
        if m["kind"] == "allocation"
    )
    return int(payment["amount"]) - used


def _known_there(customer: Customer) -> Counter[tuple[str, str]]:
    """Return what the ERP itself said that its payments are for."""
    theirs = {p["payment_id"] for p in customer.of["PAYMENT"] if p["source"] == "elsewhere"}
    known: Counter[tuple[str, str]] = Counter()
    for posting in customer.postings:
        if posting["posting_id"].removeprefix("payment:") in theirs:
            for movement in posting["movements"]:
                if movement["kind"] == "allocation":
                    whose = (movement["source_id"], movement["document_id"])
                    known[whose] -= movement["amount"]
    return known
