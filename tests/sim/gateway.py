"""A gateway that takes money, in memory. It keeps its own record of what really happened.

The checks compare that record with our books.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from shared.domain.account import Checkout, Customer, Entity
from shared.domain.gateway import GatewayCheckout, GatewayPayment, GatewayUnavailable
from shared.domain.money import Money
from shared.errors import NotFound
from tests.sim.outside import Outages


@dataclass(slots=True)
class Gateway:
    """Hosted pages and payments. clock is set by the world before every step."""

    outages: Outages
    clock: datetime
    api_version: str = "sim"
    pages: dict[str, GatewayCheckout] = field(default_factory=dict)
    asked: dict[str, Checkout] = field(default_factory=dict)
    webhooks: list[dict[str, Any]] = field(default_factory=list)
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
        if session_id not in self.pages:
            raise NotFound(session=session_id)
        return self.pages[session_id]

    def payment(self, reference: str) -> GatewayPayment:
        self._answer()
        return next(p for p in self.payments() if p.reference == reference)

    def find_checkout(self, checkout: Checkout, since: datetime) -> GatewayCheckout | None:
        self._answer()
        return self.pages.get(f"cs_{checkout.checkout_id}")

    def payments_since(self, since: datetime) -> Iterator[GatewayPayment]:
        self._answer()
        yield from [p for p in self.payments() if p.status == "succeeded"]

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
            method="card",
            received_at=self.clock,
            entity_id=page.entity_id,
            customer_id=page.customer_id,
            checkout_id=page.checkout_id,
        )
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
