"""The company issues its own invoices, credits them, and takes back what was a mistake."""

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shared.domain.cash_step import Asked
from shared.domain.credit_note import CreditNoteDraft
from shared.domain.invoice_draft import InvoiceDraft
from shared.usecases.create_invoice import create_invoice
from shared.usecases.issue_credit_note import issue_credit_note
from shared.usecases.void_invoice import void_invoice
from tests.sim.founding import ENTITY, NOTHING, START, TOTALS, eur
from tests.sim.steps import Step
from tests.sim.steps.desk import ask

if TYPE_CHECKING:
    from tests.sim.world import World

REQUESTS = ("issue 1", "issue 2")
TERMS = ("net 14", "2/10 net 30", "3x30 days", "50% in 10 days, 50% in 20 days", "3% 14, net 30")


def issue(world: "World") -> str:
    """Issue an invoice, or ask once more for the same one."""
    request_id = world.chance.choice(REQUESTS)
    drawn = random.Random(f"{world.seed}{request_id}")
    issued_on = START.date() - timedelta(days=drawn.randrange(25))
    draft = InvoiceDraft(
        customer_id=drawn.choice(world.customers),
        total=eur(drawn.choice((*TOTALS, 9_999))),
        issued_on=issued_on,
        terms=drawn.choice(TERMS),
    )
    stores = (world.hub.accounts, world.hub.entities, world.hub.issued)
    made = create_invoice(*stores, ENTITY, draft, world.now, request_id=request_id)
    world.answered("POSTING", f"invoice:{made.document_id}")
    return f"issued {made.number}"


def credit_note(world: "World") -> str:
    """Credit an invoice."""
    head = _an_invoice(world)
    if head is None:
        return NOTHING
    amount = world.chance.choice((None, 1, head["total"] // 3, head["total"]))
    part = None if amount is None else eur(amount)

    def work(asked: Asked) -> object:
        ports = (world.hub.desk, world.hub.corrections, ENTITY)
        draft = CreditNoteDraft(invoice_id=head["document_id"], reason="goodwill", amount=part)
        made = issue_credit_note(*ports, head["customer_id"], draft, asked, world.now)
        world.answered("POSTING", f"credit_note:{made.document_id}")
        return made

    return ask(world, "credit_note", work)


def void(world: "World") -> str:
    """Void an invoice of the company's own."""
    head = _an_invoice(world)
    if head is None:
        return NOTHING
    stores = (world.hub.desk, world.hub.corrections, ENTITY)
    whose = (head["customer_id"], head["document_id"])
    void_invoice(*stores, *whose, "mistake", Asked("", "", "clerk"), world.now)
    world.answered("POSTING", f"void:{head['document_id']}")
    return "voided"


def _an_invoice(world: "World") -> dict[str, Any] | None:
    heads = [head for head in world.all("HEAD") if head["kind"] == "invoice"]
    return world.chance.choice(heads) if heads else None


STEPS = {
    "issue": Step(issue, 5, race=3),
    "credit_note": Step(credit_note, 2, race=2),
    "void": Step(void, 1, race=2),
}
