"""Amounts, dates and plural forms as a reader of a language writes them."""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import (
    format_decimal,
    format_percent,
    get_currency_symbol,
    get_decimal_symbol,
    get_group_symbol,
    parse_pattern,
)

from shared.domain.money import Money, exponent
from shared.domain.typed_amount import Separators, typed_amount

LOCALES = {"en": "en_GB", "de": "de_DE", "fr": "fr_FR", "es": "es_ES"}
"""The locale that each language's amounts and dates follow; a language not here is not spoken."""

_FIRST_OF_MONTH = re.compile(r"^1 ")
_ISO_DAY = re.compile(r"(?<![\w-])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![\w-])")
_CODE_BEFORE_DIGIT = re.compile(r"([A-Z]{3})(?=[0-9])")


class Formats:
    """Formats of one language. Amounts are never rounded: they show their currency's digits."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._locale = _locale(language)

    def money(self, amount: Money) -> str:
        """Return the amount with its currency sign, such as €1,234.50 or 1.234,50 €."""
        return _money(self._language, amount.minor, amount.currency)

    def typed_money(self, text: str, currency: str) -> Money:
        """Return the amount that somebody typed. Raises InvalidInput where that is not clear."""
        decimal, group = get_decimal_symbol(self._locale), get_group_symbol(self._locale)
        sign = get_currency_symbol(currency, self._locale)
        return typed_amount(text, currency, Separators(decimal, group, sign))

    def number(self, count: int) -> str:
        """Return a whole number with grouping."""
        return _number(self._language, count)

    def decimal(self, text: str) -> str:
        """Return plain decimal text as the language writes it, every digit kept."""
        return str(format_decimal(Decimal(text), locale=self._locale, decimal_quantization=False))

    def percent(self, text: str) -> str:
        """Return plain decimal text as per cent, every digit kept: 7% or 7 %."""
        share = Decimal(text).scaleb(-2)
        return str(format_percent(share, locale=self._locale, decimal_quantization=False))

    def day(self, day: date) -> str:
        """Return the date for a table, such as 4 Dec 2026."""
        return _dated(self._language, day, "medium")

    def long_day(self, day: date) -> str:
        """Return the date for a sentence, such as 4 December 2026."""
        return _dated(self._language, day, "long")

    def dated(self, text: str) -> str:
        """Return text with each date in it as for a table: such as paid by 4 Dec 2026."""
        return _ISO_DAY.sub(lambda found: self._day_of(found[0]), text)

    def plural(self, count: int) -> str:
        """Return the plural category of count: one, other, and what else the language has."""
        return str(self._locale.plural_form(count))

    def joined(self, parts: list[str]) -> str:
        """Return parts as a list in words: a, b and c."""
        if not parts:
            return ""
        *front, last = parts
        if not front:
            return last
        pattern = self._locale.list_patterns["standard"]
        return str(pattern["end" if len(front) > 1 else "2"].format(", ".join(front), last))

    def _day_of(self, text: str) -> str:
        try:
            return self.day(date.fromisoformat(text))
        except ValueError:
            return text


@lru_cache
def _locale(language: str) -> Locale:
    return Locale.parse(LOCALES[language])


# A mail says each amount and date several times, as HTML and as text, and a run the same dates.
@lru_cache(maxsize=4096)
def _money(language: str, minor: int, currency: str) -> str:
    digits, locale = exponent(currency), _locale(language)
    pattern = parse_pattern(locale.currency_formats["standard"].pattern)
    pattern.frac_prec = (digits, digits)
    value = Decimal(minor).scaleb(-digits)
    written = str(pattern.apply(value, locale, currency=currency, currency_digits=False))
    return _CODE_BEFORE_DIGIT.sub("\\1\u00a0", written)


@lru_cache(maxsize=4096)
def _number(language: str, count: int) -> str:
    return format_decimal(count, locale=_locale(language))


@lru_cache(maxsize=4096)
def _dated(language: str, day: date, length: str) -> str:
    written = format_date(day, length, _locale(language))
    return _FIRST_OF_MONTH.sub("1er ", written) if language == "fr" else written
