"""Idempotency keys, and answers that never arrive."""

import threading

import pytest
import stripe

from tests.e2e.local_stripe.conftest import LocalStripe, until


def test_the_same_request_twice_is_carried_out_once(local: LocalStripe) -> None:
    first, second = local.session(key="k1"), local.session(key="k1")
    assert first.id == second.id
    assert "idempotent-replayed" not in {k.lower() for k in first.last_response.headers}
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert first.last_response.body == second.last_response.body
    assert len(local.client.v1.checkout.sessions.list().data) == 1


def test_the_same_key_with_other_parameters_is_an_error(local: LocalStripe) -> None:
    local.session(100, key="k1")
    with pytest.raises(stripe.IdempotencyError) as refused:
        local.session(200, key="k1")
    assert refused.value.http_status == 400
    assert len(local.client.v1.checkout.sessions.list().data) == 1


def test_a_key_in_use_is_a_conflict(local: LocalStripe) -> None:
    path = "/v1/checkout/sessions"
    local.control("POST", "faults", target="api", kind="delay", match=path, seconds=0.6)
    slow = threading.Thread(target=local.session, kwargs={"key": "k1"})
    slow.start()
    until(lambda: local.control("GET", "faults")["faults"][0]["fired"])
    with pytest.raises(stripe.APIError) as refused:
        local.session(key="k1")
    assert refused.value.http_status == 409
    slow.join()
    assert local.session(key="k1").last_response.headers["Idempotent-Replayed"] == "true"


def test_a_lost_answer_is_found_again_under_its_key(local: LocalStripe) -> None:
    local.control("POST", "faults", target="api", kind="lose_answer", method="POST")
    with pytest.raises(stripe.APIConnectionError):
        local.session(key="k1")
    (made,) = local.client.v1.checkout.sessions.list().data
    again = local.session(key="k1")
    assert again.id == made.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"


def test_a_stored_500_is_replayed_and_a_503_is_not(local: LocalStripe) -> None:
    local.control("POST", "faults", target="api", kind="error", method="POST")
    local.control("POST", "faults", target="api", kind="unavailable", method="POST")
    for _ in range(2):
        with pytest.raises(stripe.APIError) as refused:
            local.session(key="kept")
        assert refused.value.http_status == 500
    with pytest.raises(stripe.APIError) as refused:
        local.session(key="not kept")
    assert refused.value.http_status == 503
    assert local.session(key="not kept").status == "open"


def test_a_timeout_carries_nothing_out(local: LocalStripe) -> None:
    local.control("POST", "faults", target="api", kind="timeout", method="POST", seconds=0.2)
    with pytest.raises(stripe.APIConnectionError):
        local.session(key="k1")
    assert local.client.v1.checkout.sessions.list().data == []
    assert "Idempotent-Replayed" not in local.session(key="k1").last_response.headers


def test_a_forgotten_key_makes_a_second_object(local: LocalStripe) -> None:
    first = local.session(key="k1")
    local.control("POST", "idempotency/forget")
    assert local.session(key="k1").id != first.id
