"""Money that waits speaks for the oldest debts; when it does no more, the sweep looks again."""

import pytest

from tests.integration.cash import CUSTOMER, money, part
from tests.integration.money import causes


@pytest.mark.rule("R33")
def test_money_that_is_used_or_given_back_leaves_the_oldest_debt_to_be_asked_for(desk):
    made = desk.pay("120.00").json["payment_id"]
    before = causes("acme")
    parts = {"parts": [part(desk.names[2], "70.00")]}
    assert desk.post(f"/customers/{CUSTOMER}/credits/{made}/allocate", parts).status < 300
    (cause,) = causes("acme") - before
    assert cause.startswith("allocation:")
    before = causes("acme")
    path = f"/customers/{CUSTOMER}/credits/{made}/refunds"
    assert desk.post(path, {"amount": money("50.00")}).status == 201
    (cause,) = causes("acme") - before
    assert cause.startswith("refund:")
