"""Charges over the operator API: list, waive with a reason, reckon interest."""

from datetime import UTC, date, datetime

import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.table import Put
from shared.domain.movement import MovementKind, Posting
from shared.domain.policy import Policy
from tests.integration import hub
from tests.integration.charging import MARCH, STAGES, accrue, policy
from tests.support.operators import ADMIN, AUDIENCE, call, issuer, operator

HERE = "/entities/demo"
INTEREST = "INV1-INT-20250228"


@pytest.fixture
def identity(cloud, tmp_path, monkeypatch):
    with issuer(tmp_path / "key.pem") as serving:
        monkeypatch.setenv("TOKEN_ISSUER", serving.url)
        monkeypatch.setenv("TOKEN_AUDIENCE", AUDIENCE)
        monkeypatch.setenv("TOKEN_JWKS_URL", f"{serving.url}/.well-known/jwks.json")
        yield serving


@pytest.fixture
def clerk(identity):
    """A clerk's token, and a customer who was charged a month's interest."""
    seller = hub.seed(policy())
    whose = hub.add_customer(seller)
    hub.add_invoice(seller, whose, "inv1", date(2025, 1, 31), 1_000_000)
    fact = {"type": "FACT", "customer_id": "c1", "document_id": "inv1"}
    runtime.table().write(Put({**keys.fact("demo", "number:INV1"), **fact}))
    entry = {"type": "DIRECTORY", "customer_id": "c1", "external_id": "C-1"}
    entry |= {"name": whose.name, "email": whose.email, "currency": "EUR"}
    runtime.table().write(Put({**keys.directory("demo", "c1"), **entry}))
    accrue(MARCH)
    return identity.mint(operator("demo:clerk"))


def waive(token, body, path=f"{INTEREST}/waive", key="one"):
    headers = {"idempotency-key": key} if key else {}
    return call(token, "POST", f"{HERE}/charges/{path}", body, headers)


def waivers() -> list[Posting]:
    found = runtime.ledger().postings("demo", "c1", "waiver:")
    return [p for p in found if p.movements[0].kind is MovementKind.WAIVER]


def test_charges_are_listed_by_invoice_by_customer_and_over_all(clerk):
    listed = [
        call(clerk, "GET", f"{HERE}/charges{query}").json
        for query in ("", "?invoice=INV1", "?customer=c1")
    ]
    assert listed[0]["items"] == listed[1]["items"] == listed[2]["items"]
    (charge,) = listed[0]["items"]
    assert (charge["number"], charge["kind"], charge["invoice_id"]) == (
        INTEREST,
        "interest",
        "inv1",
    )
    assert charge["open"] == {"amount": "86.45", "currency": "EUR"}


def test_a_waiver_says_what_why_and_by_whom_and_leaves_the_charge_in_the_books(clerk):
    body = {
        "reason": "goodwill",
        "note": "first time",
        "amount": {"amount": "6.45", "currency": "EUR"},
    }
    for _ in range(2):
        waived = waive(clerk, body, key="w1")
        assert (waived.status, waived.json["open"]["amount"]) == (200, "80.00")
    (posting,) = waivers()
    assert posting.movements[0].reason == "goodwill"
    assert posting.note == "first time"
    assert posting.by
    rest = waive(clerk, {"reason": "other"}, key="w2")
    assert rest.json["open"]["amount"] == "0.00"
    assert rest.json["total"]["amount"] == "86.45"
    again = waive(clerk, {"reason": "other"}, key="w3")
    assert (again.status, again.json["code"]) == (422, "invalid_input")
    accrue(date(2025, 3, 20))
    assert len(waivers()) == 2


@pytest.mark.law("4")
def test_a_waiver_needs_a_key_and_the_key_of_one_neither_makes_nor_answers_another(clerk):
    body = {"reason": "goodwill", "amount": {"amount": "6.45", "currency": "EUR"}}
    unnamed = waive(clerk, body, key="")
    assert (unnamed.status, unnamed.json["code"]) == (400, "request_unnamed")
    assert waive(clerk, body).json["open"]["amount"] == "80.00"
    for other in ({"reason": "goodwill"}, body | {"reason": "other"}, body | {"note": "x"}):
        refused = waive(clerk, other)
        assert (refused.status, refused.json["code"]) == (409, "request_reused")
    assert waive(clerk, body).json["open"]["amount"] == "80.00"
    assert len(waivers()) == 1


def test_a_number_that_two_customers_have_needs_the_customer(clerk):
    seller = runtime.entities().get("demo")
    other = hub.add_customer(seller, customer_id="c2", external_id="C-2")
    invoice = hub.add_invoice(seller, other, "inv1", date(2025, 1, 31), 1_000_000)
    entry = {"type": "DIRECTORY", "customer_id": "c2", "external_id": "C-2"}
    entry |= {"name": other.name, "email": other.email, "currency": "EUR"}
    runtime.table().write(Put({**keys.directory("demo", "c2"), **entry}))
    accrue(MARCH, customer="c2")
    assert waive(clerk, {"reason": "other"}).status == 409
    waived = waive(clerk, {"reason": "other"}, f"{INTEREST}/waive?customer=c2")
    assert (waived.status, waived.json["customer_id"]) == (200, "c2")
    assert waivers() == [] and invoice


@pytest.mark.parametrize(
    ("charge", "body", "status"),
    [
        (INTEREST, {"reason": "because"}, 422),
        (INTEREST, {}, 422),
        (INTEREST, {"reason": "other", "amount": {"amount": "86.46", "currency": "EUR"}}, 422),
        (INTEREST, {"reason": "other", "amount": {"amount": "1.00", "currency": "USD"}}, 422),
        ("inv1", {"reason": "other"}, 422),
        ("INV1-FEE", {"reason": "other"}, 404),
        ("nothing", {"reason": "other"}, 404),
    ],
)
def test_what_cannot_be_waived_is_refused(clerk, charge, body, status):
    assert waive(clerk, body, f"{charge}/waive").status == status
    assert waivers() == []


def test_a_viewer_may_look_and_not_waive(clerk, identity):
    viewer = identity.mint(operator("demo:viewer"))
    assert call(viewer, "GET", f"{HERE}/charges").status == 200
    assert waive(viewer, {"reason": "other"}).status == 403


@pytest.mark.rule("R32")
def test_an_interest_sheet_is_itemised_and_names_its_sources(clerk):
    sheet = call(clerk, "GET", f"{HERE}/invoices/INV1/interest?to=2025-07-31").json
    assert [(i["first"], i["days"], i["percent"]) for i in sheet["lines"]] == [
        ("2025-02-01", 150, "11.27"),
        ("2025-07-01", 31, "10.27"),
    ]
    assert sheet["total"] == {"amount": "550.38", "currency": "EUR"}
    assert sheet["charged"]["amount"] == "86.45"
    assert any("Bundesbank" in source for source in sheet["sources"])
    british = call(clerk, "GET", f"{HERE}/invoices/INV1/interest?to=2025-07-31&law=uk").json
    assert [i["percent"] for i in british["lines"]] == ["12.75"]
    unknown = call(clerk, "GET", f"{HERE}/invoices/INV1/interest?to=2027-01-01")
    assert (unknown.status, unknown.json["code"]) == (422, "rate_not_known")
    facts = unknown.json["facts"]
    assert facts["known_through"] in facts["reason"] and "policy" in unknown.json["detail"]
    strange = call(clerk, "GET", f"{HERE}/invoices/INV1/interest?law=xx")
    assert (strange.status, "uk" in strange.json["facts"]["reason"]) == (422, True)


def test_a_law_that_is_named_goes_on_with_the_rates_of_a_policy_of_that_law(identity):
    rule = {"law": "uk", "rates": {"2026-07-01": "3.75"}}
    stages = {"name": "standard", "stages": STAGES}
    seller = hub.seed(Policy.model_validate(stages | {"interest": rule}))
    hub.add_invoice(seller, hub.add_customer(seller), "inv1", date(2026, 7, 31))
    hub.move_clock(datetime(2026, 9, 3, 9, tzinfo=UTC))
    admin = identity.mint(ADMIN)
    entry = {"type": "DIRECTORY", "customer_id": "c1", "external_id": "C-1", "name": "N"}
    entry |= {"email": "", "currency": "EUR"}
    runtime.table().write(Put({**keys.directory("demo", "c1"), **entry}))
    path = f"{HERE}/invoices/inv1/interest?customer=c1"
    assert call(admin, "GET", f"{path}&law=uk").json["lines"]
    unknown = call(admin, "GET", f"{path}&law=ie").json
    assert unknown["code"] == "rate_not_known", unknown


def test_without_interest_in_the_policy_a_law_must_be_named(identity):
    seller = hub.seed(Policy.model_validate({"name": "standard", "stages": STAGES}))
    hub.add_invoice(seller, hub.add_customer(seller), "inv1", date(2025, 1, 31))
    hub.move_clock(datetime(2025, 3, 3, 9, tzinfo=UTC))
    admin = identity.mint(ADMIN)
    entry = {"type": "DIRECTORY", "customer_id": "c1", "external_id": "C-1", "name": "N"}
    entry |= {"email": "", "currency": "EUR"}
    runtime.table().write(Put({**keys.directory("demo", "c1"), **entry}))
    path = f"{HERE}/invoices/inv1/interest?customer=c1"
    assert call(admin, "GET", path).status == 409
    assert call(admin, "GET", f"{path}&law=de").json["lines"]
