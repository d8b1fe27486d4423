"""The books: each posting as balanced journal lines. A pure view; nothing stores it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.domain.chart import Role, account_part
from shared.domain.document import Document, DocumentKind
from shared.domain.money import Money
from shared.domain.movement import CASH, MAKES_TOTAL, Movement, MovementKind, Posting

_CHARGES: Mapping[str, Role] = {
    "late_fee": Role.LATE_FEES,
    "interest": Role.INTEREST,
    "compensation": Role.COMPENSATION,
}
_OTHER_CHARGE = Role.LATE_FEES


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One line. amount is signed, a debit being positive; cost is its worth in another currency.

    document and source name what the line is about: a document's number, a payment's id.
    """

    account: str
    amount: Money
    cost: Money | None = None
    document: str = ""
    source: str = ""

    @property
    def weight(self) -> Money:
        """Return what the line counts for when its entry is balanced."""
        return self.amount if self.cost is None else self.cost


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One posting in the books. The weights of its lines sum to zero in every currency."""

    posting_id: str
    value_date: date
    recorded_at: datetime
    lines: tuple[JournalLine, ...]
    by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """What the books need to know of one customer besides the postings.

    documents are the customer's heads by id. A document that is not among them is called by its id.
    """

    customer_id: str
    documents: Mapping[str, Document] = field(default_factory=dict)

    def number(self, document_id: str) -> str:
        """Return the number of a document, its id where it has none."""
        document = self.documents.get(document_id)
        return (document.number if document else "") or document_id

    def charge(self, document_id: str) -> str | None:
        """Return the kind of a charge, None for any other document."""
        document = self.documents.get(document_id)
        if document is None or document.kind is not DocumentKind.CHARGE:
            return None
        return document.charge

    def from_erp(self, document_id: str) -> bool:
        """Return whether the ERP issued the document."""
        document = self.documents.get(document_id)
        return document is not None and bool(document.external_id)


_Other = Callable[[Movement, Names], Role]


def _role(role: Role) -> _Other:
    return lambda movement, names: role


def _income(movement: Movement, names: Names) -> Role:
    charge = names.charge(movement.document_id)
    if charge is None and movement.kind is not MovementKind.CHARGE:
        return Role.REVENUE
    return _CHARGES.get(charge or movement.reason, _OTHER_CHARGE)


def _fx(movement: Movement, names: Names) -> Role:
    return Role.FX_LOSS if movement.document_id else Role.FX_GAIN


OTHER_SIDE: Mapping[MovementKind, _Other | None] = {
    MovementKind.INVOICE: _income,
    MovementKind.REVISION: _income,
    MovementKind.MOVE: _income,
    MovementKind.VOID: _income,
    MovementKind.CHARGE: _income,
    MovementKind.CORRECTION: _income,
    MovementKind.WAIVER: _income,
    MovementKind.CREDIT_NOTE: _role(Role.REVENUE),
    MovementKind.PAYMENT: _role(Role.CASH),
    MovementKind.ALLOCATION: None,
    MovementKind.DEALLOCATION: None,
    MovementKind.DISCOUNT: _role(Role.DISCOUNTS),
    MovementKind.TOLERANCE: _role(Role.SMALL_DIFFERENCES),
    MovementKind.DEDUCTION: _role(Role.DEDUCTIONS),
    MovementKind.WRITE_OFF: _role(Role.BAD_DEBT),
    MovementKind.RECOVERY: _role(Role.BAD_DEBT_RECOVERED),
    MovementKind.FX_DIFFERENCE: _fx,
    MovementKind.REFUND: _role(Role.CASH),
    MovementKind.REFUND_FAILED: _role(Role.CASH),
    MovementKind.RETURN: _role(Role.CASH),
    MovementKind.CHARGEBACK: _role(Role.CASH),
    MovementKind.REINSTATEMENT: _role(Role.CASH),
    MovementKind.SMALL_CREDIT: _role(Role.SMALL_DIFFERENCES),
    MovementKind.GATEWAY_FEE: _role(Role.CASH),
}
"""What stands against receivables or unapplied money; None: these two stand against each other."""


def journal(posting: Posting, chart: Mapping[Role, str], names: Names) -> JournalEntry:
    """Return posting as an entry of the books, its movements in their order.

    A document's line is in the customer's receivables, a source's in their unapplied money; what
    is against them follows from the kind. Tax goes to the account of its rate. The memo accounts
    count what the ERP invoiced: they carry no money.
    """
    return JournalEntry(
        posting_id=posting.posting_id,
        value_date=posting.value_date,
        recorded_at=posting.recorded_at,
        lines=tuple(line for m in posting.movements for line in _lines(m, chart, names) if line),
        by=posting.by,
        note=posting.note,
    )


def receivables_of(chart: Mapping[Role, str], customer_id: str) -> str:
    """Return the account of what a customer owes."""
    return _below(chart, Role.RECEIVABLES, customer_id)


def unapplied_of(chart: Mapping[Role, str], customer_id: str) -> str:
    """Return the account of a customer's money that waits."""
    return _below(chart, Role.UNAPPLIED, customer_id)


def erp_invoiced_of(chart: Mapping[Role, str], customer_id: str) -> str:
    """Return the memo account of what the ERP invoiced a customer."""
    return _below(chart, Role.ERP_INVOICED, customer_id)


def cash_of(chart: Mapping[Role, str], via: str) -> str:
    """Return the account of the money at one place, such as the gateway."""
    return _below(chart, Role.CASH, via.capitalize() or "Unknown")


def _lines(
    movement: Movement, chart: Mapping[Role, str], names: Names
) -> Iterator[JournalLine | None]:
    document = names.number(movement.document_id) if movement.document_id else ""
    source = movement.source_id
    known = 0
    if movement.document_id:
        known += movement.amount.minor
        yield _line(receivables_of(chart, names.customer_id), movement.amount, document, source)
    if movement.source_id:
        known -= movement.amount.minor
        yield _line(unapplied_of(chart, names.customer_id), -movement.amount, document, source)
    if movement.kind is MovementKind.GATEWAY_FEE:
        known += movement.amount.minor
        yield _line(chart[Role.GATEWAY_FEES], movement.amount, document, source)
    yield from _other_side(movement, known, chart, names)
    if movement.kind in MAKES_TOTAL and names.from_erp(movement.document_id):
        memo = erp_invoiced_of(chart, names.customer_id)
        yield _line(memo, movement.amount, document, source)
        yield _line(chart[Role.ERP_CONTRA], -movement.amount, document, source)


def _other_side(
    movement: Movement, known_minor: int, chart: Mapping[Role, str], names: Names
) -> Iterator[JournalLine | None]:
    """Yield what balances known_minor: the tax by rate, the rest to the account of the kind."""
    other = OTHER_SIDE[movement.kind]
    if other is None:
        if known_minor:
            raise ValueError(f"a movement of kind {movement.kind} names no document or no source")
        return
    document = names.number(movement.document_id) if movement.document_id else ""
    currency, source = movement.amount.currency, movement.source_id
    rest = -known_minor
    sign = -1 if (known_minor < 0) != (movement.amount.minor < 0) else 1
    for rate, tax_minor in sorted(movement.tax.items()):
        against = Money(minor=-sign * tax_minor, currency=currency)
        rest -= against.minor
        yield _line(_below(chart, Role.TAX, rate.replace(".", "-")), against, document, source)
    amount = Money(minor=rest, currency=currency)
    if movement.kind in CASH:
        yield _cash_line(movement, amount, chart, document)
    else:
        yield _line(chart[other(movement, names)], amount, document, source)


def _cash_line(
    movement: Movement, amount: Money, chart: Mapping[Role, str], document: str
) -> JournalLine | None:
    account = cash_of(chart, movement.via)
    moved = movement.cash
    if moved is None or moved.currency == amount.currency:
        return _line(account, amount, document, movement.source_id)
    if not moved:
        role = Role.FX_LOSS if amount.minor > 0 else Role.FX_GAIN
        return _line(chart[role], amount, document, movement.source_id)
    minor = abs(moved.minor) if amount.minor > 0 else -abs(moved.minor)
    there = Money(minor=minor, currency=moved.currency)
    return JournalLine(account, there, amount, document, movement.source_id)


def _line(account: str, amount: Money, document: str, source: str) -> JournalLine | None:
    return JournalLine(account, amount, None, document, source) if amount else None


def _below(chart: Mapping[Role, str], role: Role, part: str) -> str:
    return f"{chart[role]}:{account_part(part)}"
