"""Stopping the chase for a while, for a customer or for some documents."""

from typing import Protocol

from shared.domain.agreement import Hold
from shared.domain.agreement_drafts import HoldDraft
from shared.domain.clock import Now
from shared.domain.contested import contested
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.hold import check_part, may_hold
from shared.domain.money import Money
from shared.ids import requested_id
from shared.usecases.ports.accounts import Accounts
from shared.usecases.ports.books import ReadsLines


class Holds(Protocol):
    def put(self, entity: Entity, customer_id: str, hold: Hold) -> bool: ...


def put_hold(
    accounts: Accounts,
    papers: ReadsLines,
    holds: Holds,
    entity_id: str,
    draft: HoldDraft,
    now: Now,
    *,
    by: str,
    request_id: str = "",
) -> Hold:
    """Return the hold of draft from the customer's today on. The same request_id gives the same.

    Raises NotFound for the customer, and InvalidInput for an end in the past or over a year away, a
    document that the customer has not open, or an amount or line that fits none.
    """
    entity = accounts.entity(entity_id)
    account = accounts.account(entity_id, draft.customer_id)
    today = now.today(account.customer.time_zone)
    documents = may_hold(account, draft, today)
    hold = Hold(
        hold_id=requested_id(request_id, now.business, "hold", entity_id, draft.customer_id),
        reason=draft.reason,
        starts_on=today,
        ends_on=draft.ends_on,
        by=by,
        documents=draft.documents,
        amount=_amount(papers, entity_id, draft, documents),
        line=draft.line,
    )
    holds.put(entity, draft.customer_id, hold)
    return hold


def _amount(
    papers: ReadsLines, entity_id: str, draft: HoldDraft, documents: tuple[Document, ...]
) -> Money | None:
    """Return how much of its one document draft holds, None for all. Raises InvalidInput."""
    amount = draft.amount
    if draft.line and amount is None and len(documents) == 1:
        lines = papers.lines(entity_id, draft.customer_id, documents[0])
        amount = contested(documents[0], lines, draft.line)
    if amount is not None:
        check_part(amount, documents)
    return amount
