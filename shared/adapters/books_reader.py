"""One customer's books as an export reads them: all heads, all credits, postings in pieces."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.adapters import keys
from shared.adapters.account_items import credit_from
from shared.adapters.codec import Item
from shared.adapters.head_items import document_from
from shared.adapters.posting_items import posting_from
from shared.adapters.table import Table
from shared.domain.account import Credit
from shared.domain.document import Document, Said
from shared.domain.money import Money
from shared.domain.movement import Posting

_AFTER_ALL = "\x7f"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is stored of a customer besides postings: heads, open ones first, and credits."""

    open: tuple[Document, ...]
    credits: tuple[Credit, ...]
    closed: tuple[Document, ...]


class BooksReader:
    """Reads of postings beside the balances stored with them. Every read is consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def standing(self, entity_id: str, customer_id: str) -> Standing:
        """Return the customer's heads and credits."""
        opened, credits = self.live(entity_id, customer_id)
        place = keys.closed_head(entity_id, customer_id, "")
        closed = self._table.query(place["pk"], begins=place["sk"])
        return Standing(opened, credits, tuple(document_from(i) for i in closed))

    def live(
        self, entity_id: str, customer_id: str
    ) -> tuple[tuple[Document, ...], tuple[Credit, ...]]:
        """Return the customer's open heads and credits: every posting but a fee's changes one."""
        head = keys.open_head(entity_id, customer_id, "")
        credit = keys.credit(entity_id, customer_id, "")
        return (
            tuple(document_from(i) for i in self._table.query(head["pk"], begins=head["sk"])),
            tuple(credit_from(i) for i in self._table.query(credit["pk"], begins=credit["sk"])),
        )

    def postings(
        self, entity_id: str, customer_id: str, after: str = "", limit: int | None = None
    ) -> Iterator[Posting]:
        """Yield the customer's postings by id, after the id given, at most limit of them."""
        first = keys.posting(entity_id, customer_id, after)
        last = keys.posting(entity_id, customer_id, _AFTER_ALL)["sk"]
        between = (first["sk"] + "\x00", last) if after else (first["sk"], last)
        for item in self._table.query(first["pk"], between=between, limit=limit):
            yield posting_from(item)

    def erp_totals(
        self, entity_id: str, customer_id: str, invoices: Iterable[Document]
    ) -> tuple[Money, ...]:
        """Return what the ERP last said that these invoices of its own come to.

        Of one that was moved, each customer has what was settled of it while it was theirs.
        """
        named = {invoice.external_id: invoice for invoice in invoices}
        wanted = [keys.fact(entity_id, f"erp:invoice:{external_id}") for external_id in named]
        shares = (
            (_share(item, customer_id, named[item["external_id"]].said), item["external_id"])
            for item in self._table.get_many(wanted)
        )
        return tuple(
            Money(minor=minor, currency=named[external_id].total.currency)
            for minor, external_id in shares
        )


def _share(fact: Item, customer_id: str, said: Said | None) -> int:
    elsewhere: dict[str, int] = fact.get("elsewhere", {})
    if fact["customer_id"] == customer_id and said is not None:
        return said.total_minor - sum(elsewhere.values())
    return elsewhere.get(customer_id, 0)
