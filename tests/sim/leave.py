"""Leave to take money, as the gateway of the simulation keeps it, and what it then takes."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.domain.checkout import Checkout
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.gateway import GatewayCheckout, GatewayPayment, GatewayRefused
from shared.domain.mandate import Mandate, Method

if TYPE_CHECKING:
    from tests.sim.gateway import Gateway

_KINDS = {
    "card": Method("cus_1", "pm_card", "card", "visa", "4242"),
    "account": Method("cus_1", "pm_debit", "sepa_debit", "37040044", "3000"),
}


class Leave:
    """The part of the gateway by which it takes money when nobody is there."""

    refuses = ""

    def create_setup(
        self: "Gateway",
        entity: Entity,
        customer: Customer,
        mandate: Mandate,
        success_url: str,
        cancel_url: str,
    ) -> tuple[str, str]:
        """Open a page to give leave on, or return the one that the same key has opened."""
        self._answer()
        session_id = f"cs_{mandate.mandate_id}"
        page = GatewayCheckout(
            session_id=session_id,
            state="open",
            payment_status="no_payment_required",
            entity_id=entity.entity_id,
            customer_id=customer.customer_id,
            checkout_id="",
            url=f"https://pay/{session_id}",
            mandate_id=mandate.mandate_id,
        )
        self.setups.setdefault(session_id, page)
        self._answer()
        return session_id, page.url

    def find_setup(self: "Gateway", mandate: Mandate, since: datetime) -> GatewayCheckout | None:
        self._answer()
        return self.setups.get(f"cs_{mandate.mandate_id}")

    def give_leave(self: "Gateway", session_id: str, kind: str) -> None:
        """Somebody leaves a card or an account on the page."""
        page = self.setups[session_id]
        self.setups[session_id] = replace(page, state="complete", method=_KINDS[kind])
        self._tell("checkout.session.completed", session_id, "")

    def take(
        self: "Gateway", entity: Entity, customer: Customer, method: Method, checkout: Checkout
    ) -> GatewayPayment:
        """Take money once for each key; a card pays at once, a bank within days."""
        self._answer()
        session_id = f"cs_{checkout.checkout_id}"
        if session_id not in self.pages:
            if self.refuses:
                raise GatewayRefused(reason="card_declined", decline=self.refuses)
            self._take(session_id, entity, customer, method, checkout)
        assert self.asked[session_id].amount == checkout.amount, "one key, two requests"
        self._answer()
        return self._payment(session_id)

    def find_taking(self: "Gateway", checkout: Checkout, since: datetime) -> Any:
        self._answer()
        found = self.pages.get(f"cs_{checkout.checkout_id}")
        return found and found.payment

    def end_takings(self: "Gateway", *, won: bool) -> None:
        """The bank says how every taking that it is moving ended."""
        for session_id in self.unsettled():
            payment = self._payment(session_id)
            if not payment.mandate_id:
                continue
            status = "succeeded" if won else "requires_payment_method"
            ended = replace(payment, status=status, received_at=self.clock)
            ended = self._came_in(ended) if won else replace(ended, decline="insufficient_funds")
            self._set(session_id, ended)
            name = "succeeded" if won else "payment_failed"
            self._tell(f"payment_intent.{name}", payment.reference, payment.reference)

    def _take(
        self: "Gateway",
        session_id: str,
        entity: Entity,
        customer: Customer,
        method: Method,
        checkout: Checkout,
    ) -> None:
        at_once = method.kind == "card"
        payment = GatewayPayment(
            reference=f"pi_{session_id}",
            status="succeeded" if at_once else "processing",
            amount=checkout.amount,
            odd="",
            method=method.kind,
            received_at=self.clock,
            entity_id=entity.entity_id,
            customer_id=customer.customer_id,
            checkout_id=checkout.checkout_id,
            mandate_id=checkout.mandate_id,
        )
        if at_once:
            payment = self._came_in(payment)
        self.asked[session_id] = checkout
        self.pages[session_id] = GatewayCheckout(
            session_id=session_id,
            state="complete",
            payment_status="paid" if at_once else "unpaid",
            entity_id=entity.entity_id,
            customer_id=customer.customer_id,
            checkout_id=checkout.checkout_id,
            payment=payment,
        )
        if at_once:
            self._tell("payment_intent.succeeded", payment.reference, payment.reference)
