"""Why something is or is not said to a customer: the decision itself, shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

from shared.domain.account import Account
from shared.domain.account_as_of import UNDATED, Record, charged_by, claimed_on
from shared.domain.awaited import awaited
from shared.domain.brake import braked
from shared.domain.clock import Now
from shared.domain.coverage import Cover, coverage
from shared.domain.decide import Decision, decide
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.notice import Notice
from shared.domain.open_items import document_ids_of
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.uncharged import Uncharged, uncharged
from shared.usecases.as_it_stood import Brakes, braked_on, day_stood
from shared.usecases.ports.accounts import ReadsAccount


class Records(Protocol):
    def record(self, entity_id: str, customer_id: str) -> Record: ...


class Policies(Protocol):
    def book(self, entity_id: str, account: Account, at: datetime | None = None) -> PolicyBook: ...


class Entities(Policies, Brakes, Protocol):
    """Policies by their versions, and when the brake held."""


AsSwept = Callable[[str, Now], Entity]
"""The entity as a sweep at this moment sees it (shared.usecases.watch_erps)."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What decide says of a customer on a date, with the facts it was given.

    What waits for the ERP's facts is told as waiting, and of a past day as having waited; so is
    what a controller has not agreed to yet, as far as notices are at hand (explain_day).

    facts_as_of is the instant whose facts these are, notices are those of the ladder that were
    claimed for that day, and undated names the facts that are not kept by day, so that today's
    stand for that day's. uncharged are charges that the stage said names and does not make.
    """

    account: Account
    book: PolicyBook
    on: date
    decisions: tuple[Decision, ...]
    covers: Mapping[str, Cover]
    facts_as_of: datetime
    notices: tuple[Notice, ...] = ()
    undated: tuple[str, ...] = ()
    uncharged: tuple[Uncharged, ...] = ()

    def uncharged_of(self, document_id: str) -> tuple[Uncharged, ...]:
        """Return what is left out on a document, on all of them for ""."""
        return tuple(one for one in self.uncharged if document_id in ("", one.document_id))

    def decisions_of(self, document_id: str) -> tuple[Decision, ...]:
        """Return the decisions about a document, all of them for ""."""
        return tuple(
            decision
            for decision in self.decisions
            if not document_id or document_id in document_ids_of(decision.documents)
        )

    def documents_of(self, document_id: str) -> tuple[Document, ...]:
        """Return the document if it was open, all that were open for "", the oldest due first."""
        return tuple(
            document
            for document in sorted(self.account.documents, key=lambda d: (d.due_on, d.number))
            if not document_id or document.document_id == document_id
        )

    def policy_of(self, document_id: str) -> Policy:
        """Return the policy that the document was on, the customer's own for "" or a closed one."""
        for document in self.documents_of(document_id) if document_id else ():
            return self.book.of(document)
        return self.book.customer_policy


def explain(
    accounts: ReadsAccount,
    policies: Policies,
    as_swept: AsSwept,
    entity_id: str,
    customer_id: str,
    on: date,
    now: Now,
) -> Explanation:
    """Return what would be said to the customer on a date, by the facts that stand now.

    Raises NotFound for a customer that is unknown.
    """
    account = accounts.account(entity_id, customer_id)
    told = _told(account, policies.book(entity_id, account), on, None, now.business)
    return replace(told, decisions=braked(as_swept(entity_id, now).erp_stale, told.decisions))


def explain_day(
    accounts: ReadsAccount,
    records: Records,
    entities: Entities,
    as_swept: AsSwept,
    entity_id: str,
    customer_id: str,
    on: date,
    now: Now,
) -> Explanation:
    """Return why something is or was not said to the customer on a day, by that day's facts.

    Where something was claimed for a past day, the facts are those of the moment of the first
    claim, and the verdict is that claim; else those of the day's end. Policies are of the versions
    that held then, and what nobody claimed while old facts braked has waited for them. Today and
    later days are told by the facts that stand now. Raises NotFound.
    """
    record = records.record(entity_id, customer_id)
    if on >= now.today(record.customer.time_zone):
        told = explain(accounts, entities, as_swept, entity_id, customer_id, on, now)
        waiting = _claimed_by(record, now.business)
        told = replace(told, decisions=awaited(told.decisions, waiting))
        notices = claimed_on(record, on)
        if notices:  # what was left out stands with what was said, and not with what is to come
            left_out = _as_decided(entities, entity_id, record, on).uncharged
        else:
            left_out = _left_out(told, charged_by(record, now.business))
        return replace(told, notices=notices, uncharged=left_out)
    told = _as_decided(entities, entity_id, record, on)
    if not told.notices:
        zone = ZoneInfo(record.customer.time_zone)
        stale = braked_on(entities.brakes(entity_id), on, zone)
        told = replace(told, decisions=braked(stale, told.decisions, past=True))
    told = replace(told, decisions=awaited(told.decisions, _claimed_by(record, told.facts_as_of)))
    return replace(told, undated=UNDATED)


def _as_decided(entities: Entities, entity_id: str, record: Record, on: date) -> Explanation:
    """Return what was decided on a day: by the first claim of it, else at its end."""
    stood = day_stood(record, on)
    zone = ZoneInfo(record.customer.time_zone)
    of_day = stood.at.astimezone(zone).time() if stood.notices else None
    book = entities.book(entity_id, stood.account, stood.at)
    told = _told(stood.account, book, on, of_day, stood.at)
    left_out = _left_out(told, charged_by(record, stood.at, stood.before_notice))
    return replace(told, notices=stood.notices, uncharged=left_out)


def _left_out(told: Explanation, charged: frozenset[str]) -> tuple[Uncharged, ...]:
    return tuple(
        one
        for decision in told.decisions
        for one in uncharged(told.account, told.book, decision, told.on, charged)
    )


def _claimed_by(record: Record, at: datetime) -> list[Notice]:
    return [told.notice for told in record.notices if told.notice.claimed_at <= at]


def _told(
    account: Account, book: PolicyBook, on: date, of_day: time | None, facts_as_of: datetime
) -> Explanation:
    return Explanation(
        account=account,
        book=book,
        on=on,
        decisions=decide(account, book, on, of_day),
        covers=coverage(account, on),
        facts_as_of=facts_as_of,
    )
