"""Movements: what changes what a customer owes, or what money of theirs waits. Append-only.

One rule holds for every kind: a movement's amount is added to the open amount of the document that
it names, and to the unapplied money of the source that it names. A balance is nothing but the sum.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from shared.domain.money import Money


class MovementKind(StrEnum):
    """What happened. In brackets: the sign of the amount, and whether document or source is named.

    A source is a payment or a credit note: money, or a claim to it, that waits to be used.
    """

    INVOICE = "invoice"  # (+, document)
    REVISION = "revision"  # (+ or -, document) the ERP corrected its total
    MOVE = "move"  # (- or +, document) what is open of it goes to another customer, or comes
    VOID = "void"  # (-, document or source) all of an invoice or credit note, nothing being applied
    CHARGE = "charge"  # (+, document) late fee, interest, compensation
    CORRECTION = "correction"  # (-, document) counter-entry of a charge
    WAIVER = "waiver"  # (-, document) a charge given up on purpose
    CREDIT_NOTE = "credit_note"  # (+, source)
    PAYMENT = "payment"  # (+, source)
    ALLOCATION = "allocation"  # (-, document and source)
    DEALLOCATION = "deallocation"  # (+, document and source) counter-entry of an allocation
    DISCOUNT = "discount"  # (-, document) early-payment discount taken; + takes it back
    TOLERANCE = "tolerance"  # (-, document) too little to chase; + takes it back
    DEDUCTION = "deduction"  # (-, document) short pay that is accepted, with its reason
    WRITE_OFF = "write_off"  # (-, document) bad debt
    RECOVERY = "recovery"  # (+, document) counter-entry of a write-off
    FX_DIFFERENCE = "fx_difference"  # (-, document: loss) or (-, source: gain); + takes it back
    REFUND = "refund"  # (-, source) money back to the customer
    REFUND_FAILED = "refund_failed"  # (+, source) the refund came back
    RETURN = "return"  # (-, source) the bank took a debit or transfer back
    CHARGEBACK = "chargeback"  # (-, source) a card dispute withdrew the money
    REINSTATEMENT = "reinstatement"  # (+, source) a card dispute gave it back
    SMALL_CREDIT = "small_credit"  # (-, source) unapplied money too small to keep; + takes it back
    GATEWAY_FEE = "gateway_fee"  # (+, neither) what the gateway kept; - when it gave it back


MAKES_TOTAL = frozenset(
    {MovementKind.INVOICE, MovementKind.REVISION, MovementKind.CHARGE, MovementKind.MOVE}
)
"""The kinds whose sum is a document's total. All others change only what is open of it."""

TAKES_OFF = {
    MovementKind.TOLERANCE: MovementKind.TOLERANCE,
    MovementKind.DEDUCTION: MovementKind.DEDUCTION,
    MovementKind.WRITE_OFF: MovementKind.WRITE_OFF,
    MovementKind.RECOVERY: MovementKind.WRITE_OFF,
    MovementKind.FX_DIFFERENCE: MovementKind.FX_DIFFERENCE,
}
"""The kinds that take off a document without money, and under which of them it is remembered."""

CASH = frozenset(
    {
        MovementKind.PAYMENT,
        MovementKind.REFUND,
        MovementKind.REFUND_FAILED,
        MovementKind.RETURN,
        MovementKind.CHARGEBACK,
        MovementKind.REINSTATEMENT,
        MovementKind.GATEWAY_FEE,
    }
)
"""The kinds that move money of the company. A gateway fee leaves, the others come as signed."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One change. amount is signed, in the currency of the document and source that it names.

    instalment is the 1-based part of the document, 0 where it has none. reason is a short code.
    tax maps rate texts to the part of amount that is tax, in minor units with amount's sign. via is
    the cash account of a kind in CASH ("gateway", "bank", "elsewhere"); cash is what moved on that
    account where it was another currency than amount, at the rate that bank or gateway gave.
    """

    kind: MovementKind
    amount: Money
    document_id: str = ""
    instalment: int = 0
    source_id: str = ""
    reason: str = ""
    tax: Mapping[str, int] = field(default_factory=dict)
    via: str = ""
    cash: Money | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """One step of a customer's books: its movements are written together, or none is.

    posting_id says what it is of ("invoice:<document>", "payment:<payment>", ...): a repeat names
    the same posting, which exists once. value_date is the day that the step counts for, recorded_at
    the instant (UTC) when the hub wrote it. by is who did it: "" for the hub itself. note is what
    that person wrote.
    """

    posting_id: str
    value_date: date
    recorded_at: datetime
    movements: tuple[Movement, ...]
    by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Balances:
    """What movements sum to, in minor units, zero left out.

    open is keyed by (document id, currency), unapplied by (source id, currency); parts by (document
    id, instalment).
    """

    open: Mapping[tuple[str, str], int]
    unapplied: Mapping[tuple[str, str], int]
    parts: Mapping[tuple[str, int], int]


def frees(movements: Iterable[Movement]) -> bool:
    """Return whether movements, written together, may leave more to ask for than there was.

    A document is open for more, or money that waited, and so spoke for the oldest debts whoever it
    was meant for, speaks for them no more. Then the sweep is to look at the customer.
    """
    sums = _sums(movements)
    waiting: defaultdict[str, int] = defaultdict(int)
    for (_, currency), minor in sums.unapplied.items():
        waiting[currency] += minor
    return any(minor > 0 for minor in sums.open.values()) or any(m < 0 for m in waiting.values())


def fold(postings: Iterable[Posting]) -> Balances:
    """Return the balances that postings sum to. Their order does not matter."""
    return _sums(movement for posting in postings for movement in posting.movements)


def _sums(movements: Iterable[Movement]) -> Balances:
    open_: defaultdict[tuple[str, str], int] = defaultdict(int)
    unapplied: defaultdict[tuple[str, str], int] = defaultdict(int)
    parts: defaultdict[tuple[str, int], int] = defaultdict(int)
    for movement in movements:
        if movement.document_id:
            open_[movement.document_id, movement.amount.currency] += movement.amount.minor
            parts[movement.document_id, movement.instalment] += movement.amount.minor
        if movement.source_id:
            unapplied[movement.source_id, movement.amount.currency] += movement.amount.minor
    return Balances(_kept(open_), _kept(unapplied), _kept(parts))


def _kept[K](sums: Mapping[K, int]) -> dict[K, int]:
    return {key: minor for key, minor in sums.items() if minor}
