"""Money that goes back: bounced transfers, refunds."""

import pytest

from tests.integration.cash import CUSTOMER, money, part
from tests.integration.money import of_type


@pytest.mark.rule("R10")
def test_a_bounced_transfer_opens_its_invoices_again_with_their_due_dates(desk):
    made = desk.pay("150.00", oldest_first=True).json["payment_id"]
    key = "reverse-once"
    for _ in range(2):
        back = desk.post(
            f"/payments/{made}/reverse", {"reason": "bounced", "note": "bank says so"}, key
        )
        assert (back.status, back.json["state"], back.json["allocations"]) == (200, "returned", [])
    desk.check()
    assert desk.open() == ["100.00"] * 3
    heads = {i["document_id"]: i["due_on"] for i in of_type("acme", "HEAD")}
    assert [heads[n] for n in desk.names] == ["2026-01-20", "2026-02-20", "2026-03-20"]
    assert not of_type("acme", "CREDIT")
    notes = [i["amount"] for i in of_type("acme", "WRITEBACK")]
    assert sorted(notes) == [-10_000, -5_000, 5_000, 10_000]
    reasons = {i["sk"].rpartition("#")[2] for i in of_type("acme", "TICKET")}
    assert any(reason.startswith("payment:") for reason in reasons)
    twice = desk.post(f"/payments/{made}/reverse", {"reason": "bounced"})
    assert (twice.status, twice.json["code"]) == (409, "conflict")


@pytest.mark.rule("R13")
@pytest.mark.law("13")
def test_a_refund_is_bounded_by_what_waits_and_may_take_back_what_was_paid(desk):
    made = desk.pay("120.00", parts=[part(desk.names[0], "100.00")]).json["payment_id"]
    path = f"/customers/{CUSTOMER}/credits/{made}/refunds"
    refused = desk.post(path, {"amount": money("50.00")})
    assert (refused.status, refused.json["code"]) == (409, "not_refundable")
    assert refused.json["facts"] == {"refundable": "20.00 EUR", "allocated": "100.00 EUR"}
    given = desk.post(path, {"amount": money("50.00"), "release": True}, "once")
    assert (given.status, given.json["state"], given.json["via"]) == (201, "done", "bank")
    assert desk.post(path, {"amount": money("50.00"), "release": True}, "once").json == given.json
    assert desk.open()[0] == "30.00"
    desk.check()
    too_much = desk.post(path, {"amount": money("70.01"), "release": True})
    assert (too_much.status, too_much.json["code"]) == (409, "not_refundable")
    assert desk.get(f"/refunds/{given.json['refund_id']}").json == given.json
