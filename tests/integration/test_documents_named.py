"""A document is named by whatever number a list shows, in every route alike."""

from datetime import date

import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.table import Put
from tests.integration import hub
from tests.integration.test_charge_routes import clerk, identity  # noqa: F401 - fixtures
from tests.support.operators import ADMIN, call

HERE = "/entities/demo"
FEE = "INV1-INT-20250228"


@pytest.fixture
def admin(clerk, identity):  # noqa: F811 - fixtures
    """Beside what the clerk has: an invoice of the ERP whose number no fact keeps."""
    hub.add_invoice(
        runtime.entities().get("demo"),
        runtime.accounts().customer("demo", "c1"),
        "re-1",
        date(2025, 3, 15),
    )
    return identity.mint(ADMIN)


def shown(token, name, query=""):
    return call(token, "GET", f"{HERE}/invoices/{name}{query}")


@pytest.mark.parametrize("name", ["INV1", "re-1", "RE-1", FEE])
@pytest.mark.parametrize("query", ["", "?customer=c1"])
def test_what_a_list_shows_names_its_document(admin, name, query):
    answer = shown(admin, name, query)
    assert answer.status == 200, answer.json
    assert name in (answer.json["number"], answer.json["document_id"])
    assert call(admin, "GET", f"{HERE}/invoices/{name}/lines{query}").status == 200


@pytest.mark.parametrize("name", ["INV1", "RE-1", FEE])
def test_explain_takes_every_number(admin, name):
    answer = call(admin, "GET", f"{HERE}/decisions?invoice={name}")
    assert answer.status == 200, answer.json


@pytest.mark.parametrize("name", ["RE-1", FEE])
def test_a_write_off_and_money_take_every_number(admin, name):
    part = {"document": name, "amount": {"amount": "1.00", "currency": "EUR"}}
    body = {"received_on": "2025-02-28", "parts": [part], "amount": part["amount"]}
    body |= {"method": "transfer", "reference": "a"}
    headers = {"idempotency-key": "one"}
    noted = call(admin, "POST", f"{HERE}/customers/c1/payments", body, headers)
    assert noted.status == 201, noted.json
    assert [a["number"] for a in noted.json["allocations"]] == [name]
    off = {"reason": "uncollectible"}
    headers = {"idempotency-key": "two"}
    done = call(admin, "POST", f"{HERE}/invoices/{name}/write-off", off, headers)
    assert done.status == 200, done.json
    assert done.json["open"]["amount"] == "0.00"
    assert shown(admin, name, "?customer=c1").status == 200


def test_a_number_that_two_customers_have_wants_the_customer(admin):
    other = hub.add_customer(runtime.entities().get("demo"), customer_id="c2")
    hub.add_invoice(runtime.entities().get("demo"), other, "Re-1", date(2025, 3, 15))
    entry = {"type": "DIRECTORY", "customer_id": "c2", "external_id": "C-2", "name": "Two"}
    entry |= {"email": "b@x.example", "currency": "EUR"}
    runtime.table().write(Put({**keys.directory("demo", "c2"), **entry}))
    refused = shown(admin, "RE-1")
    assert (refused.status, refused.json["code"]) == (409, "conflict")
    assert "name the customer" in refused.text
    assert shown(admin, "RE-1", "?customer=c2").json["document_id"] == "Re-1"


def test_what_no_list_shows_is_told_with_its_name(admin):
    refused = shown(admin, "INV-9")
    assert (refused.status, refused.json["code"]) == (404, "not_found")
    assert "no invoice or charge 'INV-9' here" in refused.json["detail"]
