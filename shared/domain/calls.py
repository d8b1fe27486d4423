"""Customers on the call list: what each owes that may be chased, and what was said to them last."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.domain.account import Account
from shared.domain.call_list import CallCase, call_list
from shared.domain.coverage import item_coverage, items_on
from shared.domain.customer import Customer
from shared.domain.document import Document
from shared.domain.money import Money
from shared.domain.tasks import Task


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
    """One customer to call about one currency. today is the customer's date."""

    task: Task
    account: Account
    case: CallCase
    today: date

    @property
    def customer(self) -> Customer:
        """Return whom to call."""
        return self.account.customer

    @property
    def documents(self) -> tuple[Document, ...]:
        """Return what is open and due in the currency of the call, the oldest first."""
        due = (
            document
            for document in self.account.documents
            if document.open.currency == self.case.chaseable.currency
            and document.days_late(self.today) >= 0
        )
        return tuple(sorted(due, key=lambda d: (d.due_on, d.number)))


def calls_of(task: Task, account: Account, today: date) -> tuple[CallCase, ...]:
    """Return what a call about task would ask for on today: a case by currency.

    Only what may be chased counts, of items that are due; none where that is nothing.
    """
    covers = item_coverage(account, today)
    by_currency: dict[str, tuple[Money, int]] = {}
    for item in items_on(account, today):
        late, chaseable = item.days_late(today), covers[item.document_id].chaseable
        if late < 0 or not chaseable:
            continue
        money, days = by_currency.get(chaseable.currency, (chaseable - chaseable, 0))
        by_currency[chaseable.currency] = money + chaseable, max(days, late)
    return tuple(
        CallCase(
            task_id=task.task_id,
            customer_id=task.customer_id,
            chaseable=money,
            days_late=days,
            promises_broken=account.broken_promises,
        )
        for money, days in by_currency.values()
    )


def ranked(calls: Iterable[Call]) -> tuple[Call, ...]:
    """Return calls, by currency, the one first that is expected to bring most."""
    by_case = {(call.case.task_id, call.case.chaseable.currency): call for call in calls}
    groups = call_list(call.case for call in by_case.values())
    return tuple(by_case[case.task_id, currency] for currency, cases in groups for case in cases)
