"""Lists for people: customers, documents, payments and the story of one customer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import batched, chain

from shared.adapters import keys
from shared.adapters.account_items import credit_from, notice_from
from shared.adapters.codec import Item
from shared.adapters.head_items import document_from
from shared.adapters.payment_items import payment_from
from shared.adapters.posting_items import posting_from
from shared.adapters.table import Table
from shared.domain.account import Credit
from shared.domain.by_name import name_place
from shared.domain.document import Document
from shared.domain.movement import Posting
from shared.domain.notice import DeliveryState, Notice
from shared.domain.payment import Payment
from shared.errors import NotFound

_NEVER_WENT = (str(DeliveryState.WITHDRAWN), str(DeliveryState.FAILED))
_KEYS_PER_READ = 100
_LAST_NAME = chr(0x10FFFF)
_KEYS_PER_CUSTOMER = 2


@dataclass(frozen=True, slots=True)
class Listed:
    """A customer as the directory lists it."""

    customer_id: str
    external_id: str
    name: str
    email: str
    currency: str


@dataclass(frozen=True, slots=True)
class Activity:
    """All that is stored of one customer: heads, postings, and notices by date.

    A notice is named by its stage, else by its kind; withdrawn and failed ones are left out.
    """

    documents: tuple[Document, ...]
    postings: tuple[Posting, ...]
    notices: tuple[tuple[date, str], ...]


class Receivables:
    """Reads over many customers of one entity. Every read but the due index is consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def customers(
        self, entity_id: str, after: str = "", limit: int | None = None
    ) -> Iterator[Listed]:
        """Yield customers by id, after the id given, at most limit of them."""
        partition = keys.directory(entity_id, "")["pk"]
        between = (f"C#{after}\x00", "C#\x7f") if after else None
        begins = None if between else "C#"
        for item in self._table.query(partition, begins=begins, between=between, limit=limit):
            yield _listed(item)

    def customers_by_name(
        self, entity_id: str, after: tuple[str, str] | None = None, at_once: int = _KEYS_PER_READ
    ) -> Iterator[Listed]:
        """Yield customers by name, after a (name, id) where one is given; case does not count.

        They are read at_once many together: that costs what is taken of them, however many there
        are. Who came just now may be missing for a moment.
        """
        low = f"{name_place(*after)}\x00" if after else "\x01"
        partition = keys.names_partition(entity_id)
        while True:
            between = (low, _LAST_NAME)
            some = [*self._table.query(partition, between=between, index="due", limit=at_once)]
            ids = [item["sk"].removeprefix("C#") for item in some]
            listed = self.listed(entity_id, ids)
            yield from (listed[each] for each in ids if each in listed)
            if len(some) < at_once:
                return
            low = f"{some[-1]['gsk']}\x00"

    def listed(self, entity_id: str, customer_ids: Sequence[str]) -> Mapping[str, Listed]:
        """Return those of the customers whom the directory lists, by id."""
        places = [keys.directory(entity_id, customer_id) for customer_id in customer_ids]
        return {item["customer_id"]: _listed(item) for item in self._table.get_many(places)}

    def open_documents(
        self, entity_id: str, shards: int, after: str = "", limit: int | None = None
    ) -> Iterator[tuple[str, str, Document]]:
        """Yield (place, customer id, document) of what is open, by due date within each shard.

        place continues the list where it stood when given as after.
        """
        start_shard, _, start = after.partition("@")
        left = limit
        for shard in range(int(start_shard or 0), shards):
            low = f"{start}\x00" if start else ""
            between = (low, "\x7f") if start else None
            found = self._table.query(
                keys.due_partition(entity_id, shard), between=between, index="due", limit=left
            )
            for chunk in batched(found, _KEYS_PER_READ, strict=False):
                heads = self._table.get_many([{"pk": i["pk"], "sk": i["sk"]} for i in chunk])
                by_key = {(h["pk"], h["sk"]): h for h in heads}
                for entry in chunk:
                    head = by_key.get((entry["pk"], entry["sk"]))
                    if head is not None and "gsk" in head:
                        place = f"{shard}@{entry['gsk']}"
                        yield place, head["customer_id"], document_from(head)
                if left is not None:
                    left -= len(chunk)
            start = ""
            if left is not None and left <= 0:
                return

    def live_money(
        self, entity_id: str, customer_id: str
    ) -> tuple[tuple[Document, ...], tuple[Credit, ...]]:
        """Return the open documents and the unapplied money of one customer."""
        partition = keys.live(entity_id, customer_id)
        heads = self._table.query(partition, begins="HEAD#")
        credits = self._table.query(partition, begins="CREDIT#")
        return tuple(document_from(i) for i in heads), tuple(credit_from(i) for i in credits)

    def closed_documents(self, entity_id: str, customer_id: str) -> Iterator[Document]:
        """Yield the paid documents of one customer."""
        partition = keys.history(entity_id, customer_id)
        for item in self._table.query(partition, begins="HEAD#"):
            yield document_from(item)

    def payments(self, entity_id: str, customer_id: str) -> Iterator[Payment]:
        """Yield the payments of one customer, announced ones too, in no order of time."""
        came = self._postings(entity_id, customer_id, "payment:")
        announced = self._table.query(keys.live(entity_id, customer_id), begins="INCOMING#")
        ids = chain(
            (posting.movements[0].source_id for posting in came),
            (item["payment_id"] for item in announced),
        )
        for chunk in batched(ids, _KEYS_PER_READ, strict=False):
            for item in self._table.get_many([keys.payment(entity_id, i) for i in chunk]):
                yield payment_from(item)

    def payments_by_date(
        self, entity_id: str, days: tuple[date, date], before: str = "", limit: int = 100
    ) -> Iterator[Payment]:
        """Yield at most limit payments of those days, newest value date first, after a place.

        A place is that of place_of_payment(). What came just now may be missing for a moment.
        """
        first, last = (day.isoformat() for day in days)
        partition = keys.payments_partition(entity_id)
        between = (first, min(before, f"{last}#\x7f") if before else f"{last}#\x7f")
        found = self._table.query(
            partition, between=between, index="due", reverse=True, limit=limit + 1
        )
        entries = [entry for entry in found if entry["gsk"] != before][:limit]
        for chunk in batched(entries, _KEYS_PER_READ, strict=False):
            items = self._table.get_many([{"pk": e["pk"], "sk": e["sk"]} for e in chunk])
            by_key = {(item["pk"], item["sk"]): item for item in items}
            for entry in chunk:
                if (entry["pk"], entry["sk"]) in by_key:
                    yield payment_from(by_key[entry["pk"], entry["sk"]])

    def notices(self, entity_id: str, customer_id: str) -> Iterator[tuple[Notice, str]]:
        """Yield the notices of one customer, newest first, each with why it stands as it does."""
        partition = keys.history(entity_id, customer_id)
        delivery: Item | None = None
        for item in self._table.query(partition, begins="NOTICE#", reverse=True):
            if item["type"] == "DELIVERY":
                delivery = item
                continue
            own = delivery if delivery and delivery["n"] == item["n"] else None
            yield notice_from(item, own), str(own.get("code", "")) if own else ""

    def _postings(self, entity_id: str, customer_id: str, begins: str) -> Iterator[Posting]:
        prefix = keys.posting(entity_id, customer_id, begins)["sk"]
        for item in self._table.query(keys.ledger(entity_id, customer_id), begins=prefix):
            yield posting_from(item)

    def story(self, entity_id: str, customer_id: str) -> list[Item]:
        """Return everything that happened to one customer, and its live facts, in key order."""
        return [
            *self._table.query(keys.history(entity_id, customer_id)),
            *self._table.query(keys.live(entity_id, customer_id)),
            *self._table.query(keys.ledger(entity_id, customer_id)),
        ]

    def activity(self, entity_id: str, customer_id: str) -> Activity:
        """Return all that is stored of one customer, folded for figures."""
        items = self.story(entity_id, customer_id)
        of: dict[str, list[Item]] = {}
        for item in items:
            of.setdefault(item["type"], []).append(item)
        never_went = {i["n"] for i in of.get("DELIVERY", []) if i["state"] in _NEVER_WENT}
        return Activity(
            documents=tuple(document_from(i) for i in of.get("HEAD", [])),
            postings=tuple(posting_from(i) for i in of.get("POSTING", [])),
            notices=tuple(
                (date.fromisoformat(i["as_of"]), i["stage"] or i["kind"])
                for i in of.get("NOTICE", [])
                if i["n"] not in never_went
            ),
        )

    def find_customer(self, entity_id: str, name: str) -> str:
        """Return the customer of a customer id or of the ERP's id for it. Raises NotFound."""
        if self._table.get(keys.profile(entity_id, name)) is not None:
            return name
        fact = self._table.get(keys.fact(entity_id, f"erp:customer:{name}"))
        if fact is None:
            raise NotFound(customer=name[:64])
        return str(fact["customer_id"])

    def name_of_document(self, entity_id: str, name: str) -> tuple[str, str] | None:
        """Return (customer id, document id) of an ERP's id or a number of ours, else None."""
        for kind in ("erp:invoice", "number"):
            fact = self._table.get(keys.fact(entity_id, f"{kind}:{name}"))
            if fact is not None:
                return str(fact["customer_id"]), str(fact["document_id"])
        return None

    def find_document(self, entity_id: str, name: str) -> tuple[str, str]:
        """Return (customer id, document id) of a document id, an ERP's id or a number of ours.

        Facts answer the last two by one read; a bare document id is looked for customer by
        customer, fifty to a read. Raises NotFound.
        """
        known = self.name_of_document(entity_id, name)
        if known is not None:
            return known
        per_read = _KEYS_PER_READ // _KEYS_PER_CUSTOMER
        for chunk in batched(self.customers(entity_id), per_read, strict=False):
            wanted = [
                place(entity_id, customer.customer_id, name)
                for customer in chunk
                for place in (keys.open_head, keys.closed_head)
            ]
            for head in self._table.get_many(wanted):
                return str(head["customer_id"]), name
        raise NotFound(document=name[:64])


def place_of_payment(payment: Payment) -> str:
    """Return where payment stands among those of its entity, by value date."""
    return keys.payment_entry("", payment.received_on.isoformat(), payment.payment_id)["gsk"]


def _listed(item: Item) -> Listed:
    return Listed(
        customer_id=item["customer_id"],
        external_id=item["external_id"],
        name=item["name"],
        email=item["email"],
        currency=item["currency"],
    )
