"""Amounts cross to the gateway and back unchanged, and odd ones do not cross."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.stripe_amounts import OddAmount, from_stripe, to_stripe
from shared.domain.currencies import EXPONENTS
from shared.domain.money import Money
from shared.errors import InvalidInput


@given(st.integers(1, 10**9), st.sampled_from(sorted(EXPONENTS)))
def test_what_the_gateway_takes_comes_back_the_same(minor, currency):
    try:
        amount, code = to_stripe(Money(minor=minor, currency=currency))
    except InvalidInput:
        assert currency in {"BHD", "JOD", "KWD", "OMR", "TND", "MGA"}
        return
    assert from_stripe(amount, code) == Money(minor=minor, currency=currency)


@pytest.mark.parametrize(
    ("money", "amount"),
    [(("EUR", 1250), 1250), (("JPY", 500), 500), (("ISK", 5), 500), (("KWD", 1230), 1230)],
)
def test_stripe_counts_units_its_own_way(money, amount):
    currency, minor = money
    assert to_stripe(Money(minor=minor, currency=currency)) == (amount, currency.lower())


@pytest.mark.parametrize("amount", [0, -1, True, 10**18, "100", 1.0, None])
def test_row_25_an_odd_amount_is_no_money(amount):
    with pytest.raises(OddAmount) as told:
        from_stripe(amount, "eur")
    assert told.value.facts == {"reason": "odd_amount"}


@pytest.mark.parametrize("currency", ["btc", "", None, 7, "eu"])
def test_row_24_an_unknown_currency_is_no_money(currency):
    with pytest.raises(OddAmount) as told:
        from_stripe(100, currency)
    assert told.value.facts == {"reason": "unknown_currency"}


@pytest.mark.parametrize("currency", ["eur", "EUR", "Eur"])
def test_row_24_the_case_of_a_currency_does_not_matter(currency):
    assert from_stripe(100, currency) == Money(minor=100, currency="EUR")


def test_half_an_icelandic_krona_is_odd():
    with pytest.raises(OddAmount):
        from_stripe(550, "isk")
