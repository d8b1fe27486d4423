"""Each kind of movement, told anew: which sign it has, and what it names.

A kind that stands here names a document (D), a source of money (S), both or neither. A kind that
nobody taught the books is a break.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Kind(NamedTuple):
    """sign is +, - or ±; names is D, S, DS, "D|S" or nothing."""

    sign: str
    names: str


KINDS: Mapping[str, Kind] = {
    "invoice": Kind("+", "D"),
    "revision": Kind("±", "D"),
    "void": Kind("-", "D"),
    "charge": Kind("+", "D"),
    "correction": Kind("-", "D"),
    "waiver": Kind("-", "D"),
    "credit_note": Kind("+", "S"),
    "payment": Kind("+", "S"),
    "allocation": Kind("-", "DS"),
    "deallocation": Kind("+", "DS"),
    "discount": Kind("±", "D"),
    "tolerance": Kind("±", "D"),
    "deduction": Kind("±", "D"),
    "write_off": Kind("-", "D"),
    "recovery": Kind("+", "D"),
    "fx_difference": Kind("±", "D|S"),
    "refund": Kind("-", "S"),
    "refund_failed": Kind("+", "S"),
    "return": Kind("-", "S"),
    "chargeback": Kind("-", "S"),
    "reinstatement": Kind("+", "S"),
    "small_credit": Kind("±", "S"),
    "gateway_fee": Kind("±", ""),
}
MAKES_TOTAL = {"invoice", "revision", "charge"}
BEGINS_A_SOURCE = {"payment", "credit_note"}
"""A source that begins otherwise is what a document had no room for any more."""
NEVER_ABOVE_NOTHING = (
    {"allocation", "deallocation"},
    {"write_off", "recovery"},
    {"discount"},
    {"tolerance"},
    {"deduction"},
    {"refund", "refund_failed"},
    {"chargeback", "reinstatement"},
    {"small_credit"},
)
"""Kinds of which one takes back what another did: together, of one thing, they never give."""


def movements_of(posting: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the movements of a posting with every name that they may leave out."""
    for movement in posting["movements"]:
        yield {"document_id": "", "source_id": "", "instalment": 0, **movement}


def odd_posting(posting: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is odd about a posting.

    One that only corrects what the gateway moved in its own currency takes a movement back and
    makes it again.
    """
    movements = list(movements_of(posting))
    if posting["posting_id"].startswith("fx:"):
        if sum(movement["amount"] for movement in movements):
            yield f"{posting['posting_id']} moves more than a rate"
        return
    for movement in movements:
        yield from _odd(movement)


def _odd(movement: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a movement of its kind may not be."""
    kind = KINDS.get(movement["kind"])
    if kind is None:
        yield f"movements of kind {movement['kind']} are unknown here"
        return
    sign = "+" if movement["amount"] > 0 else "-"
    if not movement["amount"] or kind.sign not in (sign, "±"):
        yield f"a {movement['kind']} of {movement['amount']}"
    names = ("D" if movement["document_id"] else "") + ("S" if movement["source_id"] else "")
    if names not in kind.names.split("|"):
        yield f"a {movement['kind']} names {names or 'nothing'}"
