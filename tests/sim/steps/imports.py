"""The ERP speaks: invoices, their corrections, payments that it took."""

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.domain.imports import InvoiceRow, PaymentRow
from shared.ids import derived_id
from shared.usecases.import_invoices import InvoiceDesk
from shared.usecases.import_payments import PaymentDesk
from shared.usecases.import_rows import Tally, write_rows
from tests.sim.founding import ENTITY, INVOICES, START, TOTALS, eur
from tests.sim.steps import Step

if TYPE_CHECKING:
    from tests.sim.world import World

PAYMENTS = ("P1", "P2", "P3", "P4")
TERMS = (None, None, "10/45 net 60")


def import_invoice(world: "World") -> str:
    """Import an invoice, once more the same, or a revision of it."""
    external_id = world.chance.choice(INVOICES)
    owner = f"C{int(external_id[1]) % len(world.customers)}"
    known = world.revisions[external_id]
    again = known and world.chance.random() < 0.3
    revision = known if again else known + 1
    world.revisions[external_id] = max(known, revision)
    drawn = random.Random(f"{world.seed}{external_id}{revision}")
    due_on = START.date() + timedelta(days=drawn.randrange(-25, 10))
    world.first_sent[external_id] = min(due_on, world.first_sent.get(external_id, due_on))
    row = InvoiceRow(
        line=2,
        external_id=external_id,
        customer_external_id=owner,
        number=f"N-{external_id}",
        issued_on=due_on - timedelta(days=30),
        due_on=due_on,
        total=eur(drawn.choice(TOTALS)),
        revision=str(revision),
        terms=random.Random(f"{world.seed}{external_id}").choice(TERMS),
    )
    name = derived_id("invoice", ENTITY, external_id)
    world.first_due[name] = min(world.first_due.get(name, due_on), due_on)
    hub = world.hub
    desk = InvoiceDesk(
        hub.invoices, hub.people, hub.entities, world.entity(), f"imp{world.step}", world.now
    )
    return _counted(write_rows(desk, [row]))


def import_payment(world: "World") -> str:
    """Import a payment, once more the same, or another one under the name of a known one."""
    external_id = world.chance.choice(PAYMENTS)
    row = world.external.get(external_id)
    if row is None or world.chance.random() < 0.1:
        row = PaymentRow(
            line=2,
            external_id=external_id,
            invoice_external_id=world.chance.choice(INVOICES),
            paid_on=world.now.business.date(),
            amount=eur(world.chance.choice((2_500, *TOTALS, 15_000))),
            method="transfer",
        )
        world.external.setdefault(external_id, row)
    desk = PaymentDesk(world.hub.imported, world.hub.invoices, world.entity(), world.now)
    return _counted(write_rows(desk, [row]))


def _counted(tally: Tally) -> str:
    codes = "".join(problem.code for problem in tally.problems)
    return f"new{tally.new}-updated{tally.updated}-same{tally.unchanged}{codes}"


STEPS = {
    "import_invoice": Step(import_invoice, 8, race=8),
    "import_payment": Step(import_payment, 5, race=14),
}
