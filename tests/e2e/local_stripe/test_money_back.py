"""Refunds, failed refunds, disputes, and the balance that follows from them."""

import pytest
import stripe

from tests.e2e.local_stripe.conftest import LocalStripe


def balance_minor(local: LocalStripe) -> int:
    balance = local.client.v1.balance.retrieve()
    return sum(part.amount for part in (*balance.available, *balance.pending))


def test_a_refund_never_exceeds_what_was_paid(local: LocalStripe) -> None:
    charge = local.paid(10_000).payment_intent.latest_charge
    refunds = local.client.v1.refunds
    assert refunds.create({"charge": charge.id, "amount": 4_000}).status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        refunds.create({"charge": charge.id, "amount": 6_001})
    rest = refunds.create({"payment_intent": charge.payment_intent, "reason": "duplicate"})
    assert rest.amount == 6_000
    with pytest.raises(stripe.InvalidRequestError) as refused:
        refunds.create({"charge": charge.id})
    assert refused.value.code == "charge_already_refunded"
    seen = local.client.v1.charges.retrieve(charge.id, {"expand": ["refunds"]})
    assert (seen.amount_refunded, seen.refunded) == (10_000, True)
    assert sum(r.amount for r in seen.refunds.data) == 10_000
    assert local.event_types()[-6:] == ["refund.created", "charge.refunded", "refund.updated"] * 2


def test_a_refund_that_comes_back_can_be_made_again(local: LocalStripe) -> None:
    charge = local.paid(10_000).payment_intent.latest_charge
    before = balance_minor(local)
    refund = local.client.v1.refunds.create({"charge": charge.id})
    assert balance_minor(local) == before - 10_000
    local.control("POST", f"refunds/{refund.id}/fail")
    assert local.client.v1.refunds.retrieve(refund.id).status == "failed"
    assert balance_minor(local) == before
    assert local.client.v1.charges.retrieve(charge.id).amount_refunded == 0
    assert "refund.failed" in local.event_types()
    assert local.client.v1.refunds.create({"charge": charge.id}).status == "succeeded"


@pytest.mark.parametrize("status", ["won", "lost"])
def test_a_dispute_takes_the_money_and_gives_it_back_when_won(
    local: LocalStripe, status: str
) -> None:
    charge = local.paid(10_000).payment_intent.latest_charge
    before = balance_minor(local)
    opened = local.control("POST", "disputes", charge=charge.id)
    assert balance_minor(local) == before - 10_000 - 1_500
    with pytest.raises(stripe.InvalidRequestError) as refused:
        local.client.v1.refunds.create({"charge": charge.id})
    assert refused.value.code == "charge_disputed"
    local.control("POST", f"disputes/{opened['id']}/close", status=status)
    (dispute,) = local.client.v1.disputes.list({"charge": charge.id}).data
    assert dispute.status == status
    assert balance_minor(local) == before - 1_500 - (0 if status == "won" else 10_000)
    kinds = [t.removeprefix("charge.dispute.") for t in local.event_types() if "dispute" in t]
    reinstated = ["funds_reinstated"] if status == "won" else []
    assert kinds == ["created", "funds_withdrawn", *reinstated, "closed"]
