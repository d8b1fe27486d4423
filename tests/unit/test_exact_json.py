"""Numbers on the wire to accounting systems keep their digits."""

import json

import pytest

from shared.adapters import exact_json
from shared.adapters.erp_values import BadValue, money, number
from shared.domain.money import Money

AMOUNTS = [
    (30, "EUR", "0.30"),
    (1_001, "KWD", "1.001"),
    (700, "JPY", "700"),
    (9_007_199_254_740_993, "EUR", "90071992547409.93"),
    (-9_007_199_254_740_993, "KWD", "-9007199254740.993"),
]


@pytest.mark.law("16")
@pytest.mark.parametrize(("minor", "currency", "digits"), AMOUNTS)
def test_an_amount_is_written_by_its_digits_and_read_as_the_same(minor, currency, digits):
    amount = Money(minor=minor, currency=currency)
    text = exact_json.written({"lines": [{"Amount": number(amount)}]})
    assert text == f'{{"lines": [{{"Amount": {digits}}}]}}'
    (line,) = exact_json.read(text)["lines"]
    assert money(line, "Amount", currency) == amount


def test_all_else_is_written_as_json_does():
    value = {"a": [1, True, None, "ü\n", {}], "b": {"c": []}, "d": ("x",)}
    assert json.loads(exact_json.written(value)) == json.loads(json.dumps(value))


def test_a_float_is_sent_to_nobody():
    with pytest.raises(TypeError):
        exact_json.written({"Amount": 0.1 + 0.2})


@pytest.mark.parametrize(
    ("told", "currency", "minor"),
    [
        ("0.30000000000000004", "EUR", 30),  # 0.1 + 0.2
        ("4.3499999999999996", "EUR", 435),  # 4.35 as a float has it
        ("1.1009999999999998", "KWD", 1_101),
        ("1e2", "EUR", 100_00),
    ],
)
def test_what_binary_reckoning_leaves_behind_the_last_digit_is_no_money(told, currency, minor):
    record = exact_json.read(f'{{"TotalAmt": {told}}}')
    assert money(record, "TotalAmt", currency) == Money(minor=minor, currency=currency)


@pytest.mark.parametrize("told", ["0.305", "0.30001", "1e400", "1e-400000000", "NaN", "Infinity"])
def test_what_has_no_whole_minor_units_is_bad_or_nothing(told):
    record = exact_json.read(f'{{"TotalAmt": {told}}}')
    if told == "1e-400000000":
        assert money(record, "TotalAmt", "EUR").minor == 0
        return
    with pytest.raises(BadValue):
        money(record, "TotalAmt", "EUR")
