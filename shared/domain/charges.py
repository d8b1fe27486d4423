"""Charges on an invoice: what is to be charged, and what of it no longer holds. Pure.

A charge is a document of its own, made once per invoice and rule or period. What was charged is
never edited: money that arrives with an earlier value date lowers it by a counter-entry, and what
a charge fell short of comes with the next one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from shared.domain.document import Document
from shared.domain.interest import Debt
from shared.domain.money import Money
from shared.domain.movement import MovementKind, Posting

_NET = frozenset({MovementKind.CHARGE, MovementKind.CORRECTION})


class ChargeKind(StrEnum):
    LATE_FEE = "late_fee"
    INTEREST = "interest"
    COMPENSATION = "compensation"


@dataclass(frozen=True, slots=True)
class Made:
    """One charge that was made, and the version of the policy that fixed it for good.

    rule is the stage, or the month as 2026-03. first and last are the days it is for: of interest
    those that bore it, of any other charge the day on which it was made.
    """

    charge_id: str
    kind: ChargeKind
    rule: str
    policy: str
    policy_version: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class InvoiceCharges:
    """All that was charged on one invoice, in order.

    looked_through is the last day that interest was reckoned for, seen_version the version that the
    invoice had then. version counts the writes; 0 is not written yet.
    """

    document_id: str
    made: tuple[Made, ...] = ()
    looked_through: date | None = None
    seen_version: int = 0
    version: int = 0

    def of(self, kind: ChargeKind) -> tuple[Made, ...]:
        """Return the charges of that kind."""
        return tuple(made for made in self.made if made.kind is kind)

    def with_charge(self, made: Made) -> "InvoiceCharges":
        """Return what it is after made was charged."""
        return replace(self, made=(*self.made, made), version=self.version + 1)


@dataclass(frozen=True, slots=True)
class Excess:
    """What of a charge no longer holds."""

    charge_id: str
    amount: Money


def net_charged(made: Iterable[Made], postings: Iterable[Posting]) -> Mapping[str, int]:
    """Return what each charge stands at by charge id, in minor units: made less corrected.

    What was waived of it counts still, so that nothing waived is charged again.
    """
    nets = {one.charge_id: 0 for one in made}
    for posting in postings:
        for movement in posting.movements:
            if movement.kind in _NET and movement.document_id in nets:
                nets[movement.document_id] += movement.amount.minor
    return nets


def is_given_up(document: Document) -> bool:
    """Return whether document is voided, or its rest written off: it bears no more."""
    return document.voided or (bool(document.written_off) and not document.open)


def fee_excess(
    charges: InvoiceCharges, nets: Mapping[str, int], debts: Sequence[Debt], currency: str
) -> Iterator[Excess]:
    """Yield the fees of days on which, as it turned out, the invoice was paid already.

    Money with the value of the day of the fee counts as paid on it.
    """
    for one in charges.made:
        if one.kind is ChargeKind.INTEREST:
            continue
        if nets[one.charge_id] > 0 and not any(debt.balance(one.first) for debt in debts):
            yield Excess(one.charge_id, Money(minor=nets[one.charge_id], currency=currency))
