"""What an invoice says on paper: every value formatted, in the customer's language."""

from typing import Any

from shared.adapters.templates import Templates, Voice
from shared.domain.account import DocumentKind, Entity
from shared.domain.invoice_lines import tax_by_rate
from shared.domain.money import Money, total
from shared.domain.paper import PaperView


def invoice_page(view: PaperView, templates: Templates) -> dict[str, Any]:
    """Return the texts of the page by place. Nothing in them is markup."""
    voice = templates.voice(view.customer.language, view.entity.language)
    words, document = voice.words, view.document
    charge = document.kind is DocumentKind.CHARGE
    title = words("invoice.charge_title" if charge else "invoice.title", number=document.number)
    return {
        "language": voice.language,
        "title": title,
        "date": {
            "year": document.issued_on.year,
            "month": document.issued_on.month,
            "day": document.issued_on.day,
        },
        "seller": {"name": view.entity.name, "lines": _seller_lines(view.entity)},
        "to": words("invoice.to"),
        "customer": {"name": view.customer.name, "lines": _address(view.customer.address)},
        "facts": _facts(view, voice),
        "detailed": bool(view.lines),
        "columns": _columns(view, voice),
        "lines": _lines(view, voice),
        "sums": _sums(view, voice),
        "total": [
            words("invoice.total", due=voice.formats.long_day(document.due_on)),
            voice.formats.money(document.total),
        ],
        "bank": _bank(view, voice),
        "contact": _contact(view.entity, voice),
        "footer": ", ".join([view.entity.name, *_address(view.entity.address)]),
        "page": words("invoice.page", page="{page}", pages="{pages}"),
    }


def _facts(view: PaperView, voice: Voice) -> list[list[str]]:
    document = view.document
    facts = {
        "number": document.number,
        "issued": voice.formats.long_day(document.issued_on),
        "due": voice.formats.long_day(document.due_on),
        "po": document.po_number,
        "customer": view.customer.external_id,
        "tax_id": view.customer.tax_id,
    }
    return [[voice.words(f"invoice.{name}"), text] for name, text in facts.items() if text]


def _columns(view: PaperView, voice: Voice) -> list[str]:
    names = ("description", "quantity", "price", "tax", "net")
    return [voice.words(f"invoice.{n}") for n in (names if view.lines else ("description", "net"))]


def _lines(view: PaperView, voice: Voice) -> list[list[str]]:
    formats = voice.formats
    if not view.lines:
        what = view.document.description or voice.words("invoice.one_line")
        return [[what, formats.money(view.document.total)]]
    return [
        [
            line.description,
            formats.decimal(line.quantity),
            formats.money(line.unit_price),
            formats.percent(line.tax_rate_percent),
            formats.money(line.net),
        ]
        for line in view.lines
    ]


def _sums(view: PaperView, voice: Voice) -> list[list[str]]:
    """Return net and tax, where they are known and make up the total; else nothing."""
    rates = tax_by_rate(view.lines)
    currency = view.document.total.currency
    net = total((part for _, part, _ in rates), currency)
    tax = total((part for _, _, part in rates), currency)
    if not tax or net + tax != view.document.total:
        return []
    return [[voice.words("invoice.subtotal"), voice.formats.money(net)]] + [
        [_tax_label(rate, part, voice), voice.formats.money(amount)] for rate, part, amount in rates
    ]


def _tax_label(rate: str, net: Money, voice: Voice) -> str:
    formats = voice.formats
    return voice.words("invoice.tax_of", rate=formats.percent(rate), net=formats.money(net))


def _bank(view: PaperView, voice: Voice) -> list[str] | None:
    if not view.entity.bank_account:
        return None
    please = voice.words("invoice.bank", number=view.document.number)
    return [please, view.entity.bank_account]


def _contact(entity: Entity, voice: Voice) -> str:
    parts = [voice.words("invoice.contact", email=entity.contact_email)]
    if entity.contact_phone:
        parts.append(voice.words("invoice.contact_phone", phone=entity.contact_phone))
    return " ".join(parts)


def _seller_lines(entity: Entity) -> list[str]:
    return [*_address(entity.address), entity.contact_email] + (
        [entity.contact_phone] if entity.contact_phone else []
    )


def _address(text: str) -> list[str]:
    """Return the lines of an address that was written with line breaks or with commas."""
    separator = "\n" if "\n" in text else ","
    return [part.strip() for part in text.split(separator) if part.strip()]
