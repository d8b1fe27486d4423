"""What an invoice says on paper of when to pay: its total, its instalments, its discount."""

from shared.adapters.templates import Voice
from shared.domain.document import Document


def total_label(document: Document, voice: Voice) -> str:
    """Return the words before the total: until when, or in how many instalments."""
    if document.instalments:
        return voice.words("invoice.total_in_parts", count=len(document.instalments))
    return voice.words("invoice.total", due=voice.formats.long_day(document.due_on))


def instalments(document: Document, voice: Voice) -> list[list[str]]:
    """Return (what and when, how much) of each instalment; nothing where there are none."""
    formats = voice.formats
    return [
        [
            voice.words("invoice.part", number=part.number, due=formats.long_day(part.due_on)),
            formats.money(part.total),
        ]
        for part in document.instalments
    ]


def discount(document: Document, voice: Voice) -> str:
    """Return the early-payment discount, and what is then to be paid; "" where there is none."""
    offer, formats = document.discount, voice.formats
    if offer is None:
        return ""
    return voice.words(
        "invoice.discount",
        day=formats.long_day(offer.last_day),
        percent=formats.percent(offer.percent),
        off=formats.money(offer.amount),
        rest=formats.money(document.total - offer.amount),
    )
