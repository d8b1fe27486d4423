# SPDX-License-Identifier: GPL-3.0-or-later
"""The account's balance and the transactions that make it up."""

from typing import Any

from localstripe import resources

from infra.local.stripe.objects import listing, newest_first
from infra.local.stripe.world import world

AVAILABLE_AFTER_S = 2 * 86_400


class BalanceTransaction(resources.BalanceTransaction):
    """One movement of the account's balance: net = amount - fee."""

    def __init__(
        self, amount: int, currency: str, source: str, kind: str, fee: int = 0, text: str = ""
    ) -> None:
        """Record a movement. kind is charge, payment, refund, adjustment or refund_failure.

        It is in the currency that the account settles in, at the rate of the moment.
        """
        resources.StripeObject.__init__(self)
        del self.livemode
        settled = world().settings.settlements.get(currency)
        rate = settled.rate if settled else None
        if settled is not None:
            amount, fee = settled.converted(amount), settled.converted(fee)
            currency = settled.into
        self.amount = amount
        self.available_on = self.created + AVAILABLE_AFTER_S
        self.balance_type = "payments"
        self.currency = currency
        self.description = text or None
        self.exchange_rate = float(rate) if rate is not None else None
        self.fee = fee
        self.fee_details = []
        if fee:
            detail = {"amount": fee, "application": None, "currency": currency}
            what = {"description": "Stripe processing fees", "type": "stripe_fee"}
            self.fee_details = [detail | what]
        self.reporting_category = {"payment": "charge", "adjustment": "dispute"}.get(kind, kind)
        self.source = source
        self.type = kind

    @property
    def status(self) -> str:
        """Return available once two days have passed, pending before."""
        return "available" if self.available_on <= world().clock.now_s() else "pending"


def list_transactions(query: dict[str, Any]) -> dict[str, Any]:
    """Return a page of balance transactions, newest first."""
    url = "/v1/balance_transactions"
    return listing("balance_transaction", url, query, "currency", "source", "type")


def balance(_: dict[str, Any]) -> dict[str, Any]:
    """Return the account's balance, per currency, as the sum of its transactions."""
    sums: dict[str, dict[str, int]] = {"available": {}, "pending": {}}
    for each in newest_first("balance_transaction"):
        part = sums[each.status]
        part[each.currency] = part.get(each.currency, 0) + each.net
        for other in sums.values():
            other.setdefault(each.currency, 0)
    parts = {
        status: [
            {"amount": total, "currency": currency, "source_types": {"card": total}}
            for currency, total in sorted(part.items())
        ]
        for status, part in sums.items()
    }
    return {"object": "balance", "livemode": False, **parts}
