"""What a statement of account says on paper: every value formatted, in the customer's language."""

from typing import Any

from shared.adapters.templates import Templates, Voice
from shared.domain.document import Document, DocumentKind
from shared.domain.figures import BUCKETS
from shared.domain.statement_of_account import CurrencyStatement, Statement


def statement_page(told: Statement, templates: Templates) -> dict[str, Any]:
    """Return the texts of the page by place. Nothing in them is markup."""
    voice = templates.voice(told.customer.language, told.entity.language)
    words, formats = voice.words, voice.formats
    period = words("statement.through", day=formats.long_day(told.on))
    if told.first is not None:
        first, last = formats.long_day(told.first), formats.long_day(told.on)
        period = words("statement.period", first=first, last=last)
    return {
        "language": voice.language,
        "title": words("statement.title"),
        "period": period,
        "date": {"year": told.on.year, "month": told.on.month, "day": told.on.day},
        "seller": {"name": told.entity.name, "lines": _lines_of(told.entity.address)},
        "customer": {"name": told.customer.name, "lines": _lines_of(told.customer.address)},
        "reference": [words("statement.customer"), told.customer.external_id],
        "nothing": words("statement.nothing"),
        "currencies": [_currency(told, one, voice) for one in told.currencies],
        "bank": [words("statement.bank"), told.entity.bank_account]
        if told.entity.bank_account
        else None,
        "contact": words("statement.contact", email=told.entity.contact_email),
        "page": words("statement.page", page="{page}", pages="{pages}"),
    }


def _currency(told: Statement, one: CurrencyStatement, voice: Voice) -> dict[str, Any]:
    words, money = voice.words, voice.formats.money
    activity = None
    if told.first is not None:
        brought = voice.formats.day(told.first)
        activity = {
            "heading": words("statement.activity"),
            "columns": [words(f"statement.{n}") for n in ("date", "what", "amount", "balance")],
            "rows": [[brought, words("statement.brought_forward"), "", money(one.brought_forward)]]
            + [
                [
                    voice.formats.day(line.day),
                    " ".join(filter(None, (words(f"statement.kind.{line.kind}"), line.number))),
                    money(line.amount),
                    money(line.balance),
                ]
                for line in one.activity
            ],
        }
    columns = ("number", "issued", "due", "late", "total", "open")
    return {
        "heading": words("statement.currency", currency=one.currency),
        "balance": [words("statement.balance_due"), money(one.balance)],
        "columns": [words(f"statement.{n}") for n in columns],
        "rows": [_item(told, item, voice) for item in one.items],
        "credits": [
            [
                words("statement.credit_of", day=voice.formats.day(c.received_on)),
                money(-c.unapplied),
            ]
            for c in one.credits
        ],
        "ageing": {
            "columns": [words(f"statement.bucket.{name}") for name in BUCKETS],
            "row": [money(amount) for amount in one.ageing.buckets],
        },
        "activity": activity,
    }


def _item(told: Statement, item: Document, voice: Voice) -> list[str]:
    formats = voice.formats
    late = item.days_late(told.on)
    is_charge = item.kind is DocumentKind.CHARGE
    number = voice.words("statement.charge", number=item.number) if is_charge else item.number
    return [
        number,
        formats.day(item.issued_on),
        formats.day(item.due_on),
        voice.words("statement.days", count=late) if late > 0 else "",
        formats.money(item.total),
        formats.money(item.open),
    ]


def _lines_of(address: str) -> list[str]:
    separator = "\n" if "\n" in address else ","
    return [part.strip() for part in address.split(separator) if part.strip()]
