"""Packs of cases: asked for by a person, or by a hand-over, and made elsewhere."""

from typing import Protocol

from shared.domain.case_pack import PackRequest
from shared.domain.clock import Now
from shared.errors import NotFound
from shared.ids import new_id
from shared.usecases.ports.accounts import ReadsCustomer


class Packs(Protocol):
    def add(self, entity_id: str, request: PackRequest, now: Now) -> None: ...
    def find(self, entity_id: str, customer_id: str, pack_id: str) -> PackRequest | None: ...


def ask_for_pack(
    accounts: ReadsCustomer, packs: Packs, entity_id: str, customer_id: str, by: str, now: Now
) -> PackRequest:
    """Write down that a customer's case is wanted as one ZIP, and return the request.

    Raises NotFound.
    """
    accounts.customer(entity_id, customer_id)
    request = PackRequest(new_id(now.wall), customer_id, now.business, by)
    packs.add(entity_id, request, now)
    return request


def pack_asked_for(packs: Packs, entity_id: str, customer_id: str, pack_id: str) -> PackRequest:
    """Return a request as it stands. Raises NotFound."""
    found = packs.find(entity_id, customer_id, pack_id)
    if found is None:
        raise NotFound(pack=pack_id[:64])
    return found
