"""What each ERP is asked for by `duecourse connect`: where it is, and what lets the hub in."""

from collections.abc import Mapping
from typing import NamedTuple


class Question(NamedTuple):
    """One thing to ask. default "" must be answered; None may be left out."""

    name: str
    text: str
    default: str | None = ""


class Product(NamedTuple):
    """settings are shown and kept in the hub; secrets are typed unseen, for the secret store.

    more are settings that nobody is asked for and that --set may give.
    """

    settings: tuple[Question, ...]
    secrets: tuple[Question, ...]
    more: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all its settings."""
        return (*(question.name for question in self.settings), *self.more)


NO_ERP = "No ERP is connected. To connect one: duecourse connect PRODUCT, such as tryton or xero."
_GIVEN_UP = ("discount", "tolerance", "deduction", "write_off", "credit", "charge")
_APP = (
    Question("client_id", "Client id of the app"),
    Question("client_secret", "Client secret of the app"),
    Question("refresh_token", "Refresh token with offline access"),
    Question("webhook_key", "Signing key of its webhooks (empty: it sends none)", None),
)


def _accounts(called: str, what: str) -> tuple[Question, ...]:
    """Return the questions for where each kind of entry is booked; none is needed."""
    return tuple(
        Question(f"{called}_{kind}", f"{what} for: {kind.replace('_', ' ')} (empty: none)", None)
        for kind in _GIVEN_UP
    )


PRODUCTS: Mapping[str, Product] = {
    "tryton": Product(
        (
            Question("url", "Address, such as https://erp.example.com"),
            Question("database", "Database"),
            Question("company", "Number of the company", "1"),
            Question("payment_method", "Payment method for money (empty: none is booked)", None),
            *_accounts("account", "Code of the account"),
            Question(
                "account_fx_difference",
                "Code of the account for: fx difference (empty: none)",
                None,
            ),
        ),
        (
            Question("key", "Application key of a user, for REST"),
            Question("user", "User for wizards (empty: nothing is reconciled)", None),
            Question("password", "Password of that user", None),
        ),
        ("journal", "categories", "overlap_s"),
    ),
    "xero": Product(
        (
            Question("tenant_id", "Tenant id of the organisation"),
            Question("account_bank", "Code of the account for money (empty: none)", None),
            *_accounts("account", "Code of the account"),
        ),
        _APP,
        ("url", "identity_url"),
    ),
    "quickbooks": Product(
        (
            Question("realm_id", "Company (realm) id"),
            Question("deposit_account", "Id of the account for money (empty: none)", None),
            *_accounts("item", "Id of the item"),
        ),
        _APP,
        ("url", "identity_url"),
    ),
    "odoo": Product(
        (
            Question("url", "Address, such as https://books.example.com"),
            Question("database", "Database"),
            Question("user", "User"),
            Question("company", "Number of the company", "1"),
            Question("bank_journal", "Id of the journal for money"),
            Question("general_journal", "Id of the journal for what is no money"),
            *_accounts("account", "Id of the account"),
        ),
        (Question("key", "API key of that user"),),
    ),
    "hubspot": Product(
        (
            Question("erp_id", "Property of a company that holds the ERP's id of it"),
            Question("segment", "Property that holds its segment (empty: none)", None),
        ),
        (Question("token", "Token of a private app"),),
        ("url",),
    ),
}
