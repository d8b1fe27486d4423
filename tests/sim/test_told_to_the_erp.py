"""A difference that was let go comes back with the gateway's refund, and the ERP is told."""

from dataclasses import replace
from datetime import timedelta

from shared.domain.apply_cash import Part
from shared.domain.cash_step import Asked
from shared.domain.receive import Received
from shared.usecases.allocate import move_allocation
from shared.usecases.record_payment import record_payment
from tests.sim.calm import follow_events, owed, page, with_invoices
from tests.sim.founding import ENTITY, eur


def test_a_difference_that_a_refund_takes_back_is_told() -> None:
    world = with_invoices(1)
    desk = world.hub.desk
    world.hub.entities.update(replace(world.entity(), tolerance={"EUR": 5}))
    (head,) = owed(world)
    session = page(world)
    world.gateway.pay(session, "succeeded")
    follow_events(world)
    (paid,) = world.all("PAYMENT")
    half, names = head["open"] // 2, (paid["payment_id"], head["document_id"])
    move_allocation(desk, ENTITY, *names, eur(half), None, Asked("m", "m", "clerk"), world.now)
    amount, today = eur(half - 3), world.now.business.date()
    received = Received(amount=amount, received_on=today, method="transfer", reference="B1")
    parts = [Part(head["document_id"], amount)]
    asked = Asked("b", "b", "clerk")
    record_payment(desk, ENTITY, paid["customer_id"], received, parts, asked, world.now)
    assert owed(world) == []
    world.advance(timedelta(hours=1))
    world.gateway.clock = world.now.wall
    world.gateway.send_back(session, paid["amount"])
    follow_events(world)
    lines = [w["amount"] for w in world.all("WRITEBACK") if w["method"] == "tolerance"]
    assert sorted(lines) == [-3, 3]
    world.check()
