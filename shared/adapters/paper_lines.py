"""The lines of a document on paper, and what they sum to: every value formatted."""

from typing import Any

from shared.adapters.templates import Voice
from shared.domain.document import Line
from shared.domain.invoice_lines import TaxGroup, taxes_of
from shared.domain.money import total
from shared.domain.paper import PaperView
from shared.domain.tax import TaxCategory

_EXPLAINED = {
    TaxCategory.REVERSE_CHARGE: "invoice.reverse_charge",
    TaxCategory.INTRA_COMMUNITY: "invoice.intra_community",
    TaxCategory.EXPORT: "invoice.export",
    TaxCategory.OUT_OF_SCOPE: "invoice.out_of_scope",
}


def columns(view: PaperView, voice: Voice) -> list[str]:
    """Return the heads of the table of lines: two where the document came without lines."""
    if not view.lines:
        names: tuple[str, ...] = ("description", "net")
    else:
        amount = "net" if view.lines[0].gross is None else "gross"
        names = ("description", "quantity", "price", "tax", amount)
    return [voice.words(f"invoice.{name}") for name in names]


def rows(view: PaperView, voice: Voice) -> list[dict[str, Any]]:
    """Return the cells of each line, and what is said in small below its description."""
    formats = voice.formats
    if not view.lines:
        what = view.document.description or voice.words("invoice.one_line")
        return [{"cells": [what, formats.money(view.document.total)], "note": ""}]
    return [
        {
            "cells": [
                line.description,
                formats.decimal(line.quantity),
                formats.money(line.unit_price),
                formats.percent(line.tax_rate_percent),
                formats.money(line.amount),
            ],
            "note": _discount(line, voice),
        }
        for line in view.lines
    ]


def sums(view: PaperView, voice: Voice) -> list[list[str]]:
    """Return net and tax, where they are known and make up the total; else nothing.

    A group without tax says why, where it has a reason.
    """
    groups = taxes_of(view.document, view.lines)
    currency = view.document.total.currency
    net = total((group.net for group in groups), currency)
    tax = total((group.tax for group in groups), currency)
    told = [group for group in groups if group.tax or _is_explained(group)]
    if not told or net + tax != view.document.total:
        return []
    return [
        [voice.words("invoice.subtotal"), voice.formats.money(net)],
        *([_tax_label(group, voice), voice.formats.money(group.tax)] for group in told),
    ]


def _discount(line: Line, voice: Voice) -> str:
    if not line.discount:
        return ""
    amount = voice.formats.money(line.discount)
    if not line.discount_percent:
        return voice.words("invoice.less", amount=amount)
    percent = voice.formats.percent(line.discount_percent)
    return voice.words("invoice.less_percent", percent=percent, amount=amount)


def _is_explained(group: TaxGroup) -> bool:
    return bool(group.reason or group.reason_code)


def _tax_label(group: TaxGroup, voice: Voice) -> str:
    net = voice.formats.money(group.net)
    if not _is_explained(group):
        rate = voice.formats.percent(group.rate_percent)
        return voice.words("invoice.tax_of", rate=rate, net=net)
    known = _EXPLAINED.get(group.category)
    reason = group.reason or (voice.words(known) if known else group.reason_code)
    return voice.words("invoice.no_tax_of", net=net, reason=reason)
