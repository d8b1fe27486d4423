"""What a person says that some money is for: whether it can be, and in full. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from shared.domain.apply_cash import Part
from shared.domain.books import Books
from shared.domain.discount import to_pay
from shared.domain.document import Document, DocumentKind
from shared.domain.money import Money, total
from shared.domain.write_off import DEDUCTION_REASONS
from shared.errors import CurrencyMismatch, InvalidInput, NotFound

PARTS_MAX = 300


class MoreThanOpen(InvalidInput):
    """More is to go to a document than it is open for."""

    code = "more_than_open"
    help = "Look at the document again and name at most what is open."


class MoreThanThere(InvalidInput):
    """More is to be allocated than there is."""

    code = "more_than_there"
    help = "Name amounts that sum to at most the money."


def said(
    parts: Sequence[Part],
    books: Books,
    money: Money,
    day: date,
    *,
    together_max: int,
    paid_too: bool = False,
    bounded: bool = True,
) -> tuple[Part, ...]:
    """Return parts with their amounts, or raise what is wrong with them.

    A part without an amount is for what closes its document by money of day; the others ask for no
    more than is open. paid_too: a document that was closed meanwhile may be named, and takes
    nothing. bounded: the amounts named sum to no more than money. At most together_max documents
    may have parts that say more than an amount.

    Raises NotFound for a document that books do not hold, CurrencyMismatch, and InvalidInput.
    """
    if len(parts) > PARTS_MAX:
        raise InvalidInput(field="parts", reason=f"at most {PARTS_MAX}")
    if len({(p.document_id, p.instalment) for p in parts}) < len(parts):
        raise InvalidInput(field="parts", reason="name each document or instalment once")
    found = tuple(_part(part, books, money, day, paid_too) for part in parts)
    if len({p.document_id for p in found if not p.plain}) > together_max:
        raise InvalidInput(field="parts", reason=f"at most {together_max} with more than an amount")
    if bounded:
        asked = total((p.amount for p in parts if p.amount is not None), money.currency)
        if money < asked:
            raise MoreThanThere(field="parts", reason="they sum to more than the money")
    return found


def _part(part: Part, books: Books, money: Money, day: date, paid_too: bool) -> Part:
    document = books.document(part.document_id)
    if document is None:
        raise NotFound(document=part.document_id)
    if document.open.currency != money.currency:
        raise CurrencyMismatch(left=document.open.currency, right=money.currency)
    if document.kind is DocumentKind.CREDIT_NOTE or document.voided:
        raise InvalidInput(field="document", reason="it asks for nothing", number=document.number)
    room = _room(part, document)
    kept = part.deduction or Money.zero(money.currency)
    if kept.currency != money.currency:
        raise CurrencyMismatch(left=kept.currency, right=money.currency)
    if part.deduction is not None and (
        kept.minor <= 0 or part.instalment or part.reason not in DEDUCTION_REASONS
    ):
        raise InvalidInput(field="deduction", reason=f"one of {', '.join(DEDUCTION_REASONS)}")
    asked = part.amount
    if asked is None:
        asked = (room if part.instalment else to_pay(document, day)) - kept
    if asked.minor < 0 or (asked.minor == 0 and not kept and part.amount is not None):
        raise InvalidInput(field="amount", reason="it must be above zero")
    if room < asked + kept and (room or not paid_too):
        raise MoreThanOpen(field="amount", number=document.number)
    return replace(part, amount=asked)


def _room(part: Part, document: Document) -> Money:
    if not part.instalment:
        return document.open + document.written_off
    found = next((i for i in document.instalments if i.number == part.instalment), None)
    if found is None:
        raise InvalidInput(field="instalment", reason="there is none of this number")
    return found.open
