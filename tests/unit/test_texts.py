"""The words: complete in every language, exact in every amount, safe in every place."""

import re
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import pytest

from shared.adapters.formats import LOCALES, Formats
from shared.adapters.links import cut_tokens
from shared.adapters.templates import FOLDER, Templates
from shared.adapters.texts import SPEECHES, Texts
from shared.adapters.words import sentences
from shared.domain.messages import (
    MAIL_TEMPLATES,
    AnswerView,
    MailText,
    MailView,
    ReceiptView,
    TakingView,
)
from shared.domain.money import Money
from shared.domain.notice import NoticeItem
from shared.domain.stage import Tone
from shared.errors import InvalidInput
from tests.support.samples import customer, entity, eur

TODAY = date(2026, 11, 22)
LINK = "https://pay.seller.example/p/demo/l/" + "a" * 43
TEXTS = Texts(Templates())
SPACES = str.maketrans({"\u00a0": " ", "\u202f": " "})
EVIL = '<script>x</script>"><img src=x onerror=y>\r\nBcc: z@evil.example\u202e'


def _item(number: str, days: int, amount: Money, asked: bool = True) -> NoticeItem:
    return NoticeItem(f"d-{number}", number, TODAY - timedelta(days=days), amount, asked)


ITEMS = (
    _item("INV-1", 20, eur(123_450)),
    _item("INV-2", 0, eur(5_000)),
    _item("INV-3", -5, eur(777), asked=False),
    _item("US-1", 3, Money(minor=99, currency="USD")),
    _item("JP-1", -1, Money(minor=5_000, currency="JPY"), asked=False),
)
PAYMENT = ReceiptView(eur(10_000), (("INV-1", eur(9_000)),), "pi_123", TODAY, eur(1_000))
ANSWER = AnswerView("won", ("INV-1",), TODAY, "As agreed on the phone.", eur(900))

TAKING = TakingView(TODAY + timedelta(days=2), "Visa ••4242")


def _mail(template: str, language: str = "en", **changes: object) -> MailText:
    values: dict[str, object] = {
        "entity": entity(bank_account="DE02 1203", contact_phone="+49 1", address="Hafen 1"),
        "customer": customer(),
        "items": ITEMS,
        "today": TODAY,
        "link": LINK,
        "fees": (("F-1", eur(4_000)),) if template == "late_fee" else (),
        "payment": PAYMENT if template == "receipt" else None,
        "answer": ANSWER if template == "answer" else None,
        "taking": TAKING if template == "autopay" else None,
    }
    return TEXTS.mail(template, language, MailView(**(values | changes)))


def _visible(html: str) -> str:
    """Return what a person reads of html, spaces folded."""
    seen: list[str] = []

    class Reader(HTMLParser):
        hidden = False

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.hidden = tag in ("style", "title")

        def handle_endtag(self, tag: str) -> None:
            self.hidden = False

        def handle_data(self, data: str) -> None:
            if not self.hidden:
                seen.append(data)

    Reader().feed(html)
    return " ".join(" ".join(seen).split())


def _places(sentence: str | dict[str, str]) -> set[str]:
    forms = [sentence] if isinstance(sentence, str) else list(sentence.values())
    return {name for form in forms for _, name, _, _ in Formatter().parse(form) if name}


def test_every_language_has_every_sentence_with_the_same_values_in_it() -> None:
    english = sentences(FOLDER / "en")
    assert len(english) > 150
    for language in LOCALES:
        words = sentences(FOLDER / language)
        assert words.keys() == english.keys()
        for key, sentence in words.items():
            assert _places(sentence) | {"count"} == _places(english[key]) | {"count"}, key
            assert isinstance(sentence, str) == isinstance(english[key], str), key


def test_every_sentence_is_used_somewhere() -> None:
    templates = [p.read_text() for p in FOLDER.rglob("*.html")]
    templates += [p.read_text() for p in FOLDER.rglob("*.txt")]
    rooms = (Path("functions/portal"), Path("shared/adapters"))
    code = [p.read_text() for room in rooms for p in room.rglob("*.py")]
    everything = "\n".join(templates + code)
    known = re.compile(
        rf"mail\.({'|'.join(SPEECHES)}|stage|note|tones)\.|statement\.(kind|bucket)\."
    )
    unused = [
        key
        for key in sentences(FOLDER / "en")
        if not known.match(key) and not any(name in everything for name in _spellings(key))
    ]
    assert not unused


@pytest.mark.parametrize("language", sorted(LOCALES))
def test_a_stage_s_tone_closes_the_mail(language: str) -> None:
    closings = {_mail("reminder", language, tone=tone).text for tone in ("", *Tone)}
    assert len(closings) == 1 + len(Tone)
    for tone in Tone:
        words = sentences(FOLDER / language)[f"mail.tones.{tone}"]
        assert isinstance(words, str)
        assert words.translate(SPACES) in _mail("reminder", language, tone=str(tone)).text
        assert words not in _mail("receipt", language, tone=str(tone)).text


def _spellings(key: str) -> tuple[str, ...]:
    """Return how templates and code may spell a key: whole, or as what a helper completes."""
    use, *rest = key.split(".")
    page = ".".join(rest).removesuffix("_title")
    helped = use == "invoice" or rest[0] == "error"
    last = (f'"{rest[-1]}"',) if helped else ()
    return f'"{key}"', f'"{page}"', *last, *_by_state(key)


def _by_state(key: str) -> tuple[str, ...]:
    match = re.fullmatch(r"portal\.thanks\.(paid|ended|processing)(_title)?", key)
    return ('"portal.thanks." + state',) if match else ()


@pytest.mark.parametrize("language", sorted(LOCALES))
@pytest.mark.parametrize("template", sorted(MAIL_TEMPLATES))
def test_html_and_text_tell_the_same_documents_and_amounts(template: str, language: str) -> None:
    mail = _mail(template, language)
    formats = Formats(language)
    read = _visible(mail.html).translate(SPACES)
    for item in ITEMS:
        amount = formats.money(item.payable).translate(SPACES)
        for said in (read, mail.text):
            assert item.number in said
            assert amount in said
    assert LINK in mail.text
    assert mail.html.count(f'href="{LINK}"') == 2
    assert f'<html lang="{language}"' in mail.html
    assert "\n" not in mail.subject
    assert "{" not in mail.subject + mail.text


def test_totals_are_per_currency_and_only_of_what_is_asked() -> None:
    text = _mail("reminder").text
    assert "Total: €1,284.50\n" in text
    assert "Everything open in EUR: €1,292.27\n" in text
    assert "Total: US$0.99\n" in text
    assert "Everything open in JPY: JP¥5,000\n" in text


def test_a_reminder_lists_what_is_due_today_but_does_not_call_it_overdue() -> None:
    mail = _mail("reminder")
    assert mail.subject == "Reminder: 2 invoices from Seller Ltd, €1,234.50 and US$0.99"
    assert "INV-2 | 22 Nov 2026 | due today | €50.00" in mail.text
    assert "not received €1,234.50 and US$0.99 in total for 2 invoices" in mail.text
    assert _mail("reminder", items=ITEMS[1:2]).subject.startswith("Reminder: invoice INV-2")


def test_a_mail_ahead_of_time_does_not_call_soon_what_is_due_already() -> None:
    late, today = _item("A", 3, eur(1_000)), _item("B", 0, eur(1_500))
    ahead, other = _item("C", -2, eur(2_000)), _item("D", 12, eur(9_000))

    def written(template: str, *items: NoticeItem) -> MailText:
        stages = {i.document_id: "reminder" if i is other else "upcoming" for i in items}
        return _mail(template, items=items, stages=stages)

    assert written("upcoming", ahead).subject.startswith("Due soon: invoice C")
    assert written("upcoming", today).subject.startswith("Due today: invoice B")
    for items in ((late, ahead), (late, today, ahead)):
        mail = written("upcoming", *items)
        assert mail.subject.startswith("Due: ")
        assert "C" not in mail.subject
        assert mail.text.index("Due\n") < mail.text.index("  A |") < mail.text.index("Due soon\n")
        assert mail.text.index("Due soon\n") < mail.text.index("  C |")
    mail = written("reminder", other, late)
    assert "Due soon" not in mail.text
    assert mail.text.index("Overdue\n") < mail.text.index("Due\n") < mail.text.index("  A |")


def test_a_mail_about_one_invoice_names_it_with_amount_and_date_in_the_subject() -> None:
    mail = _mail("reminder", items=ITEMS[:1])
    expected = "Reminder: invoice INV-1 from Seller Ltd, €1,234.50, was due 2 November 2026"
    assert mail.subject == expected
    german = _mail("reminder", "de", items=ITEMS[:1]).subject
    assert german.endswith("1.234,50 €, fällig seit 2. November 2026")


def test_days_late_are_said_in_words_with_the_right_plural() -> None:
    rows = tuple(_item(f"N{days}", days, eur(1)) for days in (1, 2, 0, -1, -2))
    text = _mail("reminder", items=rows).text
    for words in ("1 day late", "2 days late", "due today", "due tomorrow", "due in 2 days"):
        assert words in text


def test_a_receipt_asks_for_nothing() -> None:
    text = _mail("receipt").text
    assert "Please pay" not in text
    assert "Total: €100.00" in text
    assert "pi_123" in text
    assert "Kept as credit on your account | €10.00" in text
    assert "Nothing is open on your account." in _mail("receipt", items=()).text


def test_a_late_fee_is_named_with_its_amount() -> None:
    for said in (_mail("late_fee").text, _visible(_mail("late_fee").html)):
        assert "Charged now, F-1: €40.00" in said


@pytest.mark.rule("R20")
def test_interest_that_is_only_a_threat_is_named_as_not_charged() -> None:
    mail = _mail("reminder", interest=(eur(8_645),))
    for said in (mail.text, _visible(mail.html)):
        assert "Interest to date, not charged so far: €86.45" in said


@pytest.mark.parametrize("template", sorted(MAIL_TEMPLATES))
def test_a_name_full_of_tricks_is_text_everywhere(template: str) -> None:
    mail = _mail(template, customer=customer(name=EVIL), entity=entity(name=EVIL))
    assert "<script" not in mail.html
    assert "<img" not in mail.html
    assert "\u202e" not in mail.html + mail.text + mail.subject
    assert not re.search(r"[\r\n]", mail.subject)


def test_an_unknown_language_falls_back_to_the_sellers() -> None:
    german = entity(language="de")
    assert "Guten Tag" in _mail("reminder", "it", entity=german).text
    assert "Hello" in _mail("reminder", "it", entity=entity(language="xx")).text


def test_an_unknown_template_is_an_error_of_its_own() -> None:
    with pytest.raises(InvalidInput):
        _mail("upsell")


def test_a_link_that_is_not_an_address_never_becomes_a_button() -> None:
    with pytest.raises(ValueError, match="absolute address"):
        _mail("reminder", link="javascript:alert(1)")


def test_the_secret_of_a_link_is_cut_out_of_what_is_kept() -> None:
    mail = _mail("reminder")
    kept = cut_tokens(mail.html) + cut_tokens(mail.text)
    assert "a" * 43 not in kept
    assert kept.count("/p/demo/l/…") == 4


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", "by 5 Mar 2026."), ("de", "by 05.03.2026."), ("fr", "by 5 mars 2026.")],
)
def test_days_in_a_sentence_are_written_as_everywhere_else(language: str, written: str) -> None:
    formats = Formats(language)
    assert formats.dated("Payment by 2026-03-05.") == f"Payment {written}"
    for other in ("INV-2026-03-05", "2026-03-0512", "2026-13-45", "2026-03-05-1"):
        assert formats.dated(other) == other


@pytest.mark.parametrize(
    ("language", "amount", "written"),
    [
        ("en", Money(minor=123_456_789, currency="EUR"), "€1,234,567.89"),
        ("de", Money(minor=123_456_789, currency="EUR"), "1.234.567,89 €"),
        ("en", Money(minor=1_234, currency="JPY"), "JP¥1,234"),
        ("en", Money(minor=1_234, currency="KWD"), "KWD 1.234"),
        ("de", Money(minor=-5, currency="GBP"), "-0,05 £"),
        ("en", Money(minor=150, currency="IDR"), "IDR 1.50"),
        ("en", Money(minor=12_345, currency="ALL"), "ALL 123.45"),
    ],
)
def test_amounts_show_every_digit_of_their_currency(
    language: str, amount: Money, written: str
) -> None:
    assert Formats(language).money(amount).replace("\xa0", " ") == written


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "€98.00 if you pay by 25 November 2026: that is €2.00 off."),
        ("de", "98,00 € bei Zahlung bis zum 25. November 2026: 2,00 € Skonto."),
    ],
)
def test_an_offered_discount_stands_below_its_invoice_with_its_last_day(language, sentence):
    item = replace(ITEMS[0], payable=eur(100_00), off=eur(2_00), off_until=date(2026, 11, 25))
    mail = _mail("invoice", language, items=(item, ITEMS[1]))
    assert _visible(mail.html).replace("\u00a0", " ").count(sentence) == 1
    assert mail.text.count(sentence) == 1
