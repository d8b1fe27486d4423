"""What a formal letter says on paper: every value formatted, in the customer's language."""

from typing import Any

from shared.adapters.templates import LetterVoice, Templates
from shared.domain.letter import Claimed, CurrencyClaim, Letter, Sheet

_WINDOW_LINES = {Sheet.A4: 6, Sheet.US: 4}
_COLUMNS = ("number", "issued", "due", "total", "open")
_NUMBERS_MAX = 3


def letter_page(told: Letter, templates: Templates) -> dict[str, Any]:
    """Return the texts of the page by place. Nothing in them is markup."""
    voice = templates.letter_voice(told.customer.language, told.entity.language)
    words, formats = voice.words, voice.formats
    seller = lines_of(told.entity.address)
    facts = {
        "day": formats.long_day(told.as_of),
        "deadline": formats.long_day(told.pay_by),
        "amounts": formats.joined([formats.money(claim.total) for claim in told.claims]),
        "email": told.entity.contact_email,
    }
    return {
        "language": voice.language,
        "sheet": str(told.sheet),
        "title": words("letter.title"),
        "date": {
            "year": told.dated_on.year,
            "month": told.dated_on.month,
            "day": told.dated_on.day,
        },
        "seller": {"name": told.entity.name, "lines": seller},
        "sender_line": " · ".join([told.entity.name, *seller]),
        "window": window(told),
        "facts": [
            [words("letter.date"), formats.long_day(told.dated_on)],
            [words("letter.customer"), told.customer.external_id],
            [words("letter.reference"), told.letter_id],
        ],
        "greeting": words("letter.greeting"),
        "before": [words("letter.before", **facts)],
        "groups": [_group(claim, voice) for claim in told.claims],
        "demand": words("letter.demand", **facts),
        "payment": _payment(told, voice),
        "after": [
            words(f"letter.law.{told.law}"),
            *_threat(told, voice),
            words("letter.after", **facts),
            words("letter.contest", **facts),
        ],
        "closing": words("letter.closing"),
        "page": words("letter.page", page="{page}", pages="{pages}"),
    }


def window(told: Letter) -> list[str]:
    """Return the lines that the envelope's window shows; what does not fit shares the last one."""
    lines = [told.customer.name, *lines_of(told.customer.address)]
    room = _WINDOW_LINES[told.sheet]
    return lines if len(lines) <= room else [*lines[: room - 1], ", ".join(lines[room - 1 :])]


def lines_of(address: str) -> list[str]:
    """Return the lines of an address that is written on several lines, or with commas."""
    separator = "\n" if "\n" in address else ","
    return [part.strip() for part in address.split(separator) if part.strip()]


def _group(claim: CurrencyClaim, voice: LetterVoice) -> dict[str, Any]:
    words, money = voice.words, voice.formats.money
    return {
        "columns": [words(f"letter.{name}") for name in _COLUMNS],
        "rows": [
            [
                _name(row, voice),
                voice.formats.day(row.issued_on),
                voice.formats.day(row.due_on),
                money(row.total),
                money(row.payable),
            ]
            for row in claim.rows
        ],
        "total": [words("letter.sum", currency=claim.currency), money(claim.total)],
    }


def _threat(told: Letter, voice: LetterVoice) -> list[str]:
    """Return the sentence about interest that is named and not claimed yet, if there is any."""
    if not told.interest:
        return []
    amounts = voice.formats.joined([voice.formats.money(money) for money in told.interest])
    return [voice.words("letter.threat", amounts=amounts, day=voice.formats.long_day(told.as_of))]


def _name(row: Claimed, voice: LetterVoice) -> str:
    if not row.charge:
        return row.number
    name = voice.words(f"letter.kind.{row.charge}")
    return voice.words("letter.charge", name=name, number=row.number)


def _payment(told: Letter, voice: LetterVoice) -> list[list[str]]:
    """Return how to pay: account and reference where there is an account, the link if any."""
    words, entity = voice.words, told.entity
    numbers = [row.number for claim in told.claims for row in claim.rows if not row.charge]
    purpose = numbers if 0 < len(numbers) <= _NUMBERS_MAX else [told.customer.external_id]
    facts: list[list[str]] = []
    if entity.bank_account:
        facts = [
            [words("letter.holder"), entity.name],
            [words("letter.account"), entity.bank_account],
            [words("letter.purpose"), ", ".join(purpose)],
        ]
    return [*facts, [words("letter.online"), told.link]] if told.link else facts
