"""Accounts, policies and whom to look at, as they stood at a past moment: for the dry run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from shared.domain.account import Account
from shared.domain.account_as_of import Record, account_as_of, charged_by, claimed_on
from shared.domain.brake import Braking, braked_between
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.escalation import fee_ahead
from shared.domain.notice import Notice
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.stage import Stage


class Records(Protocol):
    def record(self, entity_id: str, customer_id: str) -> Record: ...


class Customers(Protocol):
    def customers(self, entity_id: str) -> Iterator[Any]: ...


class Brakes(Protocol):
    def brakes(self, entity_id: str) -> Sequence[Braking]: ...


class Policies(Protocol):
    def book(self, entity_id: str, account: Account, at: datetime | None = None) -> PolicyBook: ...
    def policies(self, entity_id: str) -> Sequence[Policy]: ...


@dataclass(frozen=True, slots=True)
class DayStood:
    """An account as it was decided on, on a past day, and at which instant.

    notices are those that were claimed for the day. The instant is that of the first claim; where
    nothing was claimed, the end of the day.
    """

    account: Account
    at: datetime
    notices: tuple[Notice, ...]

    @property
    def before_notice(self) -> int | None:
        """The number of the first claim of the day, or None."""
        return self.notices[0].n if self.notices else None


def day_stood(record: Record, day: date) -> DayStood:
    """Return the account as it was decided on, on a past day of the customer's."""
    notices = claimed_on(record, day)
    if notices:
        at = notices[0].claimed_at
        return DayStood(account_as_of(record, at, notices[0].n), at, notices)
    zone = ZoneInfo(record.customer.time_zone)
    end = _last_moment(day, zone)
    return DayStood(account_as_of(record, end), end, ())


def braked_on(brakes: Sequence[Braking], day: date, zone: ZoneInfo) -> str:
    """Return what braked on a day of zone, the last where more did, or ""."""
    return braked_between(brakes, datetime.combine(day, time(), zone), _last_moment(day, zone))


def stale_then(entities: Brakes, entity: Entity, when: datetime | date) -> str:
    """Return what braked an entity at a past instant, or on a past day of its own, or ""."""
    brakes = entities.brakes(entity.entity_id)
    if isinstance(when, datetime):
        return braked_between(brakes, when, when)
    return braked_on(brakes, when, ZoneInfo(entity.time_zone))


def _last_moment(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), zone) - timedelta(seconds=1)


class AsItStood:
    """What a dry run reads, of a past instant or of a whole past day.

    Everybody is looked at: which customers an index named then is not kept.
    """

    def __init__(
        self, records: Records, customers: Customers, policies: Policies, when: datetime | date
    ) -> None:
        self._records = records
        self._customers = customers
        self._policies = policies
        self._when = when
        self._charged: dict[str, frozenset[str]] = {}

    def account(self, entity_id: str, customer_id: str) -> Account:
        """Return the customer's account as it stood."""
        record = self._records.record(entity_id, customer_id)
        if isinstance(self._when, datetime):
            self._charged[customer_id] = charged_by(record, self._when)
            return account_as_of(record, self._when)
        stood = day_stood(record, self._when)
        self._charged[customer_id] = charged_by(record, stood.at, stood.before_notice)
        return stood.account

    def charges(
        self, account: Account, invoice: Document, policy: Policy, stage: Stage, today: date
    ) -> tuple[Document, ...]:
        """Return the fee that stage would have charged on invoice; of interest nothing is said."""
        charged = self._charged[account.customer.customer_id]
        fees = fee_ahead(account, invoice, policy, stage, today)
        return tuple(fee for fee in fees if fee.document_id not in charged)

    def book(self, entity_id: str, account: Account) -> PolicyBook:
        """Return the policies of account by the versions that held."""
        if isinstance(self._when, datetime):
            return self._policies.book(entity_id, account, self._when)
        zone = ZoneInfo(account.customer.time_zone)
        return self._policies.book(entity_id, account, datetime.combine(self._when, time(23), zone))

    def policies(self, entity_id: str) -> Sequence[Policy]:
        """Return the entity's policies: only whom to look at depends on them."""
        return self._policies.policies(entity_id)

    def due_between(self, entity: Entity, first: date, last: date) -> Iterator[str]:
        """Yield every customer of the entity."""
        for customer in self._customers.customers(entity.entity_id):
            yield customer.customer_id

    def ticketed_between(self, entity: Entity, first: date, last: date) -> Iterator[str]:
        """Yield nobody: everybody is found already."""
        return iter(())

    def last_swept(self, entity_id: str) -> None:
        """Return None: everything is looked at afresh."""
        return None
