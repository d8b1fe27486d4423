"""What our adapter hears of money that goes back, beside what the stripe package reads there."""

import pytest

from shared.adapters.stripe_gateway import StripeGateway
from shared.domain.gateway import GatewayPayment, GatewayRefused
from shared.domain.money import Money
from tests.e2e.local_stripe.conftest import WORKING_CARD, LocalStripe
from tests.support.samples import eur

IBAN = "DE89370400440532013000"


@pytest.fixture
def gateway(local: LocalStripe) -> StripeGateway:
    """Our adapter on the local Stripe."""
    return StripeGateway("sk_test_of_the_tests", local.url)


def paid(local: LocalStripe, gateway: StripeGateway, **form: str) -> GatewayPayment:
    session = local.session(10_000)
    local.browse(session.url, **(form or {"card_number": WORKING_CARD}))
    local.control("POST", "debits/settle", outcome="as_due")
    told = gateway.checkout(session.id).payment
    assert told is not None and told.status == "succeeded"
    return told


def test_a_payment_says_what_it_did_to_the_balance(
    local: LocalStripe, gateway: StripeGateway
) -> None:
    told = paid(local, gateway)
    assert told.came_in is not None
    (witness,) = local.client.v1.balance_transactions.list().data
    assert (told.came_in.entry_id, told.came_in.amount, told.came_in.fee) == (
        witness.id,
        eur(10_000),
        eur(witness.fee),
    )
    assert not told.has_gone_back


def test_a_refund_asked_for_twice_gives_back_once(
    local: LocalStripe, gateway: StripeGateway
) -> None:
    told = paid(local, gateway)
    made = [gateway.refund(told.reference, eur(4_000), "r1") for _ in range(2)]
    assert made[0] == made[1]
    assert (made[0].amount, made[0].asked_as, made[0].status) == (eur(4_000), "r1", "succeeded")
    (witness,) = local.client.v1.refunds.list().data
    assert witness.id == made[0].refund_id
    assert gateway.payment(told.reference).refunds == (made[0],)


def test_more_than_is_left_is_refused(local: LocalStripe, gateway: StripeGateway) -> None:
    told = paid(local, gateway)
    gateway.refund(told.reference, eur(9_000), "r1")
    with pytest.raises(GatewayRefused):
        gateway.refund(told.reference, eur(1_001), "r2")


def test_a_refund_that_came_back_says_so(local: LocalStripe, gateway: StripeGateway) -> None:
    told = paid(local, gateway)
    made = gateway.refund(told.reference, eur(4_000), "r1")
    local.control("POST", f"refunds/{made.refund_id}/fail")
    (failed,) = gateway.payment(told.reference).refunds
    assert failed.failed
    assert failed.left is not None and failed.left.amount == eur(-4_000)
    assert failed.came_back is not None and failed.came_back.amount == eur(4_000)


def test_more_refunds_than_come_with_a_charge_are_all_heard_of(
    local: LocalStripe, gateway: StripeGateway
) -> None:
    told = paid(local, gateway)
    for n in range(12):
        gateway.refund(told.reference, eur(100), f"r{n}")
    refunds = gateway.payment(told.reference).refunds
    assert len({r.refund_id for r in refunds}) == 12
    assert all(r.left is not None for r in refunds)


@pytest.mark.parametrize("status", ["won", "lost"])
def test_a_dispute_and_what_it_took_and_gave(
    local: LocalStripe, gateway: StripeGateway, status: str
) -> None:
    told = paid(local, gateway)
    charge = local.client.v1.payment_intents.retrieve(told.reference).latest_charge
    opened = local.control("POST", "disputes", charge=charge)
    (dispute,) = gateway.payment(told.reference).disputes
    assert dispute.withdrawn is not None and dispute.withdrawn.amount == eur(-10_000)
    assert dispute.withdrawn.fee == eur(1_500)
    assert (dispute.decided, dispute.reinstated) == (False, None)
    local.control("POST", f"disputes/{opened['id']}/close", status=status)
    (dispute,) = gateway.payment(told.reference).disputes
    assert (dispute.decided, bool(dispute.reinstated)) == (True, status == "won")


def test_a_debit_that_the_bank_takes_back_is_a_lost_dispute(
    local: LocalStripe, gateway: StripeGateway
) -> None:
    told = paid(local, gateway, method="sepa_debit", iban=IBAN)
    local.control("POST", "debits/return", payment_intent=told.reference)
    after = gateway.payment(told.reference)
    (dispute,) = after.disputes
    assert (after.method, dispute.reason, dispute.status) == (
        "sepa_debit",
        "insufficient_funds",
        "lost",
    )


def test_settlement_in_another_currency_comes_with_the_gateways_figures(
    local: LocalStripe, gateway: StripeGateway
) -> None:
    local.control("POST", "settlement", currency="eur", into="usd", rate="1.1")
    told = paid(local, gateway)
    assert told.amount == eur(10_000)
    assert told.came_in is not None
    assert told.came_in.amount == Money(minor=11_000, currency="USD")
    (witness,) = local.client.v1.balance_transactions.list().data
    assert (witness.currency, witness.exchange_rate) == ("usd", 1.1)
    assert told.came_in.fee == Money(minor=witness.fee, currency="USD")


def test_the_balance_is_told_by_payment(local: LocalStripe, gateway: StripeGateway) -> None:
    told = paid(local, gateway)
    gateway.refund(told.reference, eur(4_000), "r1")
    found = list(gateway.balance_since(told.received_at))
    assert {entry.reference for entry in found} == {told.reference}
    assert sorted(entry.entry.amount.minor for entry in found) == [-4_000, 10_000]
    assert len(found) == len(local.client.v1.balance_transactions.list().data)
