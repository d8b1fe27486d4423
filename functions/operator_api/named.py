"""The document that a path names: by our id, our number or the ERP's id."""

from collections.abc import Callable
from functools import cache
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.operator_api.access import entity_of
from shared import runtime
from shared.errors import Conflict, NotFound

OfCustomer = Annotated[str, Query(max_length=100)]


def document_named(entity: str, name: str, customer: str = "") -> tuple[str, str]:
    """Return (customer id, document id); where customer is named, name is the document's id."""
    entity_of(entity)
    lists = runtime.receivables()
    if customer:
        return lists.find_customer(entity, customer), name
    return lists.find_document(entity, name)


def charge_named(entity: str, name: str, customer: str = "") -> tuple[str, str]:
    """Return (customer id, charge id) of a charge's number or id.

    Raises Conflict where two customers have a charge of that number and none is named.
    """
    entity_of(entity)
    whose = runtime.receivables().find_customer(entity, customer) if customer else ""
    numbered = runtime.charges().numbered(entity, name)
    found = [one for one in numbered if not whose or one[0] == whose]
    if len(found) > 1:
        raise Conflict(charge=name[:64], reason="two customers have one: name the customer")
    return found[0] if found else document_named(entity, name, customer)


def documents_of(entity: str, customer_id: str) -> Callable[[str], str]:
    """Return what names the id of a customer's document; it raises NotFound where it is another's.

    Charges and invoices of the ERP have no fact by number: they are found among what is open, which
    is read once, however many documents are asked for.
    """
    live = cache(lambda: runtime.accounts().account(entity, customer_id).documents)

    def document_of(name: str) -> str:
        known = runtime.receivables().name_of_document(entity, name)
        if known is None:
            return next((d.document_id for d in live() if d.number == name), name)
        if known[0] != customer_id:
            raise NotFound(document=name[:64])
        return known[1]

    return document_of
