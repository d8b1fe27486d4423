"""A gateway that takes money, in memory. It keeps its own record of what really happened.

The checks compare that record with our books.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from shared.domain.checkout import Checkout
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.gateway import (
    GatewayCheckout,
    GatewayDispute,
    GatewayPayment,
    GatewayRefund,
    GatewayRefused,
    GatewayUnavailable,
    PaymentEntry,
)
from shared.domain.money import Money
from shared.errors import NotFound
from tests.sim.balance import Balance
from tests.sim.leave import Leave
from tests.sim.outside import Outages


@dataclass
class Gateway(Leave):
    """Hosted pages and payments. clock is set by the world before every step."""

    outages: Outages
    clock: datetime
    balance: Balance
    api_version: str = "sim"
    pages: dict[str, GatewayCheckout] = field(default_factory=dict)
    asked: dict[str, Checkout] = field(default_factory=dict)
    webhooks: list[dict[str, Any]] = field(default_factory=list)
    setups: dict[str, GatewayCheckout] = field(default_factory=dict)
    _events: int = 0

    def create_checkout(
        self,
        entity: Entity,
        customer: Customer,
        checkout: Checkout,
        lines: tuple[tuple[str, Money], ...],
        success_url: str,
        cancel_url: str,
    ) -> tuple[str, str]:
        """Open a page, or return the one that the same key has opened."""
        self._answer()
        session_id = f"cs_{checkout.checkout_id}"
        if session_id not in self.pages:
            self.asked[session_id] = checkout
            self.pages[session_id] = GatewayCheckout(
                session_id=session_id,
                state="open",
                payment_status="unpaid",
                entity_id=entity.entity_id,
                customer_id=customer.customer_id,
                checkout_id=checkout.checkout_id,
                url=f"https://pay/{session_id}",
            )
        same = self.asked[session_id]
        assert (same.amount, same.allocations) == (checkout.amount, checkout.allocations), (
            "one key, two requests"
        )
        assert sum(amount.minor for _, amount in lines) == checkout.amount.minor
        self._answer()
        return session_id, self.pages[session_id].url

    def expire_checkout(self, session_id: str) -> str:
        self._answer()
        page = self.pages[session_id]
        if page.state == "open":
            self._expire(page)
        self._answer()
        return self.pages[session_id].state

    def checkout(self, session_id: str) -> GatewayCheckout:
        self._answer()
        if session_id in self.setups:
            return self.setups[session_id]
        if session_id not in self.pages:
            raise NotFound(session=session_id)
        return self._told(self.pages[session_id])

    def payment(self, reference: str) -> GatewayPayment:
        self._answer()
        return self.balance.told(next(p for p in self.payments() if p.reference == reference))

    def find_checkout(self, checkout: Checkout, since: datetime) -> GatewayCheckout | None:
        self._answer()
        found = self.pages.get(f"cs_{checkout.checkout_id}")
        return found and self._told(found)

    def payments_since(self, since: datetime) -> Iterator[GatewayPayment]:
        self._answer()
        yield from [self.balance.told(p) for p in self.payments() if p.status == "succeeded"]

    def balance_since(self, since: datetime) -> Iterator[PaymentEntry]:
        self._answer()
        yield from list(self.balance.since(since))

    def refunds_of(self, reference: str) -> tuple[GatewayRefund, ...]:
        return self.payment(reference).refunds

    def refund(self, reference: str, amount: Money, refund_id: str) -> GatewayRefund:
        """Send money back as the hub asks for it, once per refund_id."""
        self._answer()
        payment = next(p for p in self.payments() if p.reference == reference)
        made = next((r for r in payment.refunds if r.asked_as == refund_id), None)
        if made is None:
            if refundable(payment) < amount.minor:
                raise GatewayRefused(reference=reference)
            made = self.send_back(page_of(payment), amount.minor, asked_as=refund_id)
        assert made.amount == amount, "one key, two requests"
        self._answer()
        return made

    def payments(self) -> list[GatewayPayment]:
        """Return every payment that was ever tried."""
        return [page.payment for page in self.pages.values() if page.payment]

    def open_pages(self) -> list[str]:
        return [s for s, page in self.pages.items() if page.state == "open"]

    def unsettled(self) -> list[str]:
        """Return the pages whose payment the bank is still moving."""
        return [s for s, p in self.pages.items() if p.payment and p.payment.status == "processing"]

    def pay(self, session_id: str, status: str) -> None:
        """Somebody pays on the page; status is succeeded or processing."""
        page = self.pages[session_id]
        payment = GatewayPayment(
            reference=f"pi_{session_id}",
            status=status,
            amount=self.asked[session_id].amount,
            odd="",
            method="card" if status == "succeeded" else "sepa_debit",
            received_at=self.clock,
            entity_id=page.entity_id,
            customer_id=page.customer_id,
            checkout_id=page.checkout_id,
        )
        if status == "succeeded":
            payment = self._came_in(payment)
        paid = "paid" if status == "succeeded" else "unpaid"
        done = replace(page, state="complete", payment_status=paid, payment=payment)
        self.pages[session_id] = done
        self._tell("checkout.session.completed", session_id, payment.reference)
        if status == "succeeded":
            self._tell("payment_intent.succeeded", payment.reference, payment.reference)
            self._tell("charge.succeeded", f"ch_{session_id}", payment.reference)

    def settle(self, session_id: str, status: str) -> None:
        """The bank says how a processing payment ended: succeeded or requires_payment_method."""
        page = self.pages[session_id]
        assert page.payment
        payment = replace(page.payment, status=status, received_at=self.clock)
        if status == "succeeded":
            payment = self._came_in(payment)
        self.pages[session_id] = replace(page, payment=payment)
        won = status == "succeeded"
        name = "async_payment_succeeded" if won else "async_payment_failed"
        self._tell(f"checkout.session.{name}", session_id, payment.reference)
        self._tell(
            "payment_intent." + ("succeeded" if won else "payment_failed"),
            payment.reference,
            payment.reference,
        )

    def expire_old(self) -> None:
        """Close the pages whose day is over."""
        for session_id in self.open_pages():
            if self.asked[session_id].expires_at <= self.clock:
                self._expire(self.pages[session_id])

    def settled(self) -> list[str]:
        """Return the pages whose money came in."""
        return [s for s, p in self.pages.items() if p.payment and p.payment.status == "succeeded"]

    def send_back(self, session_id: str, minor: int, asked_as: str = "") -> GatewayRefund:
        """Refund so much of a payment."""
        payment = self._payment(session_id)
        amount = Money(minor=minor, currency="EUR")
        refund_id = f"re_{session_id}_{len(payment.refunds)}"
        left = self.balance.moved("refund", payment.reference, -amount, self.clock)
        made = GatewayRefund(refund_id, "succeeded", amount, self.clock, asked_as, left)
        self._set(session_id, replace(payment, refunds=(*payment.refunds, made)))
        self._tell("charge.refunded", f"ch_{session_id}", payment.reference)
        return made

    def bounce_refund(self, session_id: str) -> None:
        """Let the newest refund that holds come back."""
        payment = self._payment(session_id)
        held = [r for r in payment.refunds if not r.failed]
        amount = held[-1].amount
        back = self.balance.moved("refund_failure", payment.reference, amount, self.clock)
        after = tuple(
            replace(r, status="failed", came_back=back) if r is held[-1] else r
            for r in payment.refunds
        )
        self._set(session_id, replace(payment, refunds=after))
        self._tell("refund.failed", held[-1].refund_id, payment.reference)

    def open_dispute(self, session_id: str) -> None:
        """Let the payer's bank take back all that is here; of a debit, for good."""
        payment = self._payment(session_id)
        amount = Money(minor=refundable(payment), currency="EUR")
        taken = self.balance.moved("dispute", payment.reference, -amount, self.clock)
        dispute = GatewayDispute(
            dispute_id=f"du_{session_id}_{len(payment.disputes)}",
            status="needs_response" if payment.method == "card" else "lost",
            reason="fraudulent",
            amount=amount,
            opened_at=self.clock,
            withdrawn=taken,
        )
        self._set(session_id, replace(payment, disputes=(*payment.disputes, dispute)))
        for kind in ("created", "funds_withdrawn"):
            self._tell(f"charge.dispute.{kind}", dispute.dispute_id, payment.reference)

    def decide_dispute(self, session_id: str, *, won: bool) -> None:
        """End the open dispute of a payment; a won one gives the money back."""
        payment = self._payment(session_id)
        *others, dispute = payment.disputes
        ended = replace(dispute, status="won" if won else "lost")
        if won:
            back = self.balance.moved("reversal", payment.reference, dispute.amount, self.clock)
            ended = replace(ended, reinstated=back)
            self._tell("charge.dispute.funds_reinstated", dispute.dispute_id, payment.reference)
        self._set(session_id, replace(payment, disputes=(*others, ended)))
        self._tell("charge.dispute.closed", dispute.dispute_id, payment.reference)

    def _told(self, page: GatewayCheckout) -> GatewayCheckout:
        return replace(page, payment=page.payment and self.balance.told(page.payment))

    def _came_in(self, payment: GatewayPayment) -> GatewayPayment:
        assert payment.amount
        moved = self.balance.moved("charge", payment.reference, payment.amount, self.clock)
        return replace(payment, came_in=moved)

    def _payment(self, session_id: str) -> GatewayPayment:
        payment = self.pages[session_id].payment
        assert payment
        return payment

    def _set(self, session_id: str, payment: GatewayPayment) -> None:
        self.pages[session_id] = replace(self.pages[session_id], payment=payment)

    def _expire(self, page: GatewayCheckout) -> None:
        self.pages[page.session_id] = replace(page, state="expired")
        self._tell("checkout.session.expired", page.session_id, "")

    def _tell(self, kind: str, about: str, reference: str) -> None:
        self._events += 1
        self.webhooks.append(
            {"id": f"evt_{self._events}", "type": kind, "about": about, "reference": reference}
        )

    def _answer(self) -> None:
        if self.outages.happens():
            raise GatewayUnavailable()


def refundable(payment: GatewayPayment) -> int:
    """Return what of a payment is still here, in minor units."""
    assert payment.amount
    gone = sum(r.amount.minor for r in payment.refunds if not r.failed)
    gone += sum(d.amount.minor for d in payment.disputes if d.withdrawn and not d.reinstated)
    return payment.amount.minor - gone


def page_of(payment: GatewayPayment) -> str:
    """Return the page on which a payment was made."""
    return payment.reference.removeprefix("pi_")
