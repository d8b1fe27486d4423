"""What an invoice says on paper: every value formatted, in the customer's language."""

from typing import Any

from shared.adapters.paper_lines import columns, rows, sums
from shared.adapters.paper_terms import discount, instalments, total_label
from shared.adapters.templates import Templates, Voice
from shared.domain.document import DocumentKind
from shared.domain.entity import Entity
from shared.domain.paper import PaperView, as_issued

_TITLES = {
    DocumentKind.INVOICE: "invoice.title",
    DocumentKind.CHARGE: "invoice.charge_title",
    DocumentKind.CREDIT_NOTE: "invoice.credit_title",
}


def invoice_page(view: PaperView, templates: Templates) -> dict[str, Any]:
    """Return the texts of the page by place. Nothing in them is markup."""
    voice = templates.voice(view.customer.language, view.entity.language)
    words, document = voice.words, as_issued(view.document)
    title = words(_TITLES[document.kind], number=document.number)
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
        "columns": columns(view, voice),
        "lines": rows(view, voice),
        "sums": sums(view, voice),
        "total": [_total_label(view, voice), voice.formats.money(document.total)],
        "instalments": instalments(document, voice),
        "discount": discount(document, voice),
        "bank": _bank(view, voice),
        "contact": _contact(view.entity, voice),
        "footer": ", ".join([view.entity.name, *_address(view.entity.address)]),
        "page": words("invoice.page", page="{page}", pages="{pages}"),
    }


def _facts(view: PaperView, voice: Voice) -> list[list[str]]:
    document, day = view.document, voice.formats.long_day
    facts = {"number": document.number, "issued": day(document.issued_on)}
    if document.kind is DocumentKind.CREDIT_NOTE:
        facts = {"credit_number": document.number, "credit_issued": day(document.issued_on)}
        if view.invoice is not None:
            facts["credit_of"] = view.invoice.number
            facts["credit_of_issued"] = day(view.invoice.issued_on)
        if view.lines:
            facts["credit_reason"] = document.description
    else:
        facts |= {"due": "" if document.instalments else day(document.due_on)}
        facts |= {"po": document.po_number}
    facts |= {"customer": view.customer.external_id, "tax_id": view.customer.tax_id}
    return [[voice.words(f"invoice.{name}"), text] for name, text in facts.items() if text]


def _total_label(view: PaperView, voice: Voice) -> str:
    if view.document.kind is DocumentKind.CREDIT_NOTE:
        return voice.words("invoice.credited")
    return total_label(as_issued(view.document), voice)


def _bank(view: PaperView, voice: Voice) -> list[str] | None:
    if not view.entity.bank_account or view.document.kind is DocumentKind.CREDIT_NOTE:
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
