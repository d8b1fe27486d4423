"""Stopping the chase for a while, for a customer or for some documents."""

from datetime import date, timedelta
from typing import Protocol

from shared.domain.account import Account
from shared.domain.agreement import Hold
from shared.domain.clock import Now
from shared.domain.contested import contested
from shared.domain.document import Document, Line
from shared.domain.entity import Entity
from shared.domain.limits import amount_within, day_within
from shared.domain.money import Money
from shared.errors import InvalidInput
from shared.ids import requested_id

DAYS_MAX = 366


class Accounts(Protocol):
    def entity(self, entity_id: str) -> Entity: ...
    def account(self, entity_id: str, customer_id: str) -> Account: ...


class Papers(Protocol):
    def lines(self, entity_id: str, customer_id: str, document: Document) -> tuple[Line, ...]: ...


class Holds(Protocol):
    def put(self, entity: Entity, customer_id: str, hold: Hold) -> bool: ...


def put_hold(
    accounts: Accounts,
    papers: Papers,
    holds: Holds,
    entity_id: str,
    customer_id: str,
    *,
    reason: str,
    ends_on: date,
    documents: tuple[str, ...],
    by: str,
    now: Now,
    request_id: str = "",
    amount: Money | None = None,
    line: int = 0,
) -> Hold:
    """Return a new hold from the customer's today through ends_on, on documents or on all.

    amount narrows it to so much of one document, line to what that line asks for. The same
    request_id gives the same hold. Raises NotFound for the customer, and InvalidInput for an end in
    the past or over a year away, a document that the customer has not open, or what fits none.
    """
    entity = accounts.entity(entity_id)
    account = accounts.account(entity_id, customer_id)
    today = now.today(account.customer.time_zone)
    day_within("ends_on", ends_on, today, today + timedelta(days=DAYS_MAX))
    if any(account.document(document_id) is None for document_id in documents):
        raise InvalidInput(field="documents", reason="name open documents of this customer")
    whose = (entity_id, customer_id)
    named = tuple(account.document(document_id) for document_id in documents)
    heads = tuple(document for document in named if document is not None)
    if line and amount is None and len(heads) == 1:
        amount = contested(heads[0], papers.lines(*whose, heads[0]), line)
    if amount is not None:
        if len(heads) != 1:
            raise InvalidInput(field="amount", reason="it goes with one document: name that")
        if amount.currency != heads[0].open.currency:
            raise InvalidInput(field="amount", reason=f"this is open in {heads[0].open.currency}")
        amount_within("amount", amount, heads[0].open)
    hold = Hold(
        hold_id=requested_id(request_id, now.business, "hold", entity_id, customer_id),
        reason=reason,
        starts_on=today,
        ends_on=ends_on,
        by=by,
        documents=documents,
        amount=amount,
        line=line,
    )
    holds.put(entity, customer_id, hold)
    return hold
