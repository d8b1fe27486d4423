"""Amounts as people type them: read as the language writes them, refused where unclear."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.formats import LOCALES, Formats
from shared.domain.currencies import EXPONENTS
from shared.domain.money import Money
from shared.errors import InvalidInput

READ = (
    ("en", "1,000.50", 100_050),
    ("en", "1000.50", 100_050),
    ("en", "€1,000.50", 100_050),
    ("en", "1,234,567.80", 123_456_780),
    ("de", "1.000,50", 100_050),
    ("de", "1.000,50 €", 100_050),
    ("de", "1000,50", 100_050),
    ("de", "12.50", 1_250),
    ("de", "1.234.567", 123_456_700),
    ("fr", "1 000,50", 100_050),
    ("fr", "1\u202f000,50\u00a0€", 100_050),
    ("fr", "1\u00a0000", 100_000),
    ("es", "12.345,67", 1_234_567),
    ("es", "EUR 7", 700),
)
REFUSED = (
    ("en", "1.000"),
    ("de", "1,000"),
    ("de", "1.000"),
    ("en", "1,000"),
    ("en", "1.000,50"),
    ("de", "1,000.50"),
    ("fr", "1 00,50"),
    ("fr", "1.000,50"),
    ("de", "10.00.000,50"),
    ("en", "1,00,000.50"),
    ("en", "1e5"),
    ("en", "١٢"),
    ("en", "$5"),
    ("en", ""),
    ("en", "12.345.67"),
)


@pytest.mark.rule("R45")
@pytest.mark.parametrize(("language", "text", "minor"), READ)
def test_an_amount_is_read_as_the_language_writes_it(language, text, minor):
    assert Formats(language).typed_money(text, "EUR") == Money(minor=minor, currency="EUR")


@pytest.mark.rule("R45")
@pytest.mark.parametrize(("language", "text"), REFUSED)
def test_what_could_be_something_else_is_refused(language, text):
    with pytest.raises(InvalidInput):
        Formats(language).typed_money(text, "EUR")


def test_a_currency_without_decimals_and_one_with_three_are_read_by_their_digits():
    assert Formats("en").typed_money("1,000", "JPY").minor == 1_000
    assert Formats("de").typed_money("1.000", "JPY").minor == 1_000
    assert Formats("en").typed_money("1.234", "KWD").minor == 1_234
    assert Formats("de").typed_money("1,234", "KWD").minor == 1_234
    with pytest.raises(InvalidInput):
        Formats("de").typed_money("1.234", "KWD")


@pytest.mark.rule("R45")
@given(
    st.sampled_from(sorted(LOCALES)),
    st.sampled_from(sorted(EXPONENTS)),
    st.integers(min_value=0, max_value=10**12),
)
def test_every_amount_that_a_page_shows_can_be_typed_back(language, currency, minor):
    amount = Money(minor=minor, currency=currency)
    formats = Formats(language)
    assert formats.typed_money(formats.money(amount), currency) == amount
