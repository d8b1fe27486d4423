"""What the ERP hears of credit notes and of differences: of each invoice what is really there."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.table import Update
from shared.domain.apply_cash import Part
from shared.domain.cash_step import Asked
from shared.domain.credit_note import CreditNoteDraft
from shared.domain.customer import Customer
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.receive import Received
from shared.usecases.allocate import allocate
from shared.usecases.issue_credit_note import issue_credit_note
from shared.usecases.record_payment import record_payment
from tests.integration import hub
from tests.integration.money import (
    COMPLETED,
    DUE,
    FakeGateway,
    add_checkout,
    euros,
    hint,
    of_type,
    session,
)
from tests.integration.money_in.test_money_back import open_documents, refund, tell


def from_erp(seller: Entity, buyer: Customer, name: str, minor: int) -> Document:
    """An open invoice that the ERP issued."""
    made = hub.add_invoice(seller, buyer, name, DUE, minor)
    theirs = keys.open_head(seller.entity_id, buyer.customer_id, name)
    runtime.table().write(Update(theirs, set={"external_id": f"ERP-{name}"}))
    return replace(made, external_id=f"ERP-{name}")


def told() -> dict[str, int]:
    """What the ERP has heard is settled, all lines together, by document."""
    sums: dict[str, int] = {}
    for note in of_type("demo", "WRITEBACK"):
        sums[note["document_id"]] = sums.get(note["document_id"], 0) + note["amount"]
    return sums


@pytest.fixture(autouse=True)
def noon(cloud: None) -> None:
    hub.move_clock(datetime(2026, 3, 31, 10, tzinfo=UTC))


def credit(minor: int, invoice: str = "inv1") -> Document:
    draft = CreditNoteDraft(invoice_id=invoice, reason="return", amount=euros(minor))
    stores = (runtime.cash_desk(), runtime.corrections())
    asked = Asked("", "", "clerk")
    return issue_credit_note(*stores, "demo", "c1", draft, asked, runtime.now())


def transfer(minor: int, document: str, name: str) -> None:
    received = Received(
        amount=euros(minor), received_on=date(2026, 3, 20), method="transfer", reference=name
    )
    asked = Asked(name, name, "clerk")
    parts = [Part(document, euros(minor))]
    record_payment(runtime.cash_desk(), "demo", "c1", received, parts, asked, runtime.now())


@pytest.mark.rule("R10")
def test_a_credit_note_is_told_where_it_goes(
    gateway: FakeGateway, seller: Entity, buyer: Customer
) -> None:
    from_erp(seller, buyer, "inv1", 10_000)
    from_erp(seller, buyer, "inv2", 5_000)
    transfer(9_000, "inv1", "B1")
    note = credit(4_000)
    assert told() == {"inv1": 9_000 + 1_000}
    asked = Asked("r1", "d", "clerk")
    for _ in range(2):
        allocate(runtime.cash_desk(), "demo", "c1", note.document_id, None, asked, runtime.now())
    assert told() == {"inv1": 10_000, "inv2": 3_000}
    assert open_documents() == [("inv2", 2_000)]
    later = [n for n in of_type("demo", "WRITEBACK") if n["document_id"] == "inv2"]
    assert [(n["method"], n["gateway_reference"]) for n in later] == [("credit_note", note.number)]


def test_a_note_on_an_invoice_of_ours_is_told_where_it_settles_the_erps(
    gateway: FakeGateway, seller: Entity, buyer: Customer
) -> None:
    hub.add_invoice(seller, buyer, "inv1", DUE, 1_000)
    from_erp(seller, buyer, "inv2", 5_000)
    transfer(1_000, "inv1", "B1")
    before = told()
    note = credit(1_000)
    assert told() == before
    parts = [Part("inv2", euros(n)) for n in (300, 200)]
    for n, part in enumerate(parts):
        asked = Asked(f"r{n}", "d", "clerk")
        allocate(runtime.cash_desk(), "demo", "c1", note.document_id, [part], asked, runtime.now())
    assert told() == before | {"inv2": 500}
    assert open_documents() == [("inv2", 4_500)]


@pytest.mark.rule("R10")
def test_a_tolerance_that_a_refund_takes_back_is_told(
    gateway: FakeGateway, seller: Entity, buyer: Customer
) -> None:
    invoice = from_erp(seller, buyer, "inv1", 10_000)
    half = (("inv1", euros(5_000)),)
    page = add_checkout(seller, buyer, "co1", invoice, amount=euros(5_000), allocations=half)
    reference = gateway.takes(seller, buyer, page)
    hint(seller, "evt_one", COMPLETED, session("co1"))
    profile = keys.entity(seller.entity_id)
    bounds = {"tolerance": {"EUR": 500}, "tolerance_percent": "5"}
    runtime.table().write(Update(profile, set=bounds))
    transfer(4_900, "inv1", "B1")
    assert open_documents() == []
    assert told() == {"inv1": 10_000}
    gateway.changes(reference, refunds=(refund("re_1", 5_000),))
    tell(seller, "charge.refunded", reference)
    ((_, open_minor),) = open_documents()
    assert told() == {"inv1": 10_000 - open_minor}
    lines = [n["amount"] for n in of_type("demo", "WRITEBACK") if n["method"] == "tolerance"]
    assert sorted(lines) == [-100, 100]
