"""Money that comes in, goes back and is booked."""

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from shared import runtime

if TYPE_CHECKING:
    from shared.adapters.autopay_collections import Collections
    from shared.adapters.book_rebuild import RebuildingKeeper
    from shared.adapters.books_reader import BooksReader
    from shared.adapters.charts import Charts
    from shared.adapters.checkouts import Checkouts
    from shared.adapters.inbox import Inbox
    from shared.adapters.ledger import Ledger
    from shared.adapters.mandates import Mandates
    from shared.adapters.payments import Payments
    from shared.adapters.secret import Secret
    from shared.adapters.stripe_gateway import StripeGateway
    from shared.usecases.cash_desk import Desk as CashDesk
    from shared.usecases.give_mandate import Giving as GivingPorts
    from shared.usecases.money_in import Autopay
    from shared.usecases.money_in import Ports as MoneyInPorts
    from shared.usecases.receive_webhook import Ports as WebhookPorts
    from shared.usecases.request_refund import Ports as RefundPorts
    from shared.usecases.start_checkout import Ports as CheckoutPorts


@cache
def ledger() -> "Ledger":
    """Return the customers' books and the postings that move them."""
    from shared.adapters.ledger import Ledger

    return Ledger(runtime.table())


@cache
def books_reader() -> "BooksReader":
    """Return the reads of postings beside what is stored with them."""
    from shared.adapters.books_reader import BooksReader

    return BooksReader(runtime.table())


@cache
def book_keeper() -> "RebuildingKeeper":
    """Return the comparison of what is stored with the postings."""
    from shared.adapters.book_rebuild import RebuildingKeeper

    return RebuildingKeeper(runtime.table())


@cache
def charts() -> "Charts":
    """Return the charts of accounts."""
    from shared.adapters.charts import Charts

    return Charts(runtime.table())


@cache
def cash_desk() -> "CashDesk":
    """Return everything that people's work on money needs."""
    from shared.adapters.cash_book import CashBook
    from shared.adapters.pause import pause
    from shared.usecases.cash_desk import Desk

    return Desk(CashBook(runtime.table()), runtime.accounts(), pause)


def refunding() -> "RefundPorts":
    """Return everything that asking the gateway for a refund needs."""
    from shared.usecases.request_refund import Ports

    return Ports(runtime.cash_desk(), runtime.gateway())


@cache
def payments() -> "Payments":
    """Return the payments and what they settle."""
    from shared.adapters.payments import Payments

    return Payments(runtime.table())


def money_in() -> "MoneyInPorts":
    """Return everything that booking money from the gateway needs."""
    from shared.adapters.gateway_books import GatewayBooks
    from shared.adapters.pause import pause
    from shared.usecases.money_in import Ports

    books = GatewayBooks(runtime.table())
    return Ports(
        runtime.gateway(),
        runtime.payments(),
        books,
        runtime.parked_items(),
        runtime.accounts(),
        pause,
        runtime.autopay(),
    )


@cache
def checkouts() -> "Checkouts":
    """Return the checkouts."""
    from shared.adapters.checkouts import Checkouts

    return Checkouts(runtime.table())


def starting_checkouts() -> "CheckoutPorts":
    """Return everything that starting a payment needs."""
    from shared.usecases.start_checkout import Ports

    return Ports(runtime.accounts(), runtime.checkouts(), runtime.gateway(), runtime.public_url())


@cache
def stripe_secret() -> "Secret":
    """Return the gateway's key and the secrets of its webhooks, by reference."""
    from shared.adapters.secret import Secret

    return Secret(runtime.client("secretsmanager"), runtime.setting("STRIPE_SECRET"))


def has_gateway() -> bool:
    """Return whether an operator has filled in the gateway's key yet."""
    return bool(runtime.stripe_secret().value(runtime.wall())["api_key"])


def gateway() -> "StripeGateway":
    """Return the gateway. A replaced key is used within minutes."""
    return runtime.gateway_of(runtime.stripe_secret().value(runtime.wall())["api_key"])


@cache
def gateway_of(api_key: str) -> "StripeGateway":
    """Return the gateway that this key opens."""
    from shared.adapters.stripe_gateway import StripeGateway

    return StripeGateway(api_key, runtime.setting("STRIPE_API_BASE"))


@cache
def inbox() -> "Inbox":
    """Return the stored webhooks."""
    from shared.adapters.inbox import Inbox

    return Inbox(runtime.table(), runtime.client("s3"), runtime.setting("DOCUMENTS_BUCKET"))


@cache
def webhooks() -> "WebhookPorts":
    """Return everything that taking a webhook in needs. Nothing here loads a package of models."""
    from shared.adapters.stripe_event import read_event
    from shared.adapters.stripe_signature import verify
    from shared.usecases.receive_webhook import Ports

    def signed(body: bytes, header: str, at: datetime) -> None:
        verify(body, header, runtime.stripe_secret().value(at)["webhook_secrets"], at)

    livemode = runtime.setting("STAGE") == "production"
    return Ports(signed, read_event, runtime.inbox(), runtime.queues(), livemode)


@cache
def mandates() -> "Mandates":
    """Return the leave that customers gave to take money by itself."""
    from shared.adapters.mandates import Mandates

    return Mandates(runtime.table())


@cache
def collections() -> "Collections":
    """Return what is taken by itself."""
    from shared.adapters.autopay_collections import Collections

    return Collections(runtime.table())


def autopay() -> "Autopay":
    """Return everything that money which is taken by itself needs, short of the gateway."""
    from shared.adapters.pause import pause
    from shared.usecases.money_in import Autopay

    return Autopay(runtime.accounts(), runtime.mandates(), runtime.collections(), pause)


def giving_mandates() -> "GivingPorts":
    """Return everything that asking for a mandate needs."""
    from shared.usecases.give_mandate import Giving

    return Giving(runtime.accounts(), runtime.mandates(), runtime.gateway(), runtime.public_url())
