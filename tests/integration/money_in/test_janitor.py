"""What no webhook brought is found by asking the gateway."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from shared import runtime
from shared.adapters.table import Table
from shared.domain.checkout import CheckoutState
from shared.domain.clock import Now
from tests.integration import hub
from tests.integration.money import (
    COMPLETED,
    DUE,
    account,
    add_checkout,
    books_balance,
    checkout_state,
    euros,
    hint,
    payments,
    reasons,
    reconcile,
    session,
)
from tests.unit.test_decide import LADDER


def test_a_dropped_webhook_is_found_by_the_janitor(gateway, seller, buyer):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    gateway.takes(seller, buyer, checkout)
    reconcile("reconcile", "reconcile")
    assert len(payments()) == 1
    assert checkout_state("co1") == "paid"
    books_balance()


def test_the_nightly_comparison_finds_what_no_checkout_leads_to(gateway, seller, buyer):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    gateway.page(seller, buyer, checkout, "expired")
    hint(seller, "evt_1", "checkout.session.expired", session("co1"))
    gateway.takes(seller, buyer, checkout)
    reconcile("scheduled")
    assert len(payments()) == 1
    asked = gateway.asked
    reconcile("scheduled")
    assert gateway.asked == asked
    books_balance()


def test_a_difference_that_cannot_be_booked_is_parked_once(gateway, seller, buyer):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    reference = gateway.takes(seller, buyer, checkout)
    hint(seller, "evt_1", COMPLETED, session("co1"))
    gateway.payments[reference] = replace(gateway.payments[reference], amount=euros(9_999))
    reconcile("reconcile", "reconcile")
    assert reasons() == ["amount_differs"]


def test_r11_a_checkout_whose_answer_was_lost_is_found_by_our_mark(gateway, seller, buyer):
    invoice = hub.add_invoice(seller, buyer, "inv1", DUE)
    checkout = add_checkout(seller, buyer, "co1", invoice, session_id="", url="")
    gateway.page(seller, buyer, checkout, "open")
    reconcile("reconcile")
    (live,) = account().checkouts
    assert (live.session_id, live.state) == ("cs_co1", CheckoutState.OPEN)


def test_a_checkout_that_the_gateway_never_heard_of_expires(gateway, seller, buyer):
    invoice = hub.add_invoice(seller, buyer, "inv1", DUE)
    add_checkout(seller, buyer, "co1", invoice, session_id="", url="")
    reconcile("reconcile")
    assert checkout_state("co1") == "expired"
    assert account().documents == (invoice,)


def test_an_open_page_is_asked_about_again_only_hours_later(gateway, seller, buyer):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    gateway.page(seller, buyer, checkout, "open")
    now = runtime.now()
    from shared.usecases.reconcile_gateway import reconcile_gateway

    def janitor(after: timedelta) -> int:
        later = Now(business=now.business, wall=datetime.now(UTC) + after)
        found = reconcile_gateway(
            runtime.money_in(), runtime.pending(), "demo", later, on_demand=False
        )
        return found.asked

    assert janitor(timedelta(minutes=10)) == 0
    assert janitor(timedelta(minutes=20)) == 1
    assert janitor(timedelta(minutes=40)) == 0
    assert janitor(timedelta(hours=3)) == 1


def test_without_a_key_the_janitor_leaves_the_gateway_alone(table: Table):
    boto3.client("secretsmanager").create_secret(
        Name="hub/stripe", SecretString='{"api_key": "", "webhook_secrets": []}'
    )
    hub.seed(LADDER)
    reconcile("scheduled", "reconcile")


def test_an_entity_that_fails_keeps_no_other_from_the_janitor(
    table: Table, monkeypatch: pytest.MonkeyPatch
):
    boto3.client("secretsmanager").create_secret(
        Name="hub/stripe", SecretString='{"api_key": "", "webhook_secrets": []}'
    )
    tidied: list[str] = []

    def requeue(entity_id: str, *_: object) -> int:
        tidied.append(entity_id)
        if entity_id == "demo":
            raise RuntimeError("broken")
        return 0

    monkeypatch.setattr("functions.janitor.handler.requeue_stale", requeue)
    hub.seed(LADDER)
    hub.seed(LADDER, entity_id="other")
    with pytest.raises(BatchProcessingError):
        reconcile("scheduled")
    assert tidied == ["demo", "other"]


def test_a_duty_that_fails_keeps_none_of_the_others_waiting(gateway, seller, buyer, monkeypatch):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    gateway.takes(seller, buyer, checkout)
    gave_up = []
    handler = "functions.janitor.handler"
    monkeypatch.setattr(f"{handler}.requeue_stale", _refused)
    monkeypatch.setattr(f"{handler}.tend_sweeps", _refused)
    monkeypatch.setattr(f"{handler}.give_up_waiting", lambda of, *_: gave_up.append(of))
    with pytest.raises(BatchProcessingError):
        reconcile("scheduled")
    assert gave_up == ["demo"]
    assert len(payments()) == 1
    monkeypatch.setattr(f"{handler}.hand_out", _refused)
    with pytest.raises(BatchProcessingError):
        reconcile("reconcile")
    assert checkout_state("co1") == "paid"


def _refused(*_: object) -> int:
    raise PermissionError
