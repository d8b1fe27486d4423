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


def _booked_on(what: str, prefix: str) -> tuple[Question, ...]:
    """Return the questions where entries without money are booked; one that is left out refuses."""
    kinds = ("discount", "tolerance", "deduction", "write_off", "credit", "charge")
    return tuple(
        Question(f"{prefix}_{kind}", f"{what} for entries of the kind {kind}", None)
        for kind in kinds
    )


PRODUCTS: Mapping[str, Product] = {
    "tryton": Product(
        (
            Question("url", "Address, such as https://erp.example.com"),
            Question("database", "Database"),
            Question("company", "Number of the company", "1"),
            Question("payment_method", "Way of payment (empty: no money is booked)", None),
            Question("journal", "Code of the journal of other entries", "MISC"),
            *_booked_on("Code of the account", "account"),
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
            *_booked_on("Code of the account", "account"),
        ),
        (
            Question("client_id", "Client id of the app"),
            Question("client_secret", "Client secret of the app"),
            Question("refresh_token", "Refresh token with offline access"),
            Question("webhook_key", "Signing key of its webhooks", None),
        ),
    ),
    "quickbooks": Product(
        (
            Question("realm_id", "Company (realm) id"),
            Question("deposit_account", "Id of the account that money arrives on", None),
            *_booked_on("Id of the item", "item"),
        ),
        (
            Question("client_id", "Client id of the app"),
            Question("client_secret", "Client secret of the app"),
            Question("refresh_token", "Refresh token"),
            Question("webhook_key", "Verifier token of its webhooks", None),
        ),
    ),
    "odoo": Product(
        (
            Question("url", "Address, such as https://books.example.com"),
            Question("database", "Database"),
            Question("user", "User"),
            Question("company", "Number of the company", "1"),
            Question("bank_journal", "Id of the journal that money arrives on"),
            Question("general_journal", "Id of the journal of other entries"),
            *_booked_on("Id of the account", "account"),
        ),
        (Question("key", "API key of that user"),),
    ),
    "hubspot": Product(
        (
            Question("erp_id", "Company property that holds the ERP's id of the customer"),
            Question("segment", "Company property that tells the segment", None),
        ),
        (Question("token", "Token of a private app"),),
    ),
}
