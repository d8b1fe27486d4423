"""A past day through the real handlers and the real table: what was claimed, by which policy."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from shared import runtime
from shared.adapters.entities import PolicyVersion
from shared.adapters.head_items import head_item
from shared.adapters.ledger import posting_put
from shared.adapters.table import Put
from shared.domain.clock import Now
from shared.domain.document import Document, DocumentKind
from shared.domain.document_posting import document_posting
from shared.domain.notice import DeliveryState
from shared.usecases.as_it_stood import AsItStood
from shared.usecases.dry_run import Ports, dry_run
from shared.usecases.explain import explain_day
from tests.integration import hub
from tests.support.samples import eur
from tests.unit.test_decide import LADDER

DUE = date(2026, 3, 2)
REMINDED = DUE + timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Directory:
    """One customer."""

    customer_id: str

    def customers(self, _: str) -> Iterator["Directory"]:
        yield self


def nine(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def live(of, *days: int) -> None:
    """Sweep on days after the due date, and carry all messages."""
    for day in days:
        hub.move_clock(nine(DUE + timedelta(days=day)))
        hub.sweep(of)
        hub.relay(of)
        hub.drain("ESCALATION")
        hub.drain("NOTICE")


@pytest.fixture
def seller(table):
    """An entity with one invoice that the hub heard of thirty days before it was due."""
    of = hub.seed(LADDER)
    whose = hub.add_customer(of)
    document = Document(
        document_id="inv1",
        kind=DocumentKind.INVOICE,
        number="INV1",
        issued_on=DUE - timedelta(days=30),
        due_on=DUE,
        total=eur(10_000),
        open=eur(10_000),
    )
    heard = nine(document.issued_on)
    posting = document_posting(document, Now(heard, heard))
    runtime.table().write(
        posting_put("demo", "c1", posting), Put(head_item("demo", whose, document, of.shards))
    )
    return of


def told(day: date):
    stores = (runtime.accounts(), runtime.records(), runtime.entities(), runtime.as_swept)
    return explain_day(*stores, "demo", "c1", day, runtime.now())


@pytest.mark.law("30")
def test_a_day_of_last_month_is_explained_as_it_was_decided(seller):
    live(seller, -5, 7)
    later = LADDER.model_copy(update={"stages": LADDER.stages[3:]})
    changed = PolicyVersion(later, "", runtime.now().business + timedelta(days=5), "ada")
    runtime.entities().put_policy(runtime.entities().get("demo"), changed)
    live(seller, 14)
    reminded = told(REMINDED)
    (decision,) = reminded.decisions
    assert (decision.code, decision.stage.id) == ("stage_reached", "reminder")
    assert reminded.book.customer_policy.version == 1
    (notice,) = reminded.notices
    assert (notice.stage, notice.delivery) == ("reminder", DeliveryState.SENT)
    assert [d.code for d in told(REMINDED + timedelta(days=1)).decisions] == ["already_done"]
    now = told(DUE + timedelta(days=14))
    assert (now.book.customer_policy.version, now.undated) == (2, ())
    assert [n.stage for n in now.notices] == ["late_fee"]


@pytest.mark.law("31")
def test_the_dry_run_of_a_past_day_is_what_was_claimed_on_it(seller):
    live(seller, -5, 7, 14)
    for day, stage, fees in ((7, "reminder", ()), (14, "late_fee", (("INV1-FEE", eur(500)),))):
        then = DUE + timedelta(days=day)
        stood = AsItStood(runtime.records(), Directory("c1"), runtime.entities(), then)
        now = Now(nine(then), nine(then))
        found = dry_run(Ports(stood, stood, stood, stood, charges=stood.charges), seller, now)
        assert [(m.decision.stage.id, m.fees) for m in found.messages] == [(stage, fees)]


@pytest.mark.rule("R22")
def test_a_fee_that_was_left_out_is_told_that_day_and_by_the_dry_run_of_it(seller):
    live(seller, 14)
    day = DUE + timedelta(days=14)
    then = told(day)
    assert [n.stage for n in then.notices] == ["late_fee"]
    assert [(one.number, one.code) for one in then.uncharged_of("")] == [("INV1", "first_word")]
    assert then.uncharged_of("nothing") == ()
    stood = AsItStood(runtime.records(), Directory("c1"), runtime.entities(), day)
    ports = Ports(stood, stood, stood, stood, charges=stood.charges)
    (message,) = dry_run(ports, seller, Now(nine(day), nine(day))).messages
    assert (message.fees, [one.code for one in message.uncharged]) == ((), ["first_word"])


def test_a_fee_that_was_charged_is_told_as_charged_before_only_where_it_was(seller):
    live(seller, -5, 7, 14)
    day = DUE + timedelta(days=14)
    assert told(day).uncharged_of("") == ()
    stood = AsItStood(runtime.records(), Directory("c1"), runtime.entities(), day)
    ports = Ports(stood, stood, stood, stood, charges=stood.charges)
    (message,) = dry_run(ports, seller, Now(nine(day), nine(day))).messages
    assert message.uncharged == ()
