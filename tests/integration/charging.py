"""Charging one customer: the policy, the daily look, money with a value date, what came of it."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

from shared import runtime
from shared.adapters.ledger import Ledger
from shared.domain.cash_step import Step
from shared.domain.clock import Now
from shared.domain.document import Document
from shared.domain.interest import debts_of, interest, rounded
from shared.domain.laws.packs import LAWS
from shared.domain.movement import MovementKind, Posting, fold
from shared.domain.payment import Payment, payment_posting
from shared.domain.payment_use import used
from shared.domain.policy import Policy
from shared.domain.settle import settle
from tests.integration import hub
from tests.support.samples import eur

DUE = date(2025, 1, 31)
MARCH = date(2025, 3, 3)
STAGES = [{"id": "reminder", "offset_days": 300, "channel": "email", "template": "reminder"}]
FEE = {"flat": {"EUR": "40.00"}}
FEES = [{"id": "fee", "offset_days": 14, "channel": "email", "template": "late_fee", "fee": FEE}]
SPOKEN = [
    {
        "id": "final",
        "offset_days": 28,
        "channel": "email",
        "template": "final_notice",
        "interest": True,
    }
]


def policy(stages=STAGES, **interest) -> Policy:
    rule = {"law": "de", **interest}
    return Policy.model_validate({"name": "standard", "stages": stages, "interest": rule})


def at(day: date) -> None:
    hub.move_clock(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))


def accrue(day: date, *, times: int = 1, customer: str = "c1") -> None:
    """Let the janitor hand out and the worker look, at nine on day."""
    at(day)
    for _ in range(times):
        body = {"kind": "accrue", "entity": "demo", "customers": [customer]}
        hub.invoke("functions.escalation.handler", [json.dumps(body)])


def ledger() -> Ledger:
    return Ledger(runtime.table())


def pay(name: str, minor: int, value_date: date, *wanted: str) -> None:
    """Book money with a value date, on documents in their order."""
    cash, of = runtime.cash_desk().cash, runtime.entities().get("demo")
    customer, books = ledger().look("demo", "c1")
    plan = [(i, books.document(i).open) for i in wanted]
    arrived = datetime.now(UTC)
    payment = Payment(name, "c1", eur(minor), "transfer", value_date, arrived, source="bank")
    moves = settle(name, payment.amount, plan, books.documents).movements
    now = Now(arrived, arrived)
    posting = payment_posting(payment, moves, now)
    after = replace(used(payment, moves, books.documents), version=1)
    assert cash.write(of, customer, books, Step(posting, ((None, after),), name), now)


def postings() -> tuple[Posting, ...]:
    return tuple(ledger().postings("demo", "c1"))


def documents() -> dict[str, Document]:
    """Every document that a posting names, as stored, open or closed, by number."""
    named = {m.document_id for p in postings() for m in p.movements if m.document_id}
    _, books = ledger().look("demo", "c1", sorted(named))
    sums = fold(postings())
    for document in books.documents:
        assert document.open.minor == sums.open.get((document.document_id, "EUR"), 0)
    unapplied = {c.source_id: c.unapplied.minor for c in books.credits}
    assert unapplied == {source: minor for (source, _), minor in sums.unapplied.items()}
    return {d.number: d for d in books.documents}


def kinds() -> list[str]:
    return sorted(str(m.kind) for p in postings() for m in p.movements)


def net(document: Document) -> int:
    """Return what a charge stands at: charged less corrected."""
    wanted = (MovementKind.CHARGE, MovementKind.CORRECTION)
    moves = [m for p in postings() for m in p.movements if m.document_id == document.document_id]
    return sum(m.amount.minor for m in moves if m.kind in wanted)


def reckoned(invoice: Document, through: date) -> int:
    """Return the interest of all days through one, from the ledger alone."""
    return rounded(interest(debts_of(invoice, postings()), LAWS["de"], None, through))
