# SPDX-License-Identifier: GPL-3.0-or-later
"""Checkout Sessions: one hosted page, open until it is paid or expires."""

from typing import Any

from localstripe import resources

from infra.local.stripe import line_items, params
from infra.local.stripe.amounts import check_chargeable
from infra.local.stripe.errors import invalid, missing, refused, unknown_parameters
from infra.local.stripe.events import emit
from infra.local.stripe.objects import computed, newest_first, page, retrieve
from infra.local.stripe.payment_intents import KEPT, PaymentIntent
from infra.local.stripe.payment_methods import DEBITS
from infra.local.stripe.world import world

DAY_S = 86_400
OPEN_LEAST_S = 1_800
SLACK_S = 60
REAL = frozenset(
    [
        "mode",
        "line_items",
        "client_reference_id",
        "metadata",
        "payment_intent_data",
        "customer",
        "customer_email",
        "success_url",
        "cancel_url",
        "expires_at",
        "locale",
        "payment_method_types",
        "currency",
        "ui_mode",
    ]
)
TAKEN_AND_IGNORED = frozenset(
    [
        "adaptive_pricing",
        "after_expiration",
        "allow_promotion_codes",
        "automatic_tax",
        "billing_address_collection",
        "branding_settings",
        "consent_collection",
        "custom_text",
        "customer_creation",
        "customer_update",
        "excluded_payment_method_types",
        "integration_identifier",
        "invoice_creation",
        "name_collection",
        "payment_method_collection",
        "payment_method_options",
        "phone_number_collection",
        "saved_payment_method_options",
        "submit_type",
        "tax_id_collection",
        "wallet_options",
    ]
)


class Session(resources.StripeObject):
    """A page on which one payer pays one sum. Its intent exists from the first attempt on."""

    object = "checkout.session"
    _id_prefix = "cs_test_"

    def __init__(self, lines: list[dict[str, Any]], given: dict[str, Any], expires_at: int) -> None:
        """Open a session over lines; given holds the parameters, already checked."""
        super().__init__()
        total = sum(line["amount_total"] for line in lines)
        self._lines = lines
        self._intent: PaymentIntent | None = None
        self._intent_data = given.get("payment_intent_data", {})
        self.adaptive_pricing = {"enabled": False}
        self.after_expiration = None
        self.allow_promotion_codes = None
        self.amount_subtotal = total
        self.amount_total = total
        self.automatic_tax = {"enabled": False, "liability": None, "provider": None, "status": None}
        self.billing_address_collection = None
        self.cancel_url = given.get("cancel_url")
        self.client_reference_id = given.get("client_reference_id")
        self.client_secret = None
        self.collected_information = None
        self.consent = None
        self.consent_collection = None
        self.currency = given.get("currency") or lines[0]["currency"]
        self.currency_conversion = None
        self.custom_fields = []
        self.custom_text = dict.fromkeys(
            ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        )
        self.customer = given.get("customer")
        self.customer_creation = "if_required"
        self.customer_details = None
        self.customer_email = given.get("customer_email")
        self.discounts = []
        self.expires_at = expires_at
        self.invoice = None
        self.invoice_creation = None
        self.locale = given.get("locale")
        self.metadata = given.get("metadata", {})
        self.mode = "payment"
        self.origin_context = None
        self.payment_link = None
        self.payment_method_collection = "if_required"
        self.payment_method_configuration_details = None
        self.payment_method_options = {}
        self.payment_method_types = given["payment_method_types"]
        self.payment_status = "unpaid"
        self.permissions = None
        self.phone_number_collection = {"enabled": False}
        self.recovered_from = None
        self.redirect_on_completion = "always"
        self.saved_payment_method_options = None
        self.setup_intent = None
        self.shipping_address_collection = None
        self.shipping_cost = None
        self.shipping_options = []
        self.status = "open"
        self.submit_type = None
        self.subscription = None
        self.success_url = given.get("success_url")
        self.total_details = {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}
        self.ui_mode = "hosted_page"
        self.url = f"{world().settings.origin}/c/pay/{self.id}"
        self.wallet_options = None
        self._expiry = world().agenda.add("expiry", self.id, expires_at, self.expire)

    @property
    def payment_intent(self) -> str | None:
        """Return the id of the intent, or None while nobody has tried to pay."""
        return self._intent.id if self._intent else None

    def pay(self, method: Any, name: str, email: str) -> str | None:
        """Pay by a method; return None when done, else the message for the payer."""
        if self._intent is None:
            self._intent = self._new_intent()
        if not self._intent._attempt(method):
            return self._intent.latest_charge.failure_message
        self._complete(name, email)
        if self._intent.status == "succeeded":
            self.payment_status = "paid"
        emit("checkout.session.completed", self)
        return None

    def _complete(self, name: str, email: str) -> None:
        self._expiry.live = False
        self.status = "complete"
        self.url = None
        self.customer_details = {
            "address": None,
            "business_name": None,
            "email": email,
            "individual_name": None,
            "name": name,
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        }

    def return_url(self) -> str:
        """Return where the payer goes after paying."""
        return str(self.success_url).replace("{CHECKOUT_SESSION_ID}", self.id)

    def expire(self) -> None:
        """Close the page for good, and the intent with it."""
        self._expiry.live = False
        self.status = "expired"
        self.url = None
        if self._intent is not None:
            self._intent._cancel("abandoned")
        emit("checkout.session.expired", self)

    def lines(self, query: dict[str, Any]) -> dict[str, Any]:
        """Return a page of the line items."""
        limit = params.integer(query.get("limit", 10), "limit", least=1)
        after = query.get("starting_after")
        ids = [line["id"] for line in self._lines]
        start = ids.index(after) + 1 if after in ids else 0
        shown = [
            {k: v for k, v in line.items() if k != "product_description"}
            for line in self._lines[start : start + limit]
        ]
        return {
            "object": "list",
            "url": f"/v1/checkout/sessions/{self.id}/line_items",
            "has_more": len(self._lines) > start + limit,
            "data": shown,
        }

    def _export(self, expand: Any = None) -> dict[str, Any]:
        return {field: value for field, value in super()._export().items() if not callable(value)}

    def _new_intent(self) -> PaymentIntent:
        data = dict(self._intent_data)
        intent = PaymentIntent(
            self.amount_total,
            self.currency,
            metadata=data.pop("metadata", {}),
            customer=self.customer,
            payment_method_types=self.payment_method_types,
            **data,
        )
        intent._session = self
        return intent

    def _money_arrived(self) -> None:
        if self.status == "complete" and self.payment_status == "unpaid":
            self.payment_status = "paid"
            emit("checkout.session.async_payment_succeeded", self)

    def _money_failed(self) -> None:
        emit("checkout.session.async_payment_failed", self)


def create(given: dict[str, Any]) -> Session:
    """Return a new open session, or raise the error that the parameters deserve."""
    unknown_refused(given)
    params.choice(given.get("mode"), "mode", ("payment",))
    params.choice(given.get("ui_mode", "hosted_page"), "ui_mode", ("hosted_page",))
    now_s = world().clock.now_s()
    lines = line_items.read(given.get("line_items"), now_s)
    currency = lines[0]["currency"]
    check_chargeable(sum(line["amount_total"] for line in lines), currency)
    if "success_url" not in given:
        raise missing("success_url")
    checked = {
        "metadata": params.metadata(given.get("metadata")),
        "payment_intent_data": _intent_data(given.get("payment_intent_data", {})),
        "payment_method_types": method_types(given.get("payment_method_types"), currency),
        **{name: params.url(given[name], name) for name in _URLS & given.keys()},
        **{name: params.text(given[name], name, 200) for name in _TEXTS & given.keys()},
    }
    if "customer" in checked:
        retrieve("customer", checked["customer"])
    if "customer_email" in given:
        if "customer" in given:
            raise invalid("You may only specify one of: customer, customer_email.", "customer")
        checked["customer_email"] = params.email(given["customer_email"], "customer_email")
    return Session(lines, checked, expiry(given.get("expires_at"), now_s))


def unknown_refused(given: dict[str, Any], also: set[str] | None = None) -> None:
    """Return if every parameter is one of Stripe's. Raises its error."""
    unknown = given.keys() - REAL - TAKEN_AND_IGNORED - (also or set())
    if unknown:
        raise unknown_parameters(unknown)


_URLS = {"success_url", "cancel_url"}
_TEXTS = {"client_reference_id", "locale", "customer"}


def expiry(given: Any, now_s: int) -> int:
    """Return when a page closes: as asked for, or a day later."""
    if given is None:
        return now_s + DAY_S
    expires_at = params.integer(given, "expires_at")
    if not OPEN_LEAST_S - SLACK_S <= expires_at - now_s <= DAY_S + SLACK_S:
        raise invalid(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from now",
            "expires_at",
        )
    return expires_at


def _intent_data(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise invalid("Invalid object", "payment_intent_data")
    ignored = {"setup_future_usage", "shipping", "transfer_group"}
    unknown = given.keys() - {"metadata", *KEPT} - ignored
    if unknown:
        raise unknown_parameters(f"payment_intent_data[{name}]" for name in unknown)
    kept = {name: given[name] for name in KEPT if name in given}
    return {"metadata": params.metadata(given.get("metadata")), **kept}


def method_types(given: Any, currency: str) -> list[str]:
    """Return the kinds that a page offers: those asked for, or all that take the currency."""
    if given is None:
        return ["card", *(kind for kind, debit in DEBITS.items() if debit.currency == currency)]
    kinds = params.words(given, "payment_method_types")
    for kind in kinds:
        if kind in DEBITS and DEBITS[kind].currency != currency:
            message = f"The payment method type `{kind}` does not support {currency}"
            raise invalid(message, "payment_method_types")
    if not any(kind == "card" or kind in DEBITS for kind in kinds):
        raise invalid("None of these can be used on this page", "payment_method_types")
    return kinds


def update(given: dict[str, Any], session_id: str) -> Session:
    """Change a session's metadata and return it."""
    session = retrieve("checkout.session", session_id)
    if given.keys() - {"metadata"}:
        raise unknown_parameters(given.keys() - {"metadata"})
    session.metadata |= params.metadata(given.get("metadata"))
    return session


def expire(_: dict[str, Any], session_id: str) -> Session:
    """Expire an open session and return it."""
    session = retrieve("checkout.session", session_id)
    if session.status != "open":
        raise refused(
            "Only Checkout Sessions with a status in [open] can be expired. This Checkout"
            f" Session has a status of {session.status}."
        )
    session.expire()
    return session


def list_sessions(query: dict[str, Any]) -> dict[str, Any]:
    """Return a page of sessions, newest first."""
    in_time = params.created_filter(query.get("created"))
    email = (query.get("customer_details") or {}).get("email")
    equal = {k: query[k] for k in ("payment_intent", "customer", "status") if k in query}
    found = [
        s
        for s in newest_first("checkout.session")
        if in_time(s.created)
        and all(getattr(s, field) == wanted for field, wanted in equal.items())
        and (email is None or (s.customer_details or {}).get("email") == email)
    ]
    return page(found, "/v1/checkout/sessions", query)


def register() -> None:
    """Let a session's lines be expanded."""
    computed("checkout.session", "line_items", lambda i: retrieve("checkout.session", i).lines({}))
