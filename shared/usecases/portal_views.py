"""What a customer sees: the open account, one invoice, one attempt to pay. Reads only."""

from datetime import date
from typing import Protocol

from shared.domain.account import Account
from shared.domain.checkout import Checkout
from shared.domain.checkout_plan import checkout_plan, contested_of
from shared.domain.clock import Now
from shared.domain.coverage import Cover, coverage, item_coverage, items_on
from shared.domain.discount import offered
from shared.domain.document import Document
from shared.domain.money import Money, total
from shared.domain.open_items import document_id_of
from shared.domain.plan import running
from shared.domain.portal import (
    CurrencyAccount,
    HomeView,
    InvoiceView,
    NothingToPay,
    OpenRow,
    Principal,
    Received,
    ThanksView,
)
from shared.domain.questions import HOLD_REASON
from shared.errors import NotFound
from shared.usecases.ports.accounts import Accounts
from shared.usecases.ports.books import ReadsLines

View = HomeView | InvoiceView | ThanksView


class Documents(Accounts, Protocol):
    def document(self, entity_id: str, customer_id: str, document_id: str) -> Document: ...


class Papers(ReadsLines, Protocol):
    def received(
        self, entity_id: str, customer_id: str, document_id: str, currency: str
    ) -> tuple[Received, ...]: ...


class Checkouts(Protocol):
    def find(self, entity_id: str, customer_id: str, checkout_id: str) -> Checkout: ...


def home(accounts: Accounts, principal: Principal, now: Now) -> HomeView:
    """Return everything open on the account, per currency, overdue first."""
    entity = accounts.entity(principal.entity_id)
    account = accounts.account(principal.entity_id, principal.customer_id)
    today = now.today(account.customer.time_zone)
    return HomeView(entity, account.customer, today, currency_accounts(account, today))


def invoice(
    accounts: Accounts, papers: Papers, principal: Principal, document_id: str, now: Now
) -> InvoiceView:
    """Return one open document. Raises NotFound for any other, whatever the reason."""
    entity = accounts.entity(principal.entity_id)
    account = accounts.account(principal.entity_id, principal.customer_id)
    today = now.today(account.customer.time_zone)
    document = account.document(document_id)
    if document is None:
        raise NotFound()
    whose = (principal.entity_id, principal.customer_id, document_id)
    touched = document.open != document.total or document.version > 1
    covers = item_coverage(account, today)
    return InvoiceView(
        entity=entity,
        customer=account.customer,
        today=today,
        row=_row(account, document, document, coverage(account, today)[document_id], today),
        parts=tuple(
            _row(account, document, item, covers[item.document_id], today)
            for item in items_on(account, today)
            if document_id_of(item.document_id) == document_id != item.document_id
        ),
        lines=papers.lines(principal.entity_id, principal.customer_id, document),
        received=papers.received(*whose, document.open.currency) if touched else (),
    )


def pdf_of(accounts: Documents, principal: Principal, document_id: str) -> Document:
    """Return an open document, or a credit note for one. Raises NotFound.

    Its pdf_key is "" while its PDF is prepared.
    """
    whose = (principal.entity_id, principal.customer_id)
    account = accounts.account(*whose)
    document = account.document(document_id)
    if document is None:
        document = accounts.document(*whose, document_id)
        if account.document(document.invoice_id) is None:
            raise NotFound()
    return document


def thanks(
    accounts: Documents, checkouts: Checkouts, principal: Principal, checkout_id: str
) -> ThanksView:
    """Return how one of the customer's attempts to pay stands. Raises NotFound."""
    whose = (principal.entity_id, principal.customer_id)
    checkout = checkouts.find(*whose, checkout_id)
    account = accounts.account(*whose)
    return ThanksView(
        entity=accounts.entity(principal.entity_id),
        customer=account.customer,
        checkout=checkout,
        documents=tuple(
            (_number(accounts, account, principal, document_id), amount)
            for document_id, amount in checkout.allocations
        ),
    )


def currency_accounts(account: Account, today: date) -> tuple[CurrencyAccount, ...]:
    """Return the open items and credits by currency; within one, oldest due date first."""
    currencies = {d.open.currency for d in account.documents}
    currencies |= {c.unapplied.currency for c in account.credits if c.unapplied}
    covers, whole = item_coverage(account, today), coverage(account, today)
    documents = {document.document_id: document for document in account.documents}
    rows = [
        _row(account, documents[document_id_of(item.document_id)], item, cover, today)
        for item in items_on(account, today)
        for cover in [covers[item.document_id]]
    ]
    rows.sort(key=lambda row: (row.item.due_on, row.item.number, row.item.document_id))
    offers = [_off(d, whole[d.document_id], today) for d in account.documents]
    return tuple(
        CurrencyAccount(
            currency=currency,
            rows=tuple(row for row in rows if row.item.open.currency == currency),
            credit=total(
                (c.unapplied for c in account.credits if c.unapplied.currency == currency),
                currency,
            ),
            off=total((off for off in offers if off.currency == currency), currency),
            asked=_asked(account, currency, today),
        )
        for currency in sorted(currencies)
    )


def _row(
    account: Account, document: Document, item: Document, cover: Cover, today: date
) -> OpenRow:
    asked = any(
        hold.reason == HOLD_REASON and hold.covers(document.document_id, today)
        for hold in account.holds
    )
    promised = [
        promise.pays_on
        for promise in account.promises
        if promise.in_force(today) and document.document_id in promise.documents
    ]
    collection = account.collecting(item.document_id)
    return OpenRow(
        document=document,
        item=item,
        payable=cover.payable,
        processing=cover.processing,
        days_late=item.days_late(today),
        off=_off(item, cover, today),
        contested=contested_of(account, document, item.document_id, cover, today),
        asked=asked,
        promised_on=min(promised, default=None),
        promised=cover.promised,
        unpromised=cover.free,
        planned=any(document.document_id in plan.documents for plan in running(account, today)),
        taken_on=collection.next_on if collection is not None else None,
    )


def _asked(account: Account, currency: str, today: date) -> Money:
    """Return what paying all that is not contested in currency takes today."""
    chosen = [d.document_id for d in account.documents if d.open.currency == currency]
    try:
        plan = checkout_plan(account, chosen, today, spare_contested=True) if chosen else ()
    except NothingToPay:
        plan = ()
    return total((amount for _, amount in plan), currency)


def _off(item: Document, cover: Cover, today: date) -> Money:
    """Return the discount that paying item today brings, or zero while its money is under way."""
    off = offered(item, today)
    return off if off < cover.payable else Money.zero(off.currency)


def _number(accounts: Documents, account: Account, principal: Principal, document_id: str) -> str:
    document = account.document(document_id)
    if document is None:
        whose = (principal.entity_id, principal.customer_id)
        document = accounts.document(*whose, document_id)
    return document.number
