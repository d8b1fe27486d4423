"""The dry run: what a sweep would claim, customer by customer, without claiming it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from shared.domain.account import Account
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.decide import Decision, decide
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.escalation import fee_ahead, fee_charge_id, fee_rule, reminded
from shared.domain.money import Money
from shared.domain.notice import Channel
from shared.domain.notices import stage_notice
from shared.domain.open_items import document_ids_of
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.put_off import CLOSED_DAY, sending_day
from shared.domain.stage import Stage
from shared.domain.uncharged import Uncharged, uncharged
from shared.usecases.ports.accounts import ReadsAccount
from shared.usecases.ports.policies import ReadsBook
from shared.usecases.sweep import Finder, Watermark, candidates, to_send


class Policies(ReadsBook, Protocol):
    def policies(self, entity_id: str) -> Sequence[Policy]: ...


@dataclass(frozen=True, slots=True)
class WouldSend:
    """One message that a sweep would claim; fees are (number, amount) of the charges it makes.

    uncharged are charges that its stage names and does not make. first says that nothing was ever
    said to the customer before.
    """

    customer: Customer
    decision: Decision
    fees: tuple[tuple[str, Money], ...]
    uncharged: tuple[Uncharged, ...] = ()
    first: bool = False


@dataclass(frozen=True, slots=True)
class Quiet:
    """Why nothing is said to some customers: the code of a verdict on them, how many they are, and
    the first day on which that may be over, where it is known."""

    code: str
    customers: int
    again_on: date | None


@dataclass(frozen=True, slots=True)
class DryRun:
    """A page of a dry run: messages by customer id, how many customers were looked at, and the
    customer id to continue after ("" at the end). quiet tells of those who get none of them."""

    on: date
    messages: tuple[WouldSend, ...]
    looked_at: int
    candidates: int
    next: str
    quiet: tuple[Quiet, ...] = ()


class Charges(Protocol):
    def __call__(
        self, account: Account, invoice: Document, policy: Policy, stage: Stage, today: date
    ) -> tuple[Document, ...]: ...


class Ahead(Protocol):
    def __call__(self, account: Account, today: date) -> Account: ...


def _as_it_is(account: Account, today: date) -> Account:
    return account


class _Never:
    """A sweep that never ran: everything is looked at afresh."""

    def last_swept(self, entity_id: str) -> tuple[date, date, int] | None:
        return None


@dataclass(frozen=True, slots=True)
class Ports:
    """What a dry run reads.

    charges tells what a stage would charge on a document, by default its fee; ahead, how an account
    is once the agreements in it that are over have been noted, as a sweep notes them first.
    """

    accounts: ReadsAccount
    policies: Policies
    finder: Finder
    runs: Watermark
    charges: Charges = fee_ahead
    ahead: Ahead = _as_it_is


def dry_run(ports: Ports, entity: Entity, now: Now, after: str = "", limit: int = 100) -> DryRun:
    """Return what a sweep at now would say, for at most limit candidates after a customer id.

    While the entity holds all, the sweep that its release brings is meant: the first one.
    """
    today = now.today(entity.time_zone)
    past: Watermark = _Never() if entity.hold_all else ports.runs
    known = ports.policies.policies(entity.entity_id)
    found, _ = candidates(entity, known, ports.finder, past, today)
    page = sorted(customer_id for customer_id in found if customer_id > after)
    messages: list[WouldSend] = []
    quiet: dict[str, list[date | None]] = {}
    for customer_id in page[:limit]:
        account = ports.accounts.account(entity.entity_id, customer_id)
        account = ports.ahead(account, now.today(account.customer.time_zone))
        book = ports.policies.book(entity.entity_id, account)
        said = tuple(_messages(account, book, now, ports.charges))
        messages += said
        for code, again_on in _why_quiet(account, book, now).items() if not said else ():
            quiet.setdefault(code, []).append(again_on)
    return DryRun(
        on=today,
        messages=tuple(messages),
        looked_at=len(page[:limit]),
        candidates=len(found),
        next=page[limit - 1] if len(page) > limit else "",
        quiet=tuple(
            Quiet(code, len(days), min(filter(None, days), default=None))
            for code, days in sorted(quiet.items())
        ),
    )


def _why_quiet(account: Account, book: PolicyBook, now: Now) -> dict[str, date | None]:
    """Return the codes of what is decided about account, each with when it may be over."""
    day = now.today(account.customer.time_zone)
    found: dict[str, date | None] = {}
    for decision in decide(account, book, day, now.time_of_day(account.customer.time_zone)):
        again_on = decision.again_on
        if again_on is None and decision.code == CLOSED_DAY:
            again_on = sending_day(book, book.customer_policy, day, 1)
        found[decision.code] = found.get(decision.code) or again_on
    return found


def _messages(
    account: Account, book: PolicyBook, now: Now, charges: Charges
) -> Iterator[WouldSend]:
    """Yield what a sweep would claim one after the other: a mail, then the tasks beside it."""
    day = now.today(account.customer.time_zone)
    time = now.time_of_day(account.customer.time_zone)
    for _ in Channel:
        decision = to_send(decide(account, book, day, time))
        if decision is None:
            return
        made = would_charge(account, book, decision, day, charges)
        yield WouldSend(account.customer, decision, *made, account.newest_notice is None)
        claimed = stage_notice(account.newest_notice, decision, day, now.business)
        account = replace(account, newest_notice=claimed)


def would_charge(
    account: Account, book: PolicyBook, decision: Decision, day: date, charges: Charges
) -> tuple[tuple[tuple[str, Money], ...], tuple[Uncharged, ...]]:
    """Return (number, amount) of what decision's stage would charge, and what it leaves out."""
    made = _charges(account, book, decision, day, charges)
    fees = tuple((charge.number, charge.total) for charge in made)
    before = _made_before(decision, made)
    return fees, uncharged(account, book, decision, day, before)


def _charges(
    account: Account, book: PolicyBook, decision: Decision, day: date, charges: Charges
) -> tuple[Document, ...]:
    found: list[Document] = []
    for document_id in reminded(account, book, decision):
        document = account.document(document_id)
        if document is None or decision.stage is None:
            continue
        found += charges(account, document, book.of(document), decision.stage, day)
    return tuple(found)


def _made_before(decision: Decision, made: Sequence[Document]) -> frozenset[str]:
    """Return the ids of the fees that decision's stage would put on what it asks for, less made."""
    if decision.stage is None or decision.stage.fee is None:
        return frozenset()
    rule = fee_rule(decision.stage, decision.stage.fee)
    fees = {fee_charge_id(i, rule) for i in document_ids_of(decision.documents)}
    return frozenset(fees - {charge.document_id for charge in made})
