"""The formal letter: its own date, a fresh deadline, figures that add up, an address in sight."""

import io
from dataclasses import replace
from datetime import date, timedelta
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from shared.adapters.formats import LOCALES, Formats
from shared.adapters.holiday_calendar import closed_days
from shared.adapters.letter_page import letter_page, window
from shared.adapters.templates import FOLDER, LETTER_FILES, Templates
from shared.adapters.typst_pdf import Printer
from shared.adapters.words import sentences
from shared.domain.document import Document, DocumentKind, Instalment
from shared.domain.letter import (
    Letter,
    LetterLaw,
    Sheet,
    fresh_deadline,
    letter_claims,
)
from shared.domain.notice import NoticeItem
from tests.support.samples import customer, entity, eur

DATED = date(2026, 11, 20)
ISSUED = date(2026, 8, 1)
DUE = date(2026, 8, 31)
POINTS_PER_MM = 72 / 25.4
PRINTER = Printer(Templates())


def _document(name: str, minor: int, **changes: object) -> Document:
    values: dict[str, object] = {
        "document_id": name,
        "kind": DocumentKind.INVOICE,
        "number": name.upper(),
        "issued_on": ISSUED,
        "due_on": DUE,
        "total": eur(minor),
        "open": eur(minor),
    }
    return Document(**(values | changes))


def _charge(name: str, invoice: str, minor: int, kind: str) -> Document:
    return _document(
        name,
        minor,
        kind=DocumentKind.CHARGE,
        invoice_id=invoice,
        charge=kind,
        issued_on=DATED,
        due_on=DATED,
    )


def _item(document: Document, asked: bool = True) -> NoticeItem:
    return NoticeItem(document.document_id, document.number, document.due_on, document.open, asked)


DOCUMENTS = (
    _charge("b-fee", "b", 4_000, "compensation"),
    _document("b", 100_00, due_on=DUE + timedelta(days=9)),
    _document("a", 250_00),
    _charge("a-int", "a", 321, "interest"),
    _document("c", 999_00, due_on=DATED + timedelta(days=30)),
)


def _letter(law: LetterLaw = LetterLaw.DE, language: str = "en", **changes: object) -> Letter:
    items = [_item(d, asked=d.document_id != "c") for d in DOCUMENTS]
    whose = customer(language=language, address="Hafenweg 5\n20457 Hamburg\nGermany")
    seller = entity(bank_account="DE02 1203 0000 0000 2020 51", address="Quay 1, Dublin")
    claims, pay_by = letter_claims(DOCUMENTS, items), fresh_deadline(DATED, law)
    made = Letter("L-1", seller, whose, law, DATED, DATED, pay_by, claims)
    return replace(made, **changes)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.sampled_from(LetterLaw), st.integers(0, 60))
def test_a_deadline_is_fresh_long_enough_and_on_a_business_day(dated, law, asked):
    last = fresh_deadline(dated, law, asked)
    assert (last - dated).days >= 3 + max(asked, 14 if law in (LetterLaw.NO, LetterLaw.UK) else 7)
    assert (last - dated).days <= 3 + max(asked, 14) + 2
    assert last.isoweekday() <= 5


@pytest.mark.rule("R38")
def test_a_deadline_does_not_end_on_a_holiday_of_the_customer():
    closed, _ = closed_days("DE", "")
    assert fresh_deadline(date(2026, 12, 15), LetterLaw.DE, closed_on=closed) == date(2026, 12, 28)
    assert fresh_deadline(date(2026, 3, 24), LetterLaw.DE, closed_on=closed) == date(2026, 4, 7)
    assert fresh_deadline(date(2026, 3, 24), LetterLaw.DE) == date(2026, 4, 3)


def test_a_letter_has_its_own_date_and_not_that_of_an_invoice():
    page = letter_page(_letter(), Templates())
    assert page["date"] == {"year": 2026, "month": 11, "day": 20}
    assert page["facts"][0][1] == "20 November 2026"
    assert "30 November 2026" in page["demand"]
    later = fresh_deadline(DATED + timedelta(days=30), LetterLaw.DE)
    assert later == _letter().pay_by + timedelta(days=30)


def test_each_invoice_is_followed_by_its_charges_and_only_what_is_asked_for_adds_up():
    (claim,) = _letter().claims
    assert [row.number for row in claim.rows] == ["A", "A-INT", "B", "B-FEE"]
    assert claim.total == eur(250_00 + 321 + 100_00 + 4_000)


def test_an_instalment_is_claimed_by_its_own_part():
    parts = tuple(
        Instalment(n, DUE + timedelta(days=30 * n), eur(50_00), eur(50_00)) for n in (1, 2)
    )
    whole = _document("d", 100_00, instalments=parts)
    item = NoticeItem("d/1", "D (1/2)", parts[0].due_on, eur(20_00), asked=True)
    (claim,) = letter_claims([whole], [item])
    (row,) = claim.rows
    assert (row.number, row.total, row.payable) == ("D (1/2)", eur(50_00), eur(20_00))


def test_a_letter_that_asks_for_nothing_is_none():
    with pytest.raises(ValueError, match="asks for something"):
        letter_claims(DOCUMENTS, [_item(DOCUMENTS[0], asked=False)])
    with pytest.raises(ValueError, match="open document"):
        letter_claims((), [_item(DOCUMENTS[0])])


def _places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_letters_have_every_sentence_in_every_language_and_for_every_law():
    english = sentences(FOLDER / "en", LETTER_FILES)
    assert {f"letter.law.{law}" for law in LetterLaw} <= english.keys()
    for language in LOCALES:
        words = sentences(FOLDER / language, LETTER_FILES)
        assert words.keys() == english.keys()
        for key, sentence in words.items():
            assert _places(str(sentence)) == _places(str(english[key])), (language, key)


@pytest.mark.parametrize("language", sorted(LOCALES))
@pytest.mark.parametrize("law", [LetterLaw.DE, LetterLaw.US])
def test_the_printed_letter_says_all_figures_and_the_deadline(language: str, law: LetterLaw):
    told = _letter(law, language, link="https://pay.seller.example/x")
    formats = Formats(language)
    printed = PRINTER.letter(told)
    assert printed == PRINTER.letter(told)
    text = _folded(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(printed)).pages))
    wanted = [formats.money(row.payable) for claim in told.claims for row in claim.rows]
    wanted += [formats.money(claim.total) for claim in told.claims]
    wanted += [formats.long_day(told.pay_by), formats.long_day(DATED), "DE02 1203 0000", "L-1"]
    for value in wanted:
        assert _folded(value) in text
    assert "{" not in text


def _folded(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("law", "box_mm"),
    # what the window shows of the paper however it slips in the envelope: x, y, x, y from top left
    [(LetterLaw.DE, (20, 62.7, 105, 90)), (LetterLaw.US, (22.2, 63.5, 111.1, 80.5))],
)
def test_the_address_and_nothing_else_is_in_the_window(law: LetterLaw, box_mm: tuple[float, ...]):
    told = _letter(law)
    page = PdfReader(io.BytesIO(PRINTER.letter(told))).pages[0]
    height = float(page.mediabox.height)
    seen: list[str] = []

    def visit(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        x = (tm[4] * cm[0] + cm[4]) / POINTS_PER_MM
        y = (height - (tm[5] * cm[3] + cm[5])) / POINTS_PER_MM
        if text.strip() and box_mm[0] <= x <= box_mm[2] and box_mm[1] <= y <= box_mm[3]:
            seen.append(text.strip())

    page.extract_text(visitor_text=visit)
    assert _folded(" ".join(seen)) == "Nordlicht GmbH Hafenweg 5 20457 Hamburg Germany"


def test_a_long_address_keeps_to_the_window():
    told = _letter(LetterLaw.US)
    long = replace(told, customer=replace(told.customer, address="\n".join("abcdefg")))
    assert long.sheet is Sheet.US
    assert window(long) == ["Nordlicht GmbH", "a", "b", "c, d, e, f, g"]
