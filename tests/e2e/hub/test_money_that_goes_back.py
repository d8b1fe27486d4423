"""Refunds, disputes and returned debits on the deployed template; the stripe package is witness."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.checks import minor
from tests.support.company import Company
from tests.support.payer import Payer, link_in
from tests.support.stack import Hub, Json

pytestmark = pytest.mark.cloud

MORNING = datetime(2026, 3, 10, 8, tzinfo=UTC)
WEEKS_LATER = datetime(2026, 4, 14, 8, tzinfo=UTC)
IBAN = "DE89370400440532013000"
_EXPAND = {"expand": ["payment_intent.latest_charge"]}


@pytest.fixture(scope="module")
def company(hub: Hub) -> Iterator[Company]:
    """A company whose three customers were mailed about two invoices each."""
    hub.move_clock(MORNING)
    with Company.open(hub, "back") as company:
        company.seed(3, 2, "2026-02-01", "2026-03-09")
        company.release()
        company.sweep_report(company.sweep())
        yield company


def pay(hub: Hub, company: Company, number: int, **fields: str) -> Any:
    """Pay all that a customer owes; return the charge as the gateway has it."""
    payer = Payer.enter(hub, link_in(company.mailed(number)[0]))
    session_id = payer.pay(*payer.documents(), **fields)
    hub.gateway("debits/settle", outcome="as_due")
    hub.idle()
    session = hub.stripe.v1.checkout.sessions.retrieve(session_id, _EXPAND)
    intent: Any = session.payment_intent
    return intent.latest_charge


def payment_of(company: Company, charge: Any) -> Json:
    (found,) = [p for p in company.payments() if p["gateway_reference"] == charge.payment_intent]
    return found


def states(company: Company, number: int) -> list[str]:
    return [d["state"] for d in company.documents(number, "all")]


def open_minor(company: Company, number: int) -> int:
    return sum(minor(d["open"]["amount"]) for d in company.documents(number))


def net_of(hub: Hub, charge: Any) -> int:
    """Return what the gateway has of a charge now, by its own balance transactions, before fees."""
    refunds = hub.stripe.v1.refunds.list({"charge": charge.id}).data
    disputes = hub.stripe.v1.disputes.list({"charge": charge.id}).data
    sources = {charge.id, *(r.id for r in refunds), *(d.id for d in disputes)}
    entries = hub.stripe.v1.balance_transactions.list({"limit": 100}).data
    return sum(e.amount for e in entries if e.source in sources)


def agree(hub: Hub, company: Company, charge: Any) -> None:
    """Our payment holds exactly what the gateway still has of it."""
    payment = payment_of(company, charge)
    here = minor(payment["amount"]["amount"]) - minor(payment["given_back"]["amount"])
    assert here == net_of(hub, charge)


def test_a_refund_at_the_gateway_opens_the_invoice_again(hub: Hub, company: Company) -> None:
    charge = pay(hub, company, 1)
    assert states(company, 1) == ["paid", "paid"]
    hub.stripe.v1.refunds.create({"charge": charge.id, "amount": 5_000})
    hub.idle()
    assert open_minor(company, 1) == 5_000
    assert {d["due_on"] for d in company.documents(1)} == {"2026-03-09"}
    assert [t["kind"] for t in company.tasks()] == ["refunded"]
    agree(hub, company, charge)
    with pytest.raises(Exception, match="greater than unrefunded"):
        hub.stripe.v1.refunds.create({"charge": charge.id, "amount": charge.amount})
    assert open_minor(company, 1) == 5_000


def test_a_card_dispute_is_withdrawn_and_reinstated(hub: Hub, company: Company) -> None:
    charge = pay(hub, company, 2)
    dispute = hub.gateway("disputes", charge=charge.id)
    hub.idle()
    assert open_minor(company, 2) == charge.amount
    assert payment_of(company, charge)["state"] == "returned"
    agree(hub, company, charge)
    before = len(company.mailed(2))
    company.sweep_report(company.sweep())
    assert len(company.mailed(2)) == before, "nobody is chased while his bank decides"
    hub.gateway(f"disputes/{dispute['id']}/close", status="won")
    hub.idle()
    assert states(company, 2) == ["paid", "paid"]
    assert payment_of(company, charge)["state"] == "settled"
    agree(hub, company, charge)


def test_a_debit_returns_weeks_later_and_its_invoices_are_chased(
    hub: Hub, company: Company
) -> None:
    charge = pay(hub, company, 3, method="sepa_debit", iban=IBAN)
    assert states(company, 3) == ["paid", "paid"]
    hub.move_clock(WEEKS_LATER)
    hub.idle()
    before = len(company.mailed(3))
    hub.gateway("debits/return", payment_intent=charge.payment_intent)
    hub.idle()
    assert payment_of(company, charge)["state"] == "returned"
    assert {d["due_on"] for d in company.documents(3)} == {"2026-03-09"}
    assert open_minor(company, 3) == charge.amount
    agree(hub, company, charge)
    company.sweep_report(company.sweep())
    assert len(company.mailed(3)) == before + 1
    payer = Payer.enter(hub, link_in(company.mailed(3)[-1]))
    page = payer.get(f"/invoices/{payer.documents()[0]}").text
    assert "returned by the bank" in page


def test_the_books_and_the_gateway_agree_to_the_cent_afterwards(hub: Hub, company: Company) -> None:
    hub.api("POST", f"{company.path}/reconciliations")
    hub.idle()
    assert company.parked() == [], company.payments()
    told = {"refund", "adjustment", "charge", "payment"}
    entries = hub.stripe.v1.balance_transactions.list({"limit": 100}).data
    assert {e.type for e in entries} == told
    print(f"{len(entries)} balance transactions of {len(company.payments())} payments agree")
