"""Money's laws: currencies never meet, amounts are whole, and a split sums to what was split."""

import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.currencies import EXPONENTS
from shared.domain.money import Money, exponent, parse_money, split, to_decimal_text, total
from shared.errors import CurrencyMismatch, InvalidInput

CURRENCIES = st.sampled_from(sorted(EXPONENTS))
MINOR = st.integers(-(10**12), 10**12)
MONEY = st.builds(Money, minor=MINOR, currency=CURRENCIES)


@pytest.mark.law("16")
@given(MONEY, MONEY)
def test_money_of_two_currencies_never_meets(one, other):
    for meet in (operator.add, operator.sub, operator.lt, operator.le):
        if one.currency == other.currency:
            meet(one, other)
        else:
            with pytest.raises(CurrencyMismatch):
                meet(one, other)


@pytest.mark.law("16")
@pytest.mark.parametrize("amount", [1.0, 0.1, True, "1", None])
def test_an_amount_is_a_whole_number_of_minor_units(amount):
    with pytest.raises(ValidationError):
        Money(minor=amount, currency="EUR")


@pytest.mark.law("16")
@given(MONEY)
def test_what_is_printed_is_read_again_as_it_was(money):
    assert parse_money(to_decimal_text(money), money.currency) == money


@pytest.mark.law("16")
def test_yen_have_no_decimals_dinars_three_and_nobody_guesses():
    assert [exponent(code) for code in ("JPY", "EUR", "KWD")] == [0, 2, 3]
    assert parse_money("1.234", "KWD").minor == 1234
    for text, code in (("1.5", "JPY"), ("0.001", "EUR"), ("1", "BTC")):
        with pytest.raises(InvalidInput):
            parse_money(text, code)


@pytest.mark.rule("R25")
@pytest.mark.law("15")
@given(MINOR, st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_a_split_sums_to_the_whole_and_each_part_is_next_to_its_share(minor, weights):
    parts = split(minor, weights)
    assert sum(parts) == minor
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - minor * weight) < sum(weights)


@given(st.lists(MINOR, max_size=8), st.randoms())
def test_a_sum_knows_no_order(minors, chance):
    amounts = [Money(minor=minor, currency="EUR") for minor in minors]
    shuffled = chance.sample(amounts, len(amounts))
    assert total(amounts, "EUR") == total(shuffled, "EUR") == total([*amounts], "EUR")
