"""What the gateway has done to a payment since it came, as steps of our books. Pure.

The steps follow from what the gateway says alone, in the order in which it did them. Each makes one
posting whose id names the gateway's object, so that however often and in whatever order we heard of
them, the books end the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.gateway import BalanceEntry, GatewayDispute, GatewayPayment, GatewayRefund
from shared.domain.money import Money
from shared.domain.movement import MovementKind

BANK_DEBITS = frozenset(
    {
        "acss_debit",
        "au_becs_debit",
        "bacs_debit",
        "nz_bank_account",
        "sepa_debit",
        "us_bank_account",
    }
)
"""The methods by which the payer's bank is asked: what it takes back is a return, no dispute."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that the gateway did. amount is above zero, None for all that is here.

    undoes is the posting that it takes back, "" for none. asked says that the hub wanted it.
    """

    posting_id: str
    kind: MovementKind
    amount: Money | None
    at: datetime
    entry: BalanceEntry | None = None
    undoes: str = ""
    asked: bool = False
    dispute: GatewayDispute | None = None

    @property
    def comes_back(self) -> bool:
        """Return whether money that had left is here again."""
        return self.restores or self.kind is MovementKind.REFUND_FAILED

    @property
    def undone_by(self) -> str:
        """Return the posting that would take this step back, "" where nothing could."""
        if self.kind is MovementKind.REFUND:
            return f"refund_failed:{self.posting_id.removeprefix('refund:')}"
        takes = self.dispute is not None and not self.comes_back
        return f"reinstatement:{self.dispute.dispute_id}" if self.dispute and takes else ""

    @property
    def restores(self) -> bool:
        """Return whether what had been settled is settled again. A refund was meant to undo it."""
        return self.kind is MovementKind.REINSTATEMENT


def gateway_steps(told: GatewayPayment, payment_id: str) -> tuple[Step, ...]:
    """Return every step that told reports, oldest first. A refund that failed later is two."""
    found: list[Step] = []
    for refund in told.refunds:
        found += _refund(refund)
    returned = told.returned is not None
    for dispute in sorted(told.disputes, key=lambda d: (d.opened_at, d.dispute_id)):
        if dispute.withdrawn is None:
            continue
        debit = told.method in BANK_DEBITS and not returned
        returned = returned or debit
        found += _dispute(dispute, payment_id if debit else "")
    if told.returned is not None:
        at = told.returned.booked_at
        found.append(
            Step(f"return:{payment_id}", MovementKind.RETURN, None, at, _minus(told.returned))
        )
    left_at = {s.posting_id: s.at for s in found}
    back_at = {s.undoes: s.at for s in found if s.comes_back}
    return tuple(sorted(found, key=lambda s: (s.at, _turn(s, left_at, back_at), s.posting_id)))


def _turn(
    step: Step, left_at: Mapping[str, datetime], back_at: Mapping[str, datetime]
) -> tuple[int, str, int]:
    """Return the sort key of step among those of its second: the gateway knows no finer time.

    First comes money that returns from an earlier second, since it may leave again in this one;
    then money that left and returned within the second; then money that left for longer.
    """
    if step.comes_back:
        early = left_at[step.undoes] < step.at
        return (0, "", 0) if early else (1, step.undoes, 1)
    return (1, step.posting_id, 0) if back_at.get(step.posting_id) == step.at else (2, "", 0)


def _refund(refund: GatewayRefund) -> list[Step]:
    name = refund.asked_as or refund.refund_id
    at = refund.left.booked_at if refund.left else refund.made_at
    asked = bool(refund.asked_as)
    made = f"refund:{name}"
    steps = [Step(made, MovementKind.REFUND, refund.amount, at, refund.left, asked=asked)]
    if refund.failed:
        back = refund.came_back
        failed_at = back.booked_at if back else at
        kind = MovementKind.REFUND_FAILED
        steps.append(
            Step(f"refund_failed:{name}", kind, refund.amount, failed_at, back, made, asked)
        )
    return steps


def _dispute(dispute: GatewayDispute, returned_payment: str) -> list[Step]:
    took, gave = dispute.withdrawn, dispute.reinstated
    if took is None:
        return []
    kind = MovementKind.RETURN if returned_payment else MovementKind.CHARGEBACK
    name = f"return:{returned_payment}" if returned_payment else f"chargeback:{dispute.dispute_id}"
    steps = [Step(name, kind, dispute.amount, took.booked_at, took, dispute=dispute)]
    if gave is not None:
        steps.append(
            Step(
                f"reinstatement:{dispute.dispute_id}",
                MovementKind.REINSTATEMENT,
                dispute.amount,
                gave.booked_at,
                gave,
                undoes=name,
                dispute=dispute,
            )
        )
    return steps


def _minus(entry: BalanceEntry) -> BalanceEntry:
    """Return entry, taken from the balance whichever sign the gateway gives it."""
    amount = entry.amount if entry.amount.minor < 0 else -entry.amount
    return replace(entry, amount=amount)
