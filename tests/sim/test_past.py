"""Any past moment, folded from dated facts, is what the hub read at that moment."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.adapters.records import Records
from shared.adapters.table import Table
from shared.domain.account import Account
from shared.domain.account_as_of import account_as_of
from shared.domain.decide import decide
from shared.domain.document import Document
from shared.domain.notice import DeliveryState
from shared.domain.policy_book import PolicyBook
from tests.sim.faults import CALM
from tests.sim.founding import ENTITY, POLICY
from tests.sim.rest import come_to_rest
from tests.sim.world import World

WORLDS = 60
STEPS = 60
WORTH_MEETING = {
    "moments": 300,
    "documents": 300,
    "credits": 50,
    "checkouts": 20,
    "holds": 0,
    "notices": 80,
    "withdrawn": 2,
    "send": 40,
    "nothing": 300,
}


@pytest.mark.law("30")
def test_every_past_moment_is_what_the_hub_read_then():
    seen: Counter[str] = Counter()
    for seed in range(WORLDS):
        world = World(seed, CALM)
        read: dict[tuple[str, date], tuple[datetime, Account]] = {}
        for _ in range(STEPS):
            world.take_step()
            _look(world, read)
        world.outages.of_thousand = 0
        come_to_rest(world)
        for (customer_id, _), (at, was) in read.items():
            record = Records(Table(world.client, "hub")).record(ENTITY, customer_id)
            folded = _before_the_mail(account_as_of(record, at), was)
            told = _facts(folded, at)
            for what, stood in _facts(was, at).items():
                assert told[what] == stood, (seed, at, what)
            _compare_verdicts(folded, was, at, seen)
    short = {what: seen[what] for what, least in WORTH_MEETING.items() if seen[what] < least}
    assert not short, f"too few of {short}"


def _look(world: World, read: dict[tuple[str, date], tuple[datetime, Account]]) -> None:
    """Keep the last look of each day: what has a day and no hour counts for the whole of it."""
    for customer_id in world.customers:
        account = world.hub.accounts.account(ENTITY, customer_id)
        day = world.now.today(account.customer.time_zone)
        read[customer_id, day] = world.now.business, account


def _before_the_mail(folded: Account, was: Account) -> Account:
    """Return folded with the notice as it was claimed, where its mail left something out later.

    What a mail leaves out is cut from its notice, which tells then what was said.
    """
    told, claimed = folded.newest_notice, was.newest_notice
    if told is None or claimed is None or claimed.delivery is not DeliveryState.CLAIMED:
        return folded
    assert told.done.items() <= claimed.done.items()
    return replace(folded, newest_notice=replace(told, done_after=claimed.done_after))


def _facts(account: Account, at: datetime) -> dict[str, Any]:
    """Return what is compared. A hold that is over may have left what decisions read."""
    newest = account.newest_notice
    today = at.astimezone(ZoneInfo(account.customer.time_zone)).date()
    return {
        "documents": {
            d.document_id: (d.total, d.open, d.instalments, _off(d), _taken(d))
            for d in account.documents
        },
        "credits": {c.source_id: c.unapplied for c in account.credits},
        "holds": {h.hold_id for h in account.holds if not h.is_over(today)},
        "promises": {p.promise_id for p in account.promises},
        "checkouts": {c.checkout_id: c.state for c in account.checkouts},
        "notice": (newest.n, newest.done) if newest else None,
    }


def _off(document: Document) -> dict[str, int]:
    return {kind: minor for kind, minor in document.adjusted.items() if minor}


def _taken(document: Document) -> Any:
    """Return of how much a discount is, and what was taken. What was late hangs on the order of
    steps within a second, which is not kept."""
    found = document.discount
    return (found.amount, found.taken_minor) if found else None


def _dated_as(folded: Document, was: Document) -> Document:
    """Return folded with the due date and the last day of the discount that it had."""
    discount = folded.discount
    if discount is not None and was.discount is not None:
        discount = replace(discount, last_day=was.discount.last_day)
    return replace(folded, due_on=was.due_on, discount=discount)


def _compare_verdicts(folded: Account, was: Account, at: datetime, seen: Counter[str]) -> None:
    """Compare what decide says; what is kept without its day is taken from the moment itself."""
    known = {d.document_id: d for d in was.documents}
    documents = (_dated_as(d, known[d.document_id]) for d in folded.documents)
    beside = replace(
        folded,
        customer=was.customer,
        documents=tuple(documents),
        incoming=was.incoming,
    )
    book = PolicyBook(POLICY)
    verdicts = decide(beside, book, at.date(), at.time())
    assert verdicts == decide(was, book, at.date(), at.time())
    seen.update(str(v.action) for v in verdicts)
    seen["moments"] += 1
    seen["documents"] += len(was.documents)
    seen["credits"] += len(was.credits)
    seen["holds"] += len(was.holds)
    seen["checkouts"] += len(was.checkouts)
    seen["notices"] += was.newest_notice is not None
    if was.newest_notice is not None:
        seen[str(was.newest_notice.delivery)] += 1
