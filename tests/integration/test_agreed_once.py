"""What is agreed under a name is agreed once, and the name stands for nothing else."""

import pytest

from tests.integration.test_agreements import CUSTOMER, FIRST, PLAN, SECOND, admin, call, owing

__all__ = ["admin", "owing"]
EUROS = {"amount": "10.00", "currency": "EUR"}
AGREED = {
    "promises": ({"documents": [FIRST], "pays_on": "2026-03-05"}, {"amount": EUROS}),
    "disputes": (
        {"documents": [FIRST], "reason": "price", "text": "Too dear."},
        {"text": "Not that dear."},
    ),
    "plans": ({**PLAN, "consent": "By phone with Ms Roth."}, {"parts": 2}),
    "holds": ({"reason": "moving house", "ends_on": "2026-03-20"}, {"documents": [SECOND]}),
}


@pytest.mark.law("4")
@pytest.mark.parametrize("what", AGREED)
def test_a_key_says_the_same_or_is_refused(owing, what):
    said, other = AGREED[what]
    body = {"customer_id": CUSTOMER, **said}

    def ask(path, **changes):
        place, key = f"/entities/demo/{path}", {"idempotency-key": "one"}
        return call(owing, "POST", place, body | changes, key)

    first, again = ask(what), ask(what)
    assert (first.status, again.status) == (201, 201), first.text
    assert again.json == first.json
    refused = ask(what, **other)
    assert (refused.status, refused.json["code"]) == (409, "request_reused")
    listed = call(owing, "GET", f"/entities/demo/{what}?customer={CUSTOMER}").json["items"]
    assert len(listed) == 1


def test_a_key_of_a_promise_makes_no_hold_and_one_of_what_was_refused_is_free(owing):
    key = {"idempotency-key": "one"}
    promise = {"customer_id": CUSTOMER, "documents": [FIRST], "pays_on": "2026-12-05"}
    assert call(owing, "POST", "/entities/demo/promises", promise, key).status == 422
    promise["pays_on"] = "2026-03-05"
    assert call(owing, "POST", "/entities/demo/promises", promise, key).status == 201
    hold = {"customer_id": CUSTOMER, "reason": "moving house", "ends_on": "2026-03-20"}
    refused = call(owing, "POST", "/entities/demo/holds", hold, key)
    assert (refused.status, refused.json["code"]) == (409, "request_reused")


@pytest.mark.law("4")
def test_a_hold_that_ended_is_not_put_again_by_a_request_that_comes_late(owing):
    body = {"customer_id": CUSTOMER, "reason": "moving house", "ends_on": "2026-03-20"}
    key = {"idempotency-key": "one"}
    made = call(owing, "POST", "/entities/demo/holds", body, key).json
    end = f"/entities/demo/holds/{made['hold_id']}/end"
    assert call(owing, "POST", end, {"customer_id": CUSTOMER}).status == 200
    assert call(owing, "POST", "/entities/demo/holds", body, key).status == 201
    (listed,) = call(owing, "GET", f"/entities/demo/holds?customer={CUSTOMER}").json["items"]
    assert listed["ended_on"] is not None
