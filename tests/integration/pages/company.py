"""A company on a morning on which every page has something to show."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from shared import runtime
from shared.adapters.imported_customers import directory_item
from shared.adapters.invoice_lines import lines_item
from shared.adapters.table import Put
from shared.domain.answer import Answer
from shared.domain.apply_cash import Part
from shared.domain.autopay_rule import AutopayRule
from shared.domain.cash_step import Asked
from shared.domain.customer import Customer
from shared.domain.document import Line
from shared.domain.entity import Entity
from shared.domain.fee import Fee
from shared.domain.interest_rule import Claim, InterestRule
from shared.domain.notice import Channel
from shared.domain.parked import Parked
from shared.domain.plan_rule import PlanRule
from shared.domain.policy import Policy
from shared.domain.portal import Principal
from shared.domain.receive import Received
from shared.domain.stage import Stage
from shared.usecases.approvals import approve
from shared.usecases.ask_question import ask_question
from shared.usecases.record_payment import record_payment
from tests.integration import hub
from tests.support.samples import eur

LADDER = Policy(
    name="standard",
    send_on=(1, 2, 3, 4, 5, 6, 7),
    interest=InterestRule(law="eu", claim=Claim.THREAT),
    plans=PlanRule(in_portal=True, first_days_max=30),
    autopay=AutopayRule(),
    stages=(
        Stage(id="upcoming", offset_days=-3, channel=Channel.EMAIL, template="upcoming"),
        Stage(id="reminder", offset_days=7, channel=Channel.EMAIL, template="reminder"),
        Stage(
            id="letter",
            offset_days=14,
            channel=Channel.LETTER,
            approval=True,
            fee=Fee(flat={"EUR": "40.00"}),
        ),
        Stage(id="call", offset_days=21, channel=Channel.CALL),
        Stage(id="handover", offset_days=45, channel=Channel.HANDOVER, approval=True),
    ),
)
PAYER, WRITTEN_TO, CALLED, TO_HAND_OVER, HANDED_OVER = ("01J" + letter * 23 for letter in "ABCDE")
LATE, SPLIT, AHEAD, HELD, DISPUTED = ("01K" + letter * 23 for letter in "ABCDE")
_LINES = (
    Line("Roasted coffee, 1 kg", "40", eur(1_950), "7", eur(78_000)),
    Line("Grinder on loan, per month", "1", eur(4_500), "19", eur(4_500)),
)


@dataclass(frozen=True)
class Company:
    """What the pages are opened for. today is the day that the clock says."""

    entity: Entity
    payer: Customer
    today: date


def founded() -> Company:
    """Write the company, live its morning, and return it."""
    today = datetime.now(UTC).date()
    of = hub.seed(
        LADDER,
        bank_account="DE02 1203 0000 0000 2020 51",
        address="Speicherstadt 1, 20457 Hamburg",
        contact_phone="+49 40 123456",
    )
    payer = _customer(of, PAYER, "Nordlicht Röstereien GmbH & Co. KG")
    _invoices_of_payer(of, payer, today)
    days_late = {WRITTEN_TO: 16, CALLED: 25, TO_HAND_OVER: 50, HANDED_OVER: 60}
    for n, (customer_id, days) in enumerate(days_late.items()):
        whose = _customer(of, customer_id, f"Kaffeehaus {n + 1} AG")
        document_id = f"01M{n}" + "A" * 22
        due_on = today - timedelta(days=days)
        hub.add_invoice(of, whose, document_id, due_on, 90_000 + n, number=f"INV-20{n}")
        _pdf(of, customer_id, document_id)
    _live(of)
    _hand_over(of)
    _aside(of, today)
    hub.seed(LADDER, entity_id="other", name="Other Ltd", hold_all=True, mail_paused="bounces")
    return Company(of, payer, today)


def _customer(of: Entity, customer_id: str, name: str) -> Customer:
    made = hub.add_customer(
        of,
        customer_id=customer_id,
        external_id=f"C-{customer_id[-1]}",
        name=name,
        phone="+49 30 123456",
        address="Hafenweg 5\n20457 Hamburg",
        country="DE",
    )
    runtime.table().write(Put(directory_item(of.entity_id, made)))
    return made


def _invoices_of_payer(of: Entity, payer: Customer, today: date) -> None:
    owed = ((LATE, -9, 82_500), (SPLIT, -2, 30_000), (AHEAD, 12, 5_000), (HELD, -8, 7_700))
    for n, (document_id, days, minor) in enumerate((*owed, (DISPUTED, -1, 12_300))):
        due_on = today + timedelta(days=days)
        made = hub.add_invoice(of, payer, document_id, due_on, minor, number=f"INV-10{n}")
        if document_id == LATE:
            lines = lines_item(of.entity_id, payer.customer_id, made, _LINES)
            runtime.table().write(Put(lines))
    _pdf(of, payer.customer_id, LATE)
    received = Received(eur(20_000), today - timedelta(days=3), "transfer", "SEPA 4711")
    asked = Asked("01P" + "A" * 23, "d1", "kim")
    whose = (of.entity_id, payer.customer_id)
    parts = [Part(LATE, eur(10_000))]
    record_payment(runtime.cash_desk(), *whose, received, parts, asked, runtime.now())


def _pdf(of: Entity, customer_id: str, document_id: str) -> None:
    body = {"kind": "document", "entity": of.entity_id, "customer_id": customer_id}
    hub.invoke(hub.HANDLERS["DOCUMENT"], [json.dumps(body | {"document_id": document_id})])


def _live(of: Entity) -> None:
    hub.sweep(of)
    hub.relay(of)
    hub.drain("ESCALATION")
    hub.drain("NOTICE")


def _hand_over(of: Entity) -> None:
    stores = (runtime.accounts(), runtime.entities(), runtime.approvals(), runtime.queues())
    answer = Answer(n=1, by="kim", subject="sub-1", tier="lawyer")
    approve(*stores, of.entity_id, HANDED_OVER, answer, runtime.now())
    hub.drain("ESCALATION")


def _aside(of: Entity, today: date) -> None:
    facts = {"amount": "120.00 EUR", "reference": "INV-9999"}
    moment = datetime.now(UTC)
    parked = Parked("01Q" + "A" * 23, "payment", "stripe", "no_such_document", moment, facts)
    runtime.parked_items().park(of.entity_id, parked)
    whose = Principal(of.entity_id, PAYER)
    ask_question(
        runtime.accounts(), runtime.questions(), whose, "Which order?", [AHEAD], runtime.now()
    )
    sweep = json.dumps({"kind": "sweep", "entity": of.entity_id})
    hub.invoke(hub.HANDLERS["PLAN"], [sweep])  # its batches wait in the queue: nobody reports
