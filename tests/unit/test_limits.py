"""What is beyond a limit is refused with the limit, in every language of the portal."""

from datetime import date, timedelta

import pytest

from shared.adapters.formats import LOCALES
from shared.adapters.templates import Templates
from shared.domain.limits import Limit, amount_within, day_within, text_within
from shared.domain.money import Money
from shared.errors import CurrencyMismatch, InvalidInput
from tests.support.samples import eur

FIRST = date(2026, 3, 2)
LAST = FIRST + timedelta(days=14)


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("limit", Limit)
def test_every_limit_has_a_sentence_with_its_bounds_in_every_language(language, limit):
    say = Templates().voice(language).words
    told = say(f"portal.limit.{limit}", least="LEAST", most="MOST", count=7)
    bound = {"nothing_left": "", "too_little": "LEAST", "characters": "7"}.get(limit, "MOST")
    assert bound in told


def test_a_day_is_within_its_bounds_or_they_are_told():
    for day in (FIRST, LAST):
        day_within("pays_on", day, FIRST, LAST)
    for day in (FIRST - timedelta(days=1), LAST + timedelta(days=1)):
        with pytest.raises(InvalidInput) as refused:
            day_within("pays_on", day, FIRST, LAST)
        facts = {"field": "pays_on", "limit": "days", "least": "2026-03-02", "most": "2026-03-16"}
        assert refused.value.facts == facts | {"reason": "a day from 2026-03-02 to 2026-03-16"}


def test_an_amount_is_above_zero_and_at_most_so_much():
    assert amount_within("amount", eur(500), eur(500)) == eur(500)
    for minor in (-1, 0, 501):
        with pytest.raises(InvalidInput, match=r"at most 5\.00 EUR"):
            amount_within("amount", eur(minor), eur(500))
    with pytest.raises(InvalidInput, match="nothing of it is left"):
        amount_within("amount", eur(1), eur(0))
    with pytest.raises(CurrencyMismatch):
        amount_within("amount", Money(minor=1, currency="USD"), eur(500))


def test_a_text_that_is_too_long_is_told_how_long_it_may_be():
    text_within("text", "x" * 10, 10)
    with pytest.raises(InvalidInput, match="at most 10 characters, it has 11"):
        text_within("text", "x" * 11, 10)
