"""Text messages: whose number it is, how long they are, and what they must say."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.formats import LOCALES
from shared.adapters.sms_events import sms_event
from shared.adapters.sms_texts import SmsTexts
from shared.adapters.templates import Templates
from shared.domain.mail import MailEventKind
from shared.domain.money import Money
from shared.domain.phone import e164
from shared.domain.sms import PART_MAX, SINGLE_MAX, SmsView, gsm7, parts, septets
from tests.support.samples import customer, entity, eur

TEXTS = SmsTexts(Templates())
TOKEN = "x" * 43
LINK = f"https://pay.seller.example/p/demo/l/{TOKEN}"
LONG_LINK = f"https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/p/demo/l/{TOKEN}"
SINCE, TODAY = date(2026, 9, 30), date(2026, 12, 24)


def view(language: str = "en", **changes: object) -> SmsView:
    values: dict[str, object] = {
        "entity": entity(),
        "customer": customer(language=language),
        "amounts": (eur(1_234_567),),
        "fees": (eur(4_000),),
        "since": SINCE,
        "today": TODAY,
        "link": LINK,
    }
    return SmsView(**(values | changes))


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+49 30 123456", "+4930123456"),
        ("0049 (0)30 / 12-34-56", "+4930123456"),
        ("+1 (206) 555-0100", "+12065550100"),
        ("030 123456", ""),
        ("+0301234567", ""),
        ("call me", ""),
        ("", ""),
        ("+4930123456 ext 7", ""),
    ],
)
def test_a_number_is_one_only_with_its_country(written, number):
    assert e164(written) == number


@pytest.mark.parametrize("language", sorted(LOCALES))
def test_a_short_address_fits_into_one_message_in_every_language(language):
    text = TEXTS.sms(view(language, fees=()))
    assert septets(text) <= SINGLE_MAX, (septets(text), text)
    assert LINK in text


@pytest.mark.rule("R22")
@pytest.mark.parametrize("language", sorted(LOCALES))
@pytest.mark.parametrize("since", [SINCE, TODAY])
def test_a_fee_is_named_in_the_message_that_charges_it(language, since):
    text = TEXTS.sms(view(language, since=since, link=LONG_LINK))
    assert "40" in text.replace(LONG_LINK, "").replace("1.234", "")
    assert parts(text) <= 2, text
    assert septets(text) <= 2 * PART_MAX


@pytest.mark.parametrize("language", sorted(LOCALES))
def test_three_currencies_and_a_long_name_fit_into_two(language):
    whose = entity(name="Vereinigte Nordwestdeutsche Handelsgesellschaft für Schiffsbedarf mbH")
    amounts = tuple(Money(minor=98_765_432, currency=c) for c in ("CHF", "EUR", "USD"))
    text = TEXTS.sms(view(language, entity=whose, amounts=amounts, link=LONG_LINK))
    assert parts(text) <= 2, (septets(text), text)


@given(st.text(max_size=300))
def test_what_is_sent_is_in_the_networks_own_alphabet(text):
    plain = gsm7(text)
    assert gsm7(plain) == plain
    assert parts(plain) == (1 if septets(plain) <= 160 else -(-septets(plain) // 153))


def test_the_event_of_a_text_names_its_notice():
    tags = {"entity": "demo", "customer": "c1", "notice": "7"}
    told = {"eventType": "TEXT_CARRIER_UNREACHABLE", "messageId": "m", "context": tags}
    event = sms_event(told)
    assert event is not None
    assert (event.kind, event.n, event.detail) == (MailEventKind.BOUNCED, 7, "carrier_unreachable")
    assert sms_event(told | {"eventType": "TEXT_UNKNOWN"}) is None
    assert sms_event({"eventType": "TEXT_DELIVERED", "context": {}}) is None
