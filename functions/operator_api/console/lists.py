"""Lists: customers, what is open of an age, tasks, what is parked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from functions.edge import http
from functions.operator_api import access
from functions.operator_api.console.home import LABELS
from functions.operator_api.console.names import names_of
from functions.operator_api.console.pages import Visit, page
from functions.operator_api.console.to_do import rows
from shared import runtime
from shared.adapters.receivables import Listed
from shared.domain.document import Document
from shared.domain.figures import BUCKETS, Ageing, ageing, bucket_of
from shared.domain.money import total
from shared.domain.open_items import open_items
from shared.errors import NotFound
from shared.usecases.work_list import work_list

_CUSTOMERS_READ = 2_000
_ROWS_SHOWN = 200
SORTS = ("late", "name")


@dataclass(frozen=True, slots=True)
class Row:
    """A customer of the list, with what is open of it."""

    customer: Listed
    ages: tuple[Ageing, ...]
    days_late: int


def customers(visit: Visit, wanted: str, sort: str) -> http.Answer:
    """Show customers, the latest payer first, or by name; with the documents of a number wanted.

    Where that is the number of one document, and fits no customer, it leads to the document.
    """
    entity_id = visit.entity.entity_id
    today = access.current().now.today(visit.entity.time_zone)
    lists = runtime.receivables()
    everybody = lists.customers_by_name(entity_id)
    found = [c for c in islice(everybody, _CUSTOMERS_READ) if _fits(c, wanted)]
    open_of: dict[str, list[Document]] = {}
    for _, customer_id, document in lists.open_documents(entity_id, visit.entity.shards):
        open_of.setdefault(customer_id, []).append(document)
    numbered = _numbered(entity_id, wanted.strip(), open_of) if wanted.strip() else ()
    if len(numbered) == 1 and not found:
        ((customer_id, document),) = numbered
        whose = f"{visit.base}/customers/{http.segment(customer_id)}"
        return http.see_other(f"{whose}/documents/{http.segment(document.document_id)}")
    listed = [_row(customer, open_of.get(customer.customer_id, []), today) for customer in found]
    if sort != "name":
        listed.sort(key=lambda row: -row.days_late)
    return page(
        "customers",
        visit,
        rows=listed[:_ROWS_SHOWN],
        count=len(listed),
        numbered=numbered,
        wanted=wanted,
        sort=sort if sort in SORTS else SORTS[0],
    )


def _numbered(
    entity_id: str, name: str, open_of: Mapping[str, Sequence[Document]]
) -> Sequence[tuple[str, Document]]:
    """Return the documents of a number or of the ERP's id, with their customers.

    Numbers that the ERP gave are known of what is open alone.
    """
    known = runtime.receivables().name_of_document(entity_id, name)
    places = {*runtime.charges().numbered(entity_id, name), *([known] if known else ())}
    found = {
        document.document_id: (customer_id, document)
        for customer_id, documents in open_of.items()
        for document in documents
        if name.casefold() in (document.number.casefold(), document.external_id.casefold())
    }
    for customer_id, document_id in sorted(places):
        if document_id not in found:
            document = runtime.accounts().document(entity_id, customer_id, document_id)
            found[document_id] = (customer_id, document)
    return tuple(found.values())


def invoices(visit: Visit, currency: str, bucket: str) -> http.Answer:
    """Show what is open in a currency and age: the items behind a number. Raises NotFound."""
    if bucket not in BUCKETS:
        raise NotFound(bucket=bucket[:20])
    entity_id = visit.entity.entity_id
    today = access.current().now.today(visit.entity.time_zone)
    lists = runtime.receivables()
    names = {c.customer_id: c.name for c in islice(lists.customers(entity_id), _CUSTOMERS_READ)}
    place = BUCKETS.index(bucket)
    shown = [
        (names.get(customer_id, ""), customer_id, item)
        for _, customer_id, document in lists.open_documents(entity_id, visit.entity.shards)
        for item in open_items(document)
        if item.open.currency == currency and bucket_of(item.days_late(today)) == place
    ]
    return page(
        "invoices",
        visit,
        rows=shown,
        sum=total((item.open for _, _, item in shown), currency) if shown else None,
        currency=currency,
        label=LABELS[bucket],
        today=today,
    )


def tasks(visit: Visit) -> http.Answer:
    """Show what people have to do."""
    found = list(islice(work_list(runtime.tasks(), visit.entity.entity_id), _ROWS_SHOWN))
    today = access.current().now.today(visit.entity.time_zone)
    to_do, _ = rows(visit.entity.entity_id, found, _ROWS_SHOWN)
    names = names_of(visit.entity.entity_id, found)
    return page("tasks", visit, tasks=to_do, names=names, today=today)


def parked(visit: Visit) -> http.Answer:
    """Show what could not be placed."""
    found = list(runtime.parked_items().list(visit.entity.entity_id, limit=_ROWS_SHOWN))
    return page("parked", visit, items=found)


def _fits(customer: Listed, wanted: str) -> bool:
    texts = (customer.name, customer.email, customer.external_id)
    return not wanted or any(wanted.casefold() in text.casefold() for text in texts)


def _row(customer: Listed, documents: list[Document], today: date) -> Row:
    late = max((d.days_late(today) for d in documents), default=0)
    return Row(customer, ageing(documents, (), today), max(late, 0))
