"""Stopping the chase for a while, for a customer or for some documents."""

from datetime import date, timedelta
from typing import Protocol

from shared.domain.account import Account, Entity, Hold
from shared.domain.clock import Now
from shared.errors import InvalidInput
from shared.ids import requested_id

DAYS_MAX = 366


class Accounts(Protocol):
    def entity(self, entity_id: str) -> Entity: ...
    def account(self, entity_id: str, customer_id: str) -> Account: ...


class Holds(Protocol):
    def put(self, entity: Entity, customer_id: str, hold: Hold) -> bool: ...


def put_hold(
    accounts: Accounts,
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
) -> Hold:
    """Return a new hold from the customer's today through ends_on, on documents or on all.

    The same request_id gives the same hold. Raises NotFound for the customer, and InvalidInput
    for an end in the past or over a year away, or a document that the customer has not open.
    """
    entity = accounts.entity(entity_id)
    account = accounts.account(entity_id, customer_id)
    today = now.today(account.customer.time_zone)
    if not today <= ends_on <= today + timedelta(days=DAYS_MAX):
        raise InvalidInput(field="ends_on", reason=f"today or later, within {DAYS_MAX} days")
    if any(account.document(document_id) is None for document_id in documents):
        raise InvalidInput(field="documents", reason="name open documents of this customer")
    hold = Hold(
        hold_id=requested_id(request_id, now.business, "hold", entity_id, customer_id),
        reason=reason,
        starts_on=today,
        ends_on=ends_on,
        by=by,
        documents=documents,
    )
    holds.put(entity, customer_id, hold)
    return hold
