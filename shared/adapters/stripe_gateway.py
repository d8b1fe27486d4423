"""The gateway, through the official stripe package. No other module imports it."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from types import ModuleType
from typing import Any

import urllib3

from shared.adapters.stripe_amounts import to_stripe
from shared.adapters.stripe_autopay import setup_params, taking_params
from shared.adapters.stripe_objects import (
    checkout_from,
    payment_entry_from,
    payment_from,
    refund_from,
)
from shared.domain.checkout import Checkout
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.gateway import (
    GatewayCheckout,
    GatewayPayment,
    GatewayRefund,
    GatewayRefused,
    GatewayUnavailable,
    PaymentEntry,
)
from shared.domain.mandate import Mandate, Method
from shared.domain.money import Money
from shared.errors import NotFound

CONNECT_TIMEOUT_S = 2.0
READ_TIMEOUT_S = 8.0
RETRIES_MAX = 2
_PAGE = 100
_LABEL_CHARS_MAX = 250
_CHARGE = "latest_charge"
_BALANCE = "balance_transaction"
_WITH_CHARGE = [f"{_CHARGE}.{_BALANCE}"]
_WITH_PAYMENT = [f"payment_intent.{_CHARGE}.{name}" for name in (_BALANCE, "refunds")]
_WITH_METHOD = "setup_intent.payment_method"
_WITH_ALL = [
    *_WITH_CHARGE,
    f"{_CHARGE}.failure_{_BALANCE}",
    f"{_CHARGE}.refunds.data.{_BALANCE}",
    f"{_CHARGE}.refunds.data.failure_{_BALANCE}",
]


class StripeGateway:
    """Hosted pages and payments of one Stripe account."""

    def __init__(self, api_key: str, api_base: str) -> None:
        """api_base is the address of Stripe's API, without a trailing slash."""
        stripe = _stripe()
        self._client = stripe.StripeClient(
            api_key,
            base_addresses={"api": api_base},
            max_network_retries=RETRIES_MAX,
            http_client=_transport(),
        )

    @property
    def api_version(self) -> str:
        """Return the API version that every answer comes in."""
        return str(_stripe().api_version)

    def create_checkout(
        self,
        entity: Entity,
        customer: Customer,
        checkout: Checkout,
        lines: tuple[tuple[str, Money], ...],
        success_url: str,
        cancel_url: str,
    ) -> tuple[str, str]:
        """Open a hosted page for lines of (label, amount); return its session id and address.

        The same checkout always gives the same page. It closes after 24 hours, Stripe's default.
        Raises GatewayUnavailable when nobody knows whether it exists (ask again with the same
        checkout), GatewayRefused, and InvalidInput for an amount that Stripe cannot take.
        """
        ours = {
            "entity": entity.entity_id,
            "customer": customer.customer_id,
            "checkout": checkout.checkout_id,
        }
        params = {
            "mode": "payment",
            "client_reference_id": checkout.checkout_id,
            "metadata": ours,
            "payment_intent_data": {"metadata": ours},
            "line_items": [_line(label, money) for label, money in lines],
            "locale": customer.language,
            "success_url": success_url,
            "cancel_url": cancel_url,
        }
        if customer.email:
            params["customer_email"] = customer.email
        key = f"checkout/{entity.entity_id}/{checkout.checkout_id}"
        with _told():
            session = self._client.v1.checkout.sessions.create(params, {"idempotency_key": key})
        return session.id, session.url or ""

    def expire_checkout(self, session_id: str) -> str:
        """Close the page and return its state, "expired" or, where somebody paid, "complete"."""
        stripe = _stripe()
        with _told():
            try:
                return str(self._client.v1.checkout.sessions.expire(session_id).status)
            except stripe.InvalidRequestError:
                # it is not open any more, or is unknown: a look tells which
                return str(self._client.v1.checkout.sessions.retrieve(session_id).status)

    def checkout(self, session_id: str) -> GatewayCheckout:
        """Return the page and its payment as they stand. Raises NotFound."""
        with _told():
            session = self._client.v1.checkout.sessions.retrieve(
                session_id, {"expand": [*_WITH_PAYMENT, _WITH_METHOD]}
            )
        intent = session.payment_intent
        if not intent:
            return checkout_from(session, None)
        charge = intent.latest_charge
        gone = charge and (charge.disputed or charge.refunds.data or charge.failure_code)
        return checkout_from(session, self.payment(intent.id) if gone else payment_from(intent))

    def find_checkout(self, checkout: Checkout, since: datetime) -> GatewayCheckout | None:
        """Return the page that was opened for checkout at since or later, or None."""
        return self._find_page(checkout.checkout_id, since)

    def create_setup(
        self,
        entity: Entity,
        customer: Customer,
        mandate: Mandate,
        success_url: str,
        cancel_url: str,
    ) -> tuple[str, str]:
        """Open a hosted page to give mandate on; return its session id and address.

        The same mandate always gives the same page. Raises as create_checkout does.
        """
        params = setup_params(entity, customer, mandate)
        params |= {"success_url": success_url, "cancel_url": cancel_url}
        key = f"mandate/{entity.entity_id}/{mandate.mandate_id}"
        with _told():
            session = self._client.v1.checkout.sessions.create(params, {"idempotency_key": key})
        return session.id, session.url or ""

    def find_setup(self, mandate: Mandate, since: datetime) -> GatewayCheckout | None:
        """Return the page that was opened for mandate at since or later, or None."""
        return self._find_page(mandate.mandate_id, since)

    def take(
        self, entity: Entity, customer: Customer, method: Method, checkout: Checkout
    ) -> GatewayPayment:
        """Take checkout's amount from method, nobody being there to ask; return how that stands.

        The same checkout is never taken twice. Raises GatewayUnavailable when nobody knows whether
        it was done (ask again with the same checkout), and GatewayRefused with the bank's reason.
        """
        params = taking_params(entity, customer, method, checkout)
        params["expand"] = _WITH_ALL
        key = f"autopay/{entity.entity_id}/{checkout.checkout_id}"
        with _told():
            intent = self._client.v1.payment_intents.create(params, {"idempotency_key": key})
        return payment_from(intent)

    def find_taking(self, checkout: Checkout, since: datetime) -> GatewayPayment | None:
        """Return the payment that was begun for checkout at since or later, or None."""
        params = {"created": {"gte": int(since.timestamp())}, "limit": _PAGE}
        with _told():
            for intent in self._client.v1.payment_intents.list(params).auto_paging_iter():
                if intent.metadata and intent.metadata.to_dict().get("checkout") == (
                    checkout.checkout_id
                ):
                    return self.payment(intent.id)
        return None

    def payment(self, reference: str) -> GatewayPayment:
        """Return the payment as it stands, with all that became of it. Raises NotFound."""
        with _told():
            intent = self._client.v1.payment_intents.retrieve(reference, {"expand": _WITH_ALL})
            disputes = ()
            if intent.latest_charge and intent.latest_charge.disputed:
                of = {"payment_intent": reference, "limit": _PAGE}
                disputes = tuple(self._client.v1.disputes.list(of).auto_paging_iter())
            refunds = self._refunds(intent.latest_charge)
        return payment_from(intent, refunds, disputes)

    def payments_since(self, since: datetime) -> Iterator[GatewayPayment]:
        """Yield every payment that was begun at since or later and brought money."""
        expand = [f"data.{path}" for path in _WITH_CHARGE]
        params = {"created": {"gte": int(since.timestamp())}, "limit": _PAGE, "expand": expand}
        with _told():
            for intent in self._client.v1.payment_intents.list(params).auto_paging_iter():
                if intent.status == "succeeded":
                    yield payment_from(intent)

    def refund(self, reference: str, amount: Money, refund_id: str) -> GatewayRefund:
        """Give amount of a payment back and return how that stands; safe to repeat.

        The same refund_id never gives back twice. Raises GatewayUnavailable when nobody knows
        whether it was done (ask again with the same refund_id), GatewayRefused where more is asked
        than can be refunded, and InvalidInput for an amount that Stripe cannot take.
        """
        minor, _ = to_stripe(amount)
        params = {
            "payment_intent": reference,
            "amount": minor,
            "metadata": {"refund": refund_id},
            "expand": [_BALANCE, f"failure_{_BALANCE}"],
        }
        with _told():
            made = self._client.v1.refunds.create(
                params, {"idempotency_key": f"refund/{reference}/{refund_id}"}
            )
        return refund_from(made)

    def refunds_of(self, reference: str) -> tuple[GatewayRefund, ...]:
        """Return every refund of a payment, whoever asked for it."""
        return self.payment(reference).refunds

    def balance_since(self, since: datetime) -> Iterator[PaymentEntry]:
        """Yield every change of the balance since then that belongs to a payment, with it."""
        params = {
            "created": {"gte": int(since.timestamp())},
            "limit": _PAGE,
            "expand": ["data.source"],
        }
        with _told():
            for entry in self._client.v1.balance_transactions.list(params).auto_paging_iter():
                found = payment_entry_from(entry)
                if found is not None:
                    yield found

    def _find_page(self, reference_id: str, since: datetime) -> GatewayCheckout | None:
        params = {"created": {"gte": int(since.timestamp())}, "limit": _PAGE}
        with _told():
            for session in self._client.v1.checkout.sessions.list(params).auto_paging_iter():
                if session.client_reference_id == reference_id:
                    return self.checkout(session.id)
        return None

    def _refunds(self, charge: Any) -> tuple[Any, ...]:
        """Return all refunds of a charge: those that came with it, or a list of their own."""
        if not charge or not charge.refunds:
            return ()
        if not charge.refunds.has_more:
            return tuple(charge.refunds.data)
        params = {
            "charge": charge.id,
            "limit": _PAGE,
            "expand": [f"data.{_BALANCE}", f"data.failure_{_BALANCE}"],
        }
        return tuple(self._client.v1.refunds.list(params).auto_paging_iter())


def _line(label: str, money: Money) -> dict[str, Any]:
    amount, currency = to_stripe(money)
    product = {"name": label[:_LABEL_CHARS_MAX]}
    price = {"currency": currency, "unit_amount": amount, "product_data": product}
    return {"price_data": price, "quantity": 1}


@contextmanager
def _told() -> Iterator[None]:
    """Turn the package's errors into the hub's. A 5xx, 409, 429 or no answer may be repeated."""
    stripe = _stripe()
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError) as exc:
        raise GatewayUnavailable(kind=type(exc).__name__) from exc
    except stripe.StripeError as exc:
        status = exc.http_status or 0
        if status >= 500 or status == 409:
            raise GatewayUnavailable(kind=type(exc).__name__, status=status) from exc
        if status == 404:
            raise NotFound(gateway=exc.code or "not_found") from exc
        code = exc.code or type(exc).__name__
        decline = getattr(exc.error, "decline_code", None) or code
        raise GatewayRefused(
            reason=code, decline=decline, status=status, request=exc.request_id or ""
        ) from exc


@cache
def _stripe() -> ModuleType:
    """Return the package. While it is imported it finds no HTTP library: ours is urllib3."""
    hidden = "requests" not in sys.modules
    if hidden:
        sys.modules["requests"] = None  # type: ignore[assignment]  # None: no such module
    try:
        import stripe
    finally:
        if hidden:
            del sys.modules["requests"]
    return stripe


def _transport() -> Any:
    stripe = _stripe()

    class Transport(stripe.HTTPClient):  # type: ignore[name-defined,misc]  # imported late
        """One pool of kept-alive connections with explicit timeouts; stripe does the retries."""

        name = "urllib3"

        def __init__(self) -> None:
            super().__init__()
            self._pool = urllib3.PoolManager(
                ca_certs=stripe.ca_bundle_path,
                timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S),
                retries=False,
            )

        def request(
            self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
        ) -> tuple[bytes, int, Mapping[str, str]]:
            try:
                answer = self._pool.request(
                    method.upper(), url, body=post_data, headers=dict(headers), redirect=False
                )
            except urllib3.exceptions.HTTPError as exc:
                again = not isinstance(exc, urllib3.exceptions.SSLError)
                raise stripe.APIConnectionError(type(exc).__name__, should_retry=again) from exc
            return answer.data, answer.status, answer.headers

        def close(self) -> None:
            self._pool.clear()

    return Transport()
