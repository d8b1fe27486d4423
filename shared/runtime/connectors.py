"""The products that the hub speaks to. A product's code is imported where it is connected only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared import runtime
from shared.errors import InvalidInput

if TYPE_CHECKING:
    from shared.adapters.erp_secret import ErpSecret
    from shared.domain.connection import Connection
    from shared.domain.erp import EntryKind
    from shared.usecases.erp_port import Connector

Make = Callable[["Connection", "ErpSecret"], "Connector"]
_OFF = ("discount", "tolerance", "deduction", "write_off", "credit", "charge")
"""The kinds of entries for which people name where they are booked."""


@dataclass(frozen=True, slots=True)
class Product:
    """What makes a connector, and the settings that it knows: nobody may give another."""

    make: Make
    settings: tuple[str, ...]


def _wall_s() -> float:
    return runtime.now().wall.timestamp()


def _number(settings: Mapping[str, str], name: str, usual: str = "") -> int:
    text = settings.get(name, usual) if usual else settings[name]
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise InvalidInput(field=name, reason="write the number that the ERP has for it, no name")
    return int(text)


def _by_kind(settings: Mapping[str, str], what: str) -> "dict[EntryKind, str]":
    """Return what settings name for each kind of entry that is booked where people say."""
    from shared.domain.erp import EntryKind

    return {EntryKind(kind): settings.get(f"{what}_{kind}", "") for kind in _OFF}


def _xero(connection: "Connection", secret: "ErpSecret") -> "Connector":
    from shared.adapters import xero_session
    from shared.adapters.erp_http import ErpHttp
    from shared.adapters.oauth_tokens import OAuthTokens, by_refresh_token
    from shared.adapters.xero import Xero
    from shared.adapters.xero_entries import Accounts

    settings = connection.settings
    identity = ErpHttp(settings.get("identity_url", xero_session.IDENTITY))
    tokens = OAuthTokens(secret, by_refresh_token(identity, xero_session.RENEWAL_PATH), _wall_s)
    calls = xero_session.XeroCalls(tokens, settings.get("url", xero_session.API))
    named = _by_kind(settings, "account")
    accounts = Accounts(
        settings.get("account_bank", ""), {kind: code for kind, code in named.items() if code}
    )
    return Xero(calls, settings["tenant_id"], accounts)


def _hubspot(connection: "Connection", secret: "ErpSecret") -> "Connector":
    from shared.adapters import hubspot
    from shared.adapters.erp_http import ErpHttp

    settings = connection.settings
    http = ErpHttp(settings.get("url", hubspot.API))
    token = str(secret.value()["token"])
    return hubspot.HubSpot(http, token, settings["erp_id"], settings.get("segment", ""))


def _quickbooks(connection: "Connection", secret: "ErpSecret") -> "Connector":
    from shared.adapters import quickbooks
    from shared.adapters.erp_http import ErpHttp
    from shared.adapters.oauth_tokens import OAuthTokens, by_refresh_token
    from shared.adapters.quickbooks_entries import Items, QuickBooksEntries

    settings = connection.settings
    identity = ErpHttp(settings.get("identity_url", quickbooks.IDENTITY))
    tokens = OAuthTokens(secret, by_refresh_token(identity, quickbooks.RENEWAL_PATH), _wall_s)
    http = ErpHttp(settings.get("url", quickbooks.API), words=quickbooks.words)
    calls = quickbooks.QuickBooksCalls(http, tokens, settings["realm_id"])
    named = _by_kind(settings, "item")
    items = Items(
        settings.get("deposit_account", ""), {kind: item for kind, item in named.items() if item}
    )
    return quickbooks.QuickBooks(calls, QuickBooksEntries(calls, items), settings["realm_id"])


def _odoo(connection: "Connection", secret: "ErpSecret") -> "Connector":
    from shared.adapters.erp_http import ErpHttp
    from shared.adapters.odoo import Odoo
    from shared.adapters.odoo_calls import OdooCalls
    from shared.adapters.odoo_entries import Books, OdooEntries

    settings = connection.settings
    key = str(secret.value()["key"])
    calls = OdooCalls(ErpHttp(settings["url"]), settings["database"], settings["user"], key)
    named = _by_kind(settings, "account")
    accounts = {
        kind: _number(settings, f"account_{kind}") for kind, account in named.items() if account
    }
    bank, general = _number(settings, "bank_journal"), _number(settings, "general_journal")
    books = Books(bank, general, accounts)
    return Odoo(calls, OdooEntries(calls, books), _number(settings, "company", "1"))


def _tryton(connection: "Connection", secret: "ErpSecret") -> "Connector":
    from shared.adapters.tryton import TrytonConnector

    known = {name: str(value) for name, value in secret.value().items()}
    if not known.get("key"):
        raise InvalidInput(field="key", reason="the secret lacks it")
    return TrytonConnector(connection.settings, lambda: known)


def _each(what: str) -> tuple[str, ...]:
    """Return the names of the settings that say where each kind of entry is booked."""
    return tuple(f"{what}_{kind}" for kind in _OFF)


_ODOO = ("url", "database", "user", "company", "bank_journal", "general_journal")
_TRYTON = ("url", "database", "company", "payment_method", "journal", "categories", "overlap_s")
PRODUCTS: dict[str, Product] = {
    "tryton": Product(_tryton, (*_TRYTON, *_each("account"), "account_fx_difference")),
    "xero": Product(_xero, ("tenant_id", "account_bank", *_each("account"), "url", "identity_url")),
    "quickbooks": Product(
        _quickbooks, ("realm_id", "deposit_account", *_each("item"), "url", "identity_url")
    ),
    "odoo": Product(_odoo, (*_ODOO, *_each("account"))),
    "hubspot": Product(_hubspot, ("erp_id", "segment", "url")),
}
"""The products by their names in `duecourse connect`."""


def connector_of(connection: "Connection", secret: "ErpSecret") -> "Connector":
    """Return what speaks to connection's ERP.

    Raises InvalidInput for an unknown product, and where it lacks a setting.
    """
    product = PRODUCTS.get(connection.product)
    if product is None:
        known = ", ".join(sorted(PRODUCTS))
        raise InvalidInput(field="product", reason=f"one of {known}")
    try:
        return product.make(connection, secret)
    except KeyError as missing:
        raise InvalidInput(field=str(missing.args[0]), reason="this setting is missing") from None
