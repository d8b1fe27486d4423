"""Early-payment discounts: what is offered, when it is earned, and when it is taken back.

A discount is for the whole document, once. It is earned where all but the discount was paid by its
last day: the day is the value date of the money, never the day on which we heard of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from shared.domain.document import Discount, DiscountTax, Document
from shared.domain.money import Money, split
from shared.domain.movement import MAKES_TOTAL, Movement, MovementKind, Posting

REASON = "early_payment"


def figure(
    percent: str,
    last_day: date,
    total: Money,
    treatment: DiscountTax,
    tax_minor: Mapping[str, int],
) -> Discount | None:
    """Return the discount of percent on a document over total, or None where it rounds to nothing.

    REDUCE takes it off the gross and takes the tax in it back, KEEP and MIXED off the net only.
    tax_minor is the tax in total by rate text; where it is unknown (empty) the whole is the net.
    """
    base = total.minor
    if treatment is not DiscountTax.REDUCE:
        base -= sum(tax_minor.values())
    amount = Money(minor=_percent_of(base, percent), currency=total.currency)
    if amount.minor <= 0:
        return None
    taxes = tax_minor if treatment is DiscountTax.REDUCE else {}
    return Discount(percent, last_day, amount, treatment, _share(taxes, total.minor, amount.minor))


def offered(document: Document, day: date) -> Money:
    """Return what is taken off what is open of document if the rest is paid on day: often zero."""
    discount = document.discount
    nothing = Money.zero(document.open.currency)
    if discount is None or discount.taken_minor or day > discount.last_day:
        return nothing
    left = min(discount.amount.minor - discount.late_minor, document.open.minor)
    return Money(minor=max(left, 0), currency=document.open.currency)


def to_pay(document: Document, day: date) -> Money:
    """Return what closes document if it is paid on day: what is open, less the discount if any."""
    return document.open - offered(document, day)


def discount_beside(document: Document, paying_minor: int) -> int:
    """Return the discount, in minor units, that comes with paying_minor that is under way.

    A page asks for all but the discount only while it is offered, so such a payment closes the
    document: nobody asks for the discount while the money is on its way.
    """
    discount = document.discount
    if discount is None or discount.taken_minor or not paying_minor:
        return 0
    rest = document.open.minor - paying_minor
    return rest if 0 < rest <= discount.amount.minor - discount.late_minor else 0


def with_discounts(
    documents: Iterable[Document], movements: Sequence[Movement], value_date: date
) -> tuple[Movement, ...]:
    """Return movements, and after them the discounts that they earn or lose.

    documents are as they stand before. value_date is the day of the money that movements allocate;
    a credit note that is written for a document is no money, and may come at any time. A discount
    that is earned is all that is then left open; one that is lost, because money that earned it
    went back, is taken back whole.
    """
    extra: list[Movement] = []
    offering = [d for d in documents if d.discount is not None]
    for document in sorted(offering, key=lambda d: d.document_id):
        own = [m for m in movements if m.document_id == document.document_id]
        if own:
            discount = followed(document, movements, value_date)
            in_time = discount is not None and (
                value_date <= _until(discount) or not _paid(own, _notes(movements))
            )
            extra += _of(document, own, discount, in_time)
    return (*movements, *extra)


def given_way(document: Document) -> tuple[Movement, ...]:
    """Return the movements that take back the discount that was taken of document, whole.

    What was settled elsewhere takes its room.
    """
    discount = document.discount
    if discount is None or not discount.taken_minor:
        return ()
    return tuple(_movements(document, (), discount, discount.taken_minor))


def followed(
    document: Document, movements: Iterable[Movement], value_date: date
) -> Discount | None:
    """Return document's discount as movements of value_date leave it.

    Where the total is revised, or a credit note is written for the document, the discount is of
    what remains to be paid. A step that takes the discount is in time, whatever its date.
    """
    discount = document.discount
    if discount is None:
        return None
    movements = tuple(movements)
    notes = _notes(movements)
    own = [m for m in movements if m.document_id == document.document_id]
    paid, revised = _paid(own, notes), _revised(own, notes)
    taken = -sum(m.amount.minor for m in own if m.kind is MovementKind.DISCOUNT)
    if revised:
        discount = _rebased(document, discount, revised)
    if paid and not taken and value_date > _until(discount):
        discount = replace(discount, late_minor=discount.late_minor + paid)
    discount = replace(discount, taken_minor=discount.taken_minor + taken) if taken else discount
    moved = sum(m.amount.minor for m in own if m.kind not in MAKES_TOTAL)
    settled = document.total.minor - document.open.minor - moved
    late = max(min(discount.late_minor, settled), 0)
    return discount if late == discount.late_minor else replace(discount, late_minor=late)


def refolded(
    document: Document, postings: Sequence[Posting], known: Sequence[Posting]
) -> Discount | None:
    """Return document's discount as it was after known, the first of all postings in their order.

    What the discount is of is kept as it stands now: what all postings added to it is taken off,
    and the known ones are followed anew.
    """
    if document.discount is None:
        return None
    nothing = Money.zero(document.total.currency)
    discount: Discount | None = _as_agreed(document, document.discount, postings)
    then = replace(document, total=nothing, open=nothing, discount=discount)
    for posting in known:
        own = [m for m in posting.movements if m.document_id == document.document_id]
        if then.total:
            discount = followed(then, posting.movements, posting.value_date)
        asked = sum((m.amount for m in own if m.kind in MAKES_TOTAL), then.total)
        opened = sum((m.amount for m in own), then.open)
        then = replace(then, total=asked, open=opened, discount=discount)
    return then.discount


def _as_agreed(document: Document, discount: Discount, postings: Sequence[Posting]) -> Discount:
    """Return discount before any of postings changed what is to be paid for document."""
    discount = replace(discount, late_minor=0, taken_minor=0)
    for posting in reversed(postings):
        own = [m for m in posting.movements if m.document_id == document.document_id]
        revised = _revised(own, _notes(posting.movements))
        discount = _rebased(document, discount, -revised) if revised else discount
    return discount


def taken_tax(discount: Discount) -> dict[str, int]:
    """Return the tax in what was taken of discount, by rate, in minor units."""
    return _share(discount.tax_minor, discount.amount.minor, discount.taken_minor)


def given_back(
    document: Document, pieces: Sequence[tuple[int, int]], after: Discount
) -> tuple[Movement, ...]:
    """Return the movements that ask again for pieces, (instalment, minor), of a taken discount.

    after is the discount as it is then. The tax that it has no more is named with the last piece.
    """
    before = taken_tax(document.discount) if document.discount else {}
    now = taken_tax(after)
    tax = {rate: before.get(rate, 0) - now.get(rate, 0) for rate in sorted(before | now)}
    found = [_one(document, number, minor, {}) for number, minor in pieces]
    if found:
        found[-1] = replace(found[-1], tax={rate: minor for rate, minor in tax.items() if minor})
    return tuple(found)


def discounts_of(movements: Iterable[Movement]) -> dict[str, int]:
    """Return the discount that movements take, by document id; below zero where they give back."""
    found: defaultdict[str, int] = defaultdict(int)
    for movement in movements:
        if movement.kind is MovementKind.DISCOUNT:
            found[movement.document_id] -= movement.amount.minor
    return dict(found)


def _notes(movements: Iterable[Movement]) -> frozenset[str]:
    """Return the credit notes that movements write."""
    return frozenset(m.source_id for m in movements if m.kind is MovementKind.CREDIT_NOTE)


def _paid(own: Iterable[Movement], notes: frozenset[str]) -> int:
    """Return what own allocates of money, in minor units: everything but new credit notes."""
    allocations = (m for m in own if m.kind is MovementKind.ALLOCATION)
    return -sum(m.amount.minor for m in allocations if m.source_id not in notes)


def _revised(own: Iterable[Movement], notes: frozenset[str]) -> int:
    """Return by how much more (or less) is to be paid by own, in minor units."""
    changes = (m for m in own if m.kind is MovementKind.REVISION or m.source_id in notes)
    return sum(m.amount.minor for m in changes if m.kind is not MovementKind.DISCOUNT)


def _of(
    document: Document, own: Sequence[Movement], discount: Discount | None, in_time: bool
) -> list[Movement]:
    if discount is None:
        return []
    open_minor = document.open.minor + sum(m.amount.minor for m in own)
    unpaid = open_minor + discount.late_minor + discount.taken_minor
    earned = unpaid <= discount.amount.minor + discount.tolerance_minor
    kinds = {m.kind for m in own}
    if discount.taken_minor:
        lost = not earned and MovementKind.DEALLOCATION in kinds
        return _movements(document, own, discount, discount.taken_minor) if lost else []
    if not earned or MovementKind.ALLOCATION not in kinds or not in_time:
        return []
    return _movements(document, own, discount, -open_minor)


def _movements(
    document: Document, own: Sequence[Movement], discount: Discount, minor: int
) -> list[Movement]:
    """Return the discount over the parts of document that have room for it; last parts first."""
    taxes = _share(discount.tax_minor, discount.amount.minor, abs(minor))
    sign = -1 if minor < 0 else 1
    rooms = _rooms(document, own, sign)
    found = []
    rest = abs(minor)
    for number, room in rooms:
        piece = min(rest, room)
        if not piece:
            continue
        tax = _share(taxes, rest, piece)
        taxes = {rate: taxes[rate] - tax.get(rate, 0) for rate in taxes}
        rest -= piece
        signed = {rate: sign * part for rate, part in tax.items()}
        found.append(_one(document, number, sign * piece, signed))
    return found


def _one(document: Document, number: int, minor: int, tax: Mapping[str, int]) -> Movement:
    return Movement(
        MovementKind.DISCOUNT,
        Money(minor=minor, currency=document.open.currency),
        document_id=document.document_id,
        instalment=number,
        reason=REASON,
        tax=tax,
    )


def _rooms(document: Document, own: Sequence[Movement], sign: int) -> Iterable[tuple[int, int]]:
    """Yield (instalment, what it can take): open of it to take off, paid of it to put back."""
    if not document.instalments:
        moved = sum(m.amount.minor for m in own)
        opened = document.open.minor + moved
        yield 0, opened if sign < 0 else document.total.minor - opened
        return
    for part in reversed(document.instalments):
        moved = sum(m.amount.minor for m in own if m.instalment == part.number)
        opened = part.open.minor + moved
        yield part.number, opened if sign < 0 else part.total.minor - opened


def _rebased(document: Document, discount: Discount, revised: int) -> Discount:
    """Return discount where revised more (or less) than before is to be paid for document."""
    change = Decimal(revised)
    if discount.treatment is not DiscountTax.REDUCE:
        net = document.total.minor - sum(document.tax_minor.values())
        change = change * net / (document.total.minor or 1)
    changed = _half_even(change * Decimal(discount.percent) / 100)
    minor = max(discount.amount.minor + changed, 0)
    taxes = _share(discount.tax_minor, discount.amount.minor, minor) if minor else {}
    if minor and not discount.amount and discount.treatment is DiscountTax.REDUCE:
        taxes = _share(document.tax_minor, document.total.minor, minor)
    amount = Money(minor=minor, currency=discount.amount.currency)
    return replace(discount, amount=amount, tax_minor=taxes)


def _share(parts: Mapping[str, int], whole: int, minor: int) -> dict[str, int]:
    """Return the parts of minor where parts are those of whole; nothing that rounds to zero."""
    if not parts or not whole:
        return {}
    rates = sorted(parts)
    weights = [parts[rate] for rate in rates]
    *shares, _ = split(minor, (*weights, whole - sum(weights)))
    return {rate: share for rate, share in zip(rates, shares, strict=True) if share}


def _until(discount: Discount) -> date:
    return discount.last_day + timedelta(days=discount.tolerance_days)


def _percent_of(minor: int, percent: str) -> int:
    return _half_even(Decimal(minor) * Decimal(percent) / 100)


def _half_even(exact: Decimal) -> int:
    return int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))
