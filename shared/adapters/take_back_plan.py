"""Money taken back where no booking can be changed: what we booked goes, what stays is told anew.

What is to stay is noted in the product before anything goes, so that an attempt after a crash knows
it still. Bookings of one family are those of one source on one document: their keys differ in the
step alone.
"""

from collections.abc import Iterable

from shared.adapters.erp_values import marked, money
from shared.domain.erp import Entry
from shared.domain.money import Money, to_decimal_text
from shared.errors import ErpRefused

_KEEPS = "keeps"


def family_of(key: str) -> str:
    """Return what the keys of one family begin with."""
    return key.rpartition(".")[0] + "."


def is_plan(note: object) -> bool:
    """Return whether a note of the product is such a plan, and no booking."""
    return str(note or "").split(" ")[1:2] == [_KEEPS]


def plan_of(entry: Entry, stays: Money) -> str:
    """Return the note that says what is to stay when entry is told."""
    return f"{marked(entry.key)} {_KEEPS} {to_decimal_text(stays)} {stays.currency}"


def planned(notes: Iterable[object], entry: Entry) -> Money | None:
    """Return what an earlier attempt noted is to stay, None where there was none."""
    for note in notes:
        words = str(note or "").split(" ")
        if words[0] == marked(entry.key) and is_plan(note):
            return money({_KEEPS: words[2]}, _KEEPS, entry.amount.currency)
    return None


def check_ours(entry: Entry, product: str) -> None:
    """Raise ErpRefused where what is taken back was booked in the product itself."""
    if entry.of_erp:
        words = f"This payment was booked in {product} itself: take it back there by hand, then"
        raise ErpRefused(said=f"{words} duecourse writeback repair {entry.key} --booked its id.")


def stays_of(booked: Iterable[Money], entry: Entry) -> Money:
    """Return what stays of booked. Raises ErpRefused where less is booked than is taken back."""
    stays = sum(booked, Money.zero(entry.amount.currency)) + entry.amount
    if stays.minor < 0:
        raise ErpRefused(said="Less than this is booked there under our keys.")
    return stays
