"""What each ERP is asked for by `duecourse connect`: where it is, and what lets the hub in."""

from collections.abc import Mapping
from typing import NamedTuple


class Question(NamedTuple):
    """One thing to ask. default "" must be answered; None may be left out."""

    name: str
    text: str
    default: str | None = ""


class Product(NamedTuple):
    """settings are shown and kept in the hub; secrets are typed unseen, for the secret store."""

    settings: tuple[Question, ...]
    secrets: tuple[Question, ...]


PRODUCTS: Mapping[str, Product] = {
    "tryton": Product(
        (
            Question("url", "Address, such as https://erp.example.com"),
            Question("database", "Database"),
            Question("company", "Number of the company", "1"),
        ),
        (
            Question("key", "Application key of a user, for REST"),
            Question("user", "User for wizards (empty: nothing is reconciled)", None),
            Question("password", "Password of that user", None),
        ),
    ),
    "xero": Product(
        (
            Question("tenant_id", "Tenant id of the organisation"),
            Question("account_bank", "Code of the account that money arrives on"),
        ),
        (
            Question("client_id", "Client id of the app"),
            Question("client_secret", "Client secret of the app"),
            Question("refresh_token", "Refresh token with offline access"),
        ),
    ),
    "qbo": Product(
        (Question("realm_id", "Company (realm) id"),),
        (
            Question("client_id", "Client id of the app"),
            Question("client_secret", "Client secret of the app"),
            Question("refresh_token", "Refresh token"),
        ),
    ),
    "odoo": Product(
        (
            Question("url", "Address, such as https://books.example.com"),
            Question("database", "Database"),
            Question("user", "User"),
            Question("company", "Number of the company", "1"),
        ),
        (Question("key", "API key of that user"),),
    ),
    "hubspot": Product((), (Question("token", "Token of a private app"),)),
}
