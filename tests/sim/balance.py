"""The company's balance at the gateway: every change of it, some of which it tells only later.

The gateway tells whole seconds: several changes share one.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction

from shared.domain.gateway import BalanceEntry, GatewayPayment, GatewayRefund, PaymentEntry
from shared.domain.money import Money

FEE_MINOR = 30


@dataclass(slots=True)
class Balance:
    """Entries by id, in currency. rate_percent is what a minor unit of another one is worth.

    hidden are the entries that the gateway does not tell yet.
    """

    chance: random.Random
    currency: str = "EUR"
    rate_percent: int = 100
    entries: dict[str, PaymentEntry] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)

    def moved(self, kind: str, reference: str, amount: Money, at: datetime) -> BalanceEntry:
        """Return the entry of money that came (above zero) or went; coming in and going cost."""
        fee = FEE_MINOR + abs(amount.minor) // 100 if kind in ("charge", "dispute") else 0
        entry = BalanceEntry(
            entry_id=f"txn_{len(self.entries) + 1}",
            kind=kind,
            amount=self._worth(amount.minor),
            fee=Money(minor=fee, currency=self.currency),
            booked_at=at.replace(microsecond=0),
        )
        self.entries[entry.entry_id] = PaymentEntry(reference, entry)
        if self.chance.random() < 0.2:
            self.hidden.add(entry.entry_id)
        return entry

    def since(self, instant: datetime) -> Iterator[PaymentEntry]:
        """Yield what is told of all that was booked since."""
        for entry_id, told in self.entries.items():
            if entry_id not in self.hidden and told.entry.booked_at >= instant:
                yield told

    def told(self, payment: GatewayPayment) -> GatewayPayment:
        """Return payment without what nobody is told yet."""
        return replace(
            payment,
            came_in=self._if_told(payment.came_in),
            refunds=tuple(self._refund(refund) for refund in payment.refunds),
        )

    def total(self) -> int:
        """Return what the balance comes to, fees off."""
        return sum(told.entry.amount.minor - told.entry.fee.minor for told in self.entries.values())

    def _worth(self, minor: int) -> Money:
        return Money(minor=round(Fraction(minor * self.rate_percent, 100)), currency=self.currency)

    def _refund(self, refund: GatewayRefund) -> GatewayRefund:
        back = self._if_told(refund.came_back)
        return replace(refund, left=self._if_told(refund.left), came_back=back)

    def _if_told(self, entry: BalanceEntry | None) -> BalanceEntry | None:
        return None if entry is None or entry.entry_id in self.hidden else entry
