"""The document that a path or a message names: by our id, the ERP's id or any number."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.operator_api.access import entity_of
from shared import runtime
from shared.errors import Conflict, NotFound

OfCustomer = Annotated[str, Query(max_length=100)]
_LOOKED_AT_MOST = 5_000
"""Open documents: more would take longer than the interface has."""


def document_named(entity: str, name: str, customer: str = "") -> tuple[str, str]:
    """Return (customer id, document id) of an invoice, charge or credit note.

    name is our id, the ERP's id or any number that a list shows. Numbers that the ERP gave are
    looked for among the first thousands that are open, and where customer is named among all of
    theirs, what is closed as well. Raises NotFound, and Conflict where two customers have a
    document of that number and none is named.
    """
    of = entity_of(entity)
    lists = runtime.receivables()
    if customer:
        customer_id = lists.find_customer(entity, customer)
        return customer_id, documents_of(entity, customer_id)(name)
    known = lists.name_of_document(entity, name) or _only(
        runtime.charges().numbered(entity, name), name
    )
    if known:
        return known
    try:
        return lists.find_document(entity, name)
    except NotFound:
        found = {
            (whose, document.document_id)
            for _, whose, document in lists.open_documents(entity, of.shards, limit=_LOOKED_AT_MOST)
            if document.number == name
        }
        known = _only(sorted(found), name)
        if known is None:
            raise
        return known


def charge_named(entity: str, name: str, customer: str = "") -> tuple[str, str]:
    """Return (customer id, charge id) of a charge's number or id.

    Raises Conflict where two customers have a charge of that number and none is named.
    """
    entity_of(entity)
    whose = runtime.receivables().find_customer(entity, customer) if customer else ""
    numbered = runtime.charges().numbered(entity, name)
    found = _only([one for one in numbered if not whose or one[0] == whose], name)
    return found or document_named(entity, name, customer)


def documents_of(entity: str, customer_id: str) -> Callable[[str], str]:
    """Return what names the id of a customer's document; it raises NotFound where it is another's.

    Invoices of the ERP have no fact by number: they are found among what is open, then among what
    is closed, each of which is read once, however many documents are asked for. What has no such
    number is taken for an id.
    """
    lists = runtime.receivables()
    live = cache(lambda: lists.live_money(entity, customer_id)[0])
    closed = cache(lambda: tuple(lists.closed_documents(entity, customer_id)))

    def document_of(name: str) -> str:
        known = lists.name_of_document(entity, name)
        if known is not None:
            if known[0] != customer_id:
                raise NotFound(document=name[:64])
            return known[1]
        charges = dict(runtime.charges().numbered(entity, name))
        if customer_id in charges:
            return charges[customer_id]
        for documents in (live, closed):
            for document in documents():
                if name in (document.document_id, document.number):
                    return document.document_id
        return name

    return document_of


def _only(found: Sequence[tuple[str, str]], name: str) -> tuple[str, str] | None:
    if len(found) > 1:
        raise Conflict(document=name[:64], reason="two customers have one: name the customer")
    return found[0] if found else None
