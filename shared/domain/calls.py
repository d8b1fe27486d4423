"""Customers on the call list: what each owes that may be chased, and what was said to them last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from shared.domain.account import Account
from shared.domain.call_list import CallCase, call_list
from shared.domain.coverage import item_coverage, items_on
from shared.domain.customer import Customer
from shared.domain.document import Document, DocumentKind
from shared.domain.money import Money
from shared.domain.open_items import document_ids_of
from shared.domain.tasks import Task, in_due_order

_REACHED = " reached stage "


@dataclass(frozen=True, slots=True)
class Contacted:
    """One contact with a customer: a notice, or a call that a person made.

    at is an instant as ISO text, what the stage or outcome, state how it stands.
    """

    at: str
    channel: str
    what: str
    state: str


@dataclass(frozen=True, slots=True)
class Call:
    """One customer to call, once, about all that its call tasks name.

    tasks are those, the one due first first. items are what they name that is due and may be
    chased, the oldest first, with a case by currency. today is the customer's date.
    """

    tasks: tuple[Task, ...]
    account: Account
    items: tuple[Document, ...]
    cases: tuple[CallCase, ...]
    today: date

    @property
    def customer(self) -> Customer:
        """Return whom to call."""
        return self.account.customer

    @property
    def task(self) -> Task:
        """Return the task by which an outcome is noted; it ends the others with it."""
        return self.tasks[0]

    @property
    def detail(self) -> str:
        """Return why the customer is to be called: what each task says, said once.

        Where a task names what reached a stage, it names what of that is still to be asked for.
        """
        said = dict.fromkeys(self._said_by(task) for task in self.tasks)
        return " ".join(words for words in said if words)

    def _said_by(self, task: Task) -> str:
        _, mark, stage = task.detail.partition(_REACHED)
        if not mark:
            return task.detail
        about = [item.number for item in self.items if _is_about(task, item, self.account)]
        return f"{', '.join(about)}{mark}{stage}" if about else ""

    @property
    def documents(self) -> tuple[Document, ...]:
        """Return the documents of the items, each once."""
        ids = document_ids_of(item.document_id for item in self.items)
        found = (self.account.document(document_id) for document_id in ids)
        return tuple(document for document in found if document is not None)


def call_about(tasks: Sequence[Task], account: Account, today: date) -> Call | None:
    """Return the call that tasks of one customer ask for on today, None where nothing is to ask.

    It is about what the tasks name, and the charges on that: whatever else is open has yet to reach
    a stage of its own. Only what may be chased counts, of items that are due.
    """
    covers, items = item_coverage(account, today), []
    by_currency: dict[str, tuple[Money, int]] = {}
    for item in items_on(account, today):
        late, chaseable = item.days_late(today), covers[item.document_id].chaseable
        if late < 0 or not chaseable or not any(_is_about(t, item, account) for t in tasks):
            continue
        items.append(item)
        money, days = by_currency.get(chaseable.currency, (chaseable - chaseable, 0))
        by_currency[chaseable.currency] = money + chaseable, max(days, late)
    cases = tuple(
        CallCase(
            customer_id=account.customer.customer_id,
            chaseable=money,
            days_late=days,
            promises_broken=account.broken_promises,
        )
        for _, (money, days) in sorted(by_currency.items())
    )
    due_first = sorted(items, key=lambda item: (item.due_on, item.number))
    return (
        Call(tuple(in_due_order(tasks)), account, tuple(due_first), cases, today) if cases else None
    )


def ranked(calls: Iterable[Call]) -> tuple[Call, ...]:
    """Return calls, by currency, the one first that is expected to bring most.

    A customer who owes in two currencies stands where its place in the list is the better one.
    """
    by_customer = {call.customer.customer_id: call for call in calls}
    places: dict[str, tuple[int, str]] = {}
    for currency, cases in call_list(case for call in by_customer.values() for case in call.cases):
        for place, case in enumerate(cases):
            best = places.get(case.customer_id, (place, currency))
            places[case.customer_id] = min(best, (place, currency))
    order = sorted(places, key=lambda customer_id: places[customer_id][::-1])
    return tuple(by_customer[customer_id] for customer_id in order)


def _is_about(task: Task, item: Document, account: Account) -> bool:
    if task.names(item.document_id):
        return True
    rides = item.kind is DocumentKind.CHARGE and account.document(item.invoice_id) is not None
    return rides and task.names(item.invoice_id)
