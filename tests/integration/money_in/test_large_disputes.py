"""A payment of more documents than one transaction holds, taken back and given again whole."""

from dataclasses import replace

import pytest

from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.usecases import follow_payment
from tests.integration import hub
from tests.integration.money import (
    COMPLETED,
    DUE,
    FakeGateway,
    account,
    add_checkout,
    books_balance,
    hint,
    of_type,
    payments,
    session,
)
from tests.integration.money_in.test_money_back import (
    dispute,
    entry,
    open_documents,
    refund,
    tell,
)

MANY = 8


@pytest.fixture
def paid(
    gateway: FakeGateway, seller: Entity, buyer: Customer, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The gateway's id of a payment of eight invoices, of which a step touches three."""
    monkeypatch.setattr(follow_payment, "DOCUMENTS_MAX", 3)
    invoices = [hub.add_invoice(seller, buyer, f"inv{n}", DUE, 100) for n in range(MANY)]
    reference = gateway.takes(seller, buyer, add_checkout(seller, buyer, "co1", *invoices))
    hint(seller, "evt_paid", COMPLETED, session("co1"))
    assert open_documents() == []
    return reference


def held() -> list[int]:
    return [len(hold.documents) for hold in account().holds]


@pytest.mark.law("14")
def test_all_that_a_large_dispute_reopens_is_held_and_settled_again(
    gateway: FakeGateway, seller: Entity, paid: str
) -> None:
    taken = replace(dispute(800), withdrawn=entry("du_1", -800))
    gateway.changes(paid, disputes=(taken,))
    tell(seller, "charge.dispute.funds_withdrawn", paid)
    assert (len(open_documents()), held()) == (MANY, [MANY])
    assert [len(task["documents"]) for task in of_type("demo", "TASK")] == [MANY]
    hub.sweep(seller)
    assert of_type("demo", "NOTICE") == []
    won = replace(dispute(800, "won", won=True), withdrawn=taken.withdrawn)
    gateway.changes(paid, disputes=(won,))
    for n in range(2):
        tell(seller, "charge.dispute.funds_reinstated", paid, f"evt_won_{n}")
    (payment,) = payments()
    assert (open_documents(), account().credits) == ([], ())
    assert (payment["state"], payment["plan"], len(payment["allocations"])) == ("settled", [], MANY)
    books_balance()


@pytest.mark.law("14")
def test_a_worker_that_dies_while_a_dispute_is_settled_again_is_gone_on_for(
    gateway: FakeGateway, seller: Entity, paid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.changes(paid, disputes=(dispute(800),))
    tell(seller, "charge.dispute.funds_withdrawn", paid)
    gateway.changes(paid, disputes=(dispute(800, "won", won=True),))

    def die(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr("shared.domain.gateway_postings._rest_of", die)
        tell(seller, "charge.dispute.funds_reinstated", paid, "evt_won")
    assert len(open_documents()) == MANY - 3
    tell(seller, "charge.dispute.closed", paid)
    assert (open_documents(), account().credits) == ([], ())
    books_balance()


@pytest.mark.law("13")
def test_all_that_a_large_refund_reopens_is_held(
    gateway: FakeGateway, seller: Entity, paid: str
) -> None:
    gateway.changes(paid, refunds=(refund("re_1", 700),))
    tell(seller, "charge.refunded", paid)
    assert (len(open_documents()), held()) == (7, [7])
    books_balance()
