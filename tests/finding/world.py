"""A hub in memory: the due index, the tickets and the watermark, under the real decisions."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.adapters.holiday_calendar import closed_days
from shared.domain.account import Account
from shared.domain.decide import Action, decide
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.first_look import days_to_look
from shared.domain.notices import stage_notice
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.usecases.sweep import candidates, looks_again, to_send
from tests.support.samples import entity

MESSAGES_MAX = 5


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a world: when, on which local day, to whom, by which stage, about what."""

    at: datetime
    on: date
    customer_id: str
    stage: str
    documents: tuple[str, ...]


@dataclass
class World:
    """Customers of one entity. Facts are changed by what a test does; sweep() is what is tested."""

    zone: str
    policy: Policy
    accounts: dict[str, Account] = field(default_factory=dict)
    tickets: dict[str, set[date]] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)
    forgotten: list[str] = field(default_factory=list)
    looked_at: int = 0
    _versions: dict[tuple[str, int], Policy] = field(default_factory=dict)
    _watermark: tuple[date, date, int] | None = None

    @property
    def entity(self) -> Entity:
        return entity(time_zone=self.zone, policy_version=self.policy.version)

    def book(self, account: Account) -> PolicyBook:
        customer = account.customer
        closed_on, note = closed_days(customer.country, customer.subdivision)
        return PolicyBook(self.policy, closed_on=closed_on, note=note, past=self._versions)

    def change_policy(self, **changes: object) -> None:
        """Make the policy as changed its next version."""
        self._versions[self.policy.name, self.policy.version] = self.policy
        changed = self.policy.model_copy(update=changes | {"version": self.policy.version + 1})
        self.policy = Policy.model_validate_json(changed.model_dump_json())

    def add(self, customer_id: str, document: Document, at: datetime) -> None:
        """Let an invoice arrive, with the tickets that go with it."""
        account = self.accounts[customer_id]
        self.put(replace(account, documents=(*account.documents, document)))
        today = self.local(account, at)
        for day in days_to_look(document, self.policy, today):
            self.ticket(customer_id, day)

    def put(self, account: Account) -> None:
        self.accounts[account.customer.customer_id] = account

    def ticket(self, customer_id: str, day: date) -> None:
        self.tickets.setdefault(customer_id, set()).add(day)

    def local(self, account: Account, at: datetime) -> date:
        return at.astimezone(ZoneInfo(account.customer.time_zone)).date()

    def sweep(self, at: datetime) -> None:
        """Run a sweep, and note who is due by the decision alone and was not named."""
        today = at.astimezone(ZoneInfo(self.zone)).date()
        named, swept_on = candidates(self.entity, [self.policy], self, self, today)
        for customer_id, account in self.accounts.items():
            if customer_id in named:
                self._work(customer_id, at)
            elif to_send(self._decide(account, at)) is not None:
                self.forgotten.append(f"{customer_id} at {at}")
        self.looked_at += len(named)
        self._watermark = (swept_on, today, self.policy.version)

    def _decide(self, account: Account, at: datetime):
        clock = at.astimezone(ZoneInfo(account.customer.time_zone))
        return decide(account, self.book(account), clock.date(), clock.time())

    def _work(self, customer_id: str, at: datetime) -> None:
        for _ in range(MESSAGES_MAX):
            account = self.accounts[customer_id]
            today = self.local(account, at)
            decisions = self._decide(account, at)
            for day in looks_again(account, self.book(account), decisions, today):
                self.ticket(customer_id, day)
            found = to_send(decisions)
            self.codes.update(d.code for d in decisions if d.action is Action.NOTHING)
            if found is None or found.stage is None:
                return
            notice = stage_notice(account.newest_notice, found, today, at)
            self.put(replace(account, newest_notice=notice))
            self.said.append(Said(at, today, customer_id, found.stage.id, found.documents))

    def due_between(self, entity: Entity, first: date, last: date) -> Iterator[str]:
        for customer_id, account in self.accounts.items():
            if any(d.open and first <= d.due_on <= last for d in account.documents):
                yield customer_id

    def ticketed_between(self, entity: Entity, first: date, last: date) -> Iterator[str]:
        for customer_id, days in self.tickets.items():
            if any(first <= day <= last for day in days):
                yield customer_id

    def last_swept(self, entity_id: str) -> tuple[date, date, int] | None:
        return self._watermark


def moments(first: date, days: int, hours: tuple[int, ...]) -> Iterator[datetime]:
    """Yield the instants of sweeps, at hours UTC of each day."""
    for day in range(days):
        for hour in hours:
            yield datetime.combine(first + timedelta(days=day), time(hour), ZoneInfo("UTC"))
