"""A company of many customers of whom 200 are due on one day, on the in-memory DynamoDB."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from shared.adapters import keys
from shared.adapters.account_items import customer_item, notice_item
from shared.adapters.accounts import Accounts
from shared.adapters.claims import Claims
from shared.adapters.codec import encode_item
from shared.adapters.due_finder import DueFinder
from shared.adapters.entities import Entities, PolicyVersion
from shared.adapters.errands import errand
from shared.adapters.head_items import head_item
from shared.adapters.notices import Notices
from shared.adapters.pending import Pending
from shared.adapters.policy_shelf import PolicyShelf
from shared.adapters.policy_yaml import read_policy, standard_text
from shared.adapters.queues import Queues
from shared.adapters.runs import Runs
from shared.adapters.sweep_runs import SweepRuns
from shared.adapters.table import Table
from shared.domain.clock import Now, iso
from shared.domain.customer import Customer
from shared.domain.decide import decide
from shared.domain.document import Document, DocumentKind
from shared.domain.entity import Entity
from shared.domain.notice import DeliveryState, Notice
from shared.domain.notices import stage_notice
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.sweep_run import Tally
from shared.ids import derived_id
from shared.usecases import plan_sweep
from shared.usecases.plan_sweep import plan
from shared.usecases.sweep import to_send
from shared.usecases.work_sweep import Ports, work
from tests.support.capacity import Meter, meter
from tests.support.dynamodb_model import DynamoModel
from tests.support.samples import customer, entity, eur

DUE_CUSTOMERS = 200
INVOICES_EACH = 5
TODAY = date(2026, 3, 10)  # a Tuesday
NINE = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
POLICY = read_policy(standard_text())
_MESSAGES_PER_PROCESS = 2
"""How many messages a fresh process is taken to see: the first of them reads the policies."""
_REACHED = 7  # days late at the stage "reminder"


@dataclass
class Sqs:
    """A queue service that keeps what it is given and counts the calls."""

    waiting: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    calls: int = 0

    def send_message_batch(self, QueueUrl: str, Entries: list[Mapping[str, str]]) -> Any:
        self.calls += 1
        self.waiting += [(QueueUrl, json.loads(e["MessageBody"])) for e in Entries]
        return {"Successful": []}

    def take(self, queue: str) -> list[dict[str, Any]]:
        """Return the messages of queue and forget them."""
        taken = [body for name, body in self.waiting if name == queue]
        self.waiting = [m for m in self.waiting if m[0] != queue]
        return taken


@dataclass(frozen=True)
class Cost:
    """What one sweep took: by pass of the planner, for planning as a whole, and for working."""

    passes: Mapping[str, Meter]
    planning: Meter
    working: Meter
    queue_calls: int
    candidates: int
    tally: Tally

    @property
    def read_units(self) -> float:
        return self.planning.read_units + self.working.read_units

    @property
    def write_units(self) -> float:
        return self.planning.write_units + self.working.write_units

    @property
    def units(self) -> float:
        return self.read_units + self.write_units

    @property
    def calls(self) -> int:
        return self.planning.calls + self.working.calls + self.queue_calls


class _Finder(DueFinder):
    """The finder, with each pass of the planner metered apart."""

    def __init__(self, table: Table, model: DynamoModel) -> None:
        super().__init__(table)
        self._model = model
        self.passes: dict[str, Meter] = {}

    def due_between(self, of: Entity, first: date, last: date) -> Iterator[str]:
        name = "c" if first == date.min else "a"
        return self._metered(name, super().due_between(of, first, last))

    def ticketed_between(self, of: Entity, first: date, last: date) -> Iterator[str]:
        return self._metered("b", super().ticketed_between(of, first, last))

    def _metered(self, name: str, found: Iterator[str]) -> Iterator[str]:
        with meter(self._model) as m:
            named = list(found)
        known = self.passes.setdefault(name, Meter(m.schema))
        known.total.calls += m.calls
        known.total.read_units += m.read_units
        return iter(named)


class World:
    """The company, with its table and queues. Nothing in it is done before sweep()."""

    def __init__(
        self,
        customers: int = 1_000,
        *,
        due: int = DUE_CUSTOMERS,
        history: int = 0,
        not_due_each: int = 1,
        policy: Policy = POLICY,
    ) -> None:
        self.model, self.sqs = DynamoModel(), Sqs()
        self.table = Table(self.model, "hub")
        self.queues = Queues(self.sqs, {n: n for n in ("SWEEP", "NOTICE", "ESCALATION")})
        self.entities, self.accounts = Entities(self.table), Accounts(self.table)
        first = PolicyVersion(policy, "", datetime(2026, 1, 1, tzinfo=UTC), "bench")
        self.entity = self.entities.create(entity(), first)
        self.entity_id = self.entity.entity_id
        self.runs, self.pending = Runs(self.table), Pending(self.table)
        self.sweep_runs = SweepRuns(self.table, self.pending)
        self._shelf = PolicyShelf(self.table)
        self._names = count()
        self.ports = Ports(
            accounts=self.accounts,
            policies=self._policies,
            claims=Claims(self.table, Notices(self.table)),
            runs=self.sweep_runs,
            end=lambda *_: 0,
            credit=lambda *_: 0,
            once=lambda *_: True,
        )
        self.due = [self._add(due=True, history=history) for _ in range(due)]
        for _ in range(customers - due):
            self._add(due=False, history=history, invoices=not_due_each)
        yesterday = TODAY - timedelta(days=1)
        self.runs.swept(self.entity_id, yesterday, TODAY, self.entity.policy_version)

    @classmethod
    def of_a_month(cls) -> "World":
        """Return a company of three time zones where five customers become due every day."""
        world = cls(0, due=0)
        for days in range(-20, 60):
            for i in range(5):
                zone = ("Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo")[(days + i) % 3]
                whose = world._customer(time_zone=zone)
                due_on = TODAY + timedelta(days=days)
                documents = [invoice(f"{whose.external_id}-{k}", due_on) for k in range(2)]
                world._load(whose, documents)
        return world

    def _policies(self, of: Entity) -> PolicyShelf:
        return self._shelf

    def sweep(self, at: Now | None = None) -> Cost:
        """Plan a sweep, work on every batch, and count it all."""
        now = at or Now(NINE, NINE)
        finder, calls = _Finder(self.table, self.model), self.sqs.calls
        run_id = derived_id("run", str(next(self._names)))
        stores = (self.accounts, self.entities, finder, self.runs, self.sweep_runs, self.queues)
        with meter(self.model) as planning:
            found = plan(plan_sweep.Ports(*stores), self.entity_id, run_id, now)
        with meter(self.model) as working:
            for i, message in enumerate(self.sqs.take("SWEEP")):
                if i % _MESSAGES_PER_PROCESS == 0:
                    self._shelf = PolicyShelf(self.table)
                of = (message["entity"], message["run_id"], message["batch"])
                work(self.ports, *of, message["customers"], now)
        run = self.sweep_runs.find(self.entity_id, run_id)
        assert run is not None and run.tally is not None
        return Cost(finder.passes, planning, working, self.sqs.calls - calls, found, run.tally)

    def due_again(self) -> None:
        """Let the day's full pass be due once more."""
        yesterday = TODAY - timedelta(days=1)
        key = keys.run(self.entity_id, "WATERMARK")
        self.model.delete_item(TableName="hub", Key=encode_item(key))
        self.runs.swept(self.entity_id, yesterday, yesterday, self.entity.policy_version)

    def relayed(self) -> int:
        """Do the stream's work for the notices of this sweep: queue each; return how many calls."""
        before = self.sqs.calls
        found = [errand(plain) for plain in self.notices() if plain["stage"] == "reminder"]
        by_queue: dict[str, list[Any]] = {}
        for each in found:
            assert each is not None
            by_queue.setdefault(each.queue, []).append((each.body, "", ""))
        for queue, messages in by_queue.items():
            self.queues.send_many(queue, messages)
        return self.sqs.calls - before

    def notices(self) -> list[dict[str, Any]]:
        """Return every notice as a plain item."""
        from shared.adapters.codec import decode_item

        return [decode_item(i) for i in self.model.items() if i["type"]["S"] == "NOTICE"]

    def _add(self, *, due: bool, history: int, invoices: int = INVOICES_EACH) -> str:
        whose = self._customer()
        reached = TODAY - timedelta(days=_REACHED)
        far = int(whose.external_id[2:])
        days = [
            reached if due else TODAY + timedelta(90 + (far + i) % 300) for i in range(invoices)
        ]
        documents = tuple(
            invoice(f"{whose.external_id}-{i}", due_on) for i, due_on in enumerate(days)
        )
        said = self._history(whose, documents, history) if due else self._closed(whose, history)
        self._load(whose, documents, said)
        return whose.customer_id

    def _customer(self, **changes: str) -> Customer:
        number = next(self._names)
        return customer(
            customer_id=derived_id("customer", str(number)),
            external_id=f"C-{number:06d}",
            email=f"ap@c{number}.example",
            country="DE",
            **changes,
        )

    def _load(
        self,
        whose: Customer,
        documents: Iterable[Document],
        more: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        heads = [head_item(self.entity_id, whose, d, self.entity.shards) for d in documents]
        items = [customer_item(self.entity_id, whose), *heads, *more]
        self.model.load(encode_item(item) for item in items)

    def _history(
        self, whose: Customer, documents: tuple[Document, ...], closed: int
    ) -> Iterator[dict[str, Any]]:
        """Yield what the ladder said before: of these invoices, and of closed ones long ago."""
        yield from self._closed(whose, closed)
        newest: Notice | None = None
        for days in (-30, -3, 0):
            day = TODAY - timedelta(days=_REACHED) + timedelta(days=days)
            account = replace(_account(whose, documents), newest_notice=newest)
            decision = to_send(decide(account, PolicyBook(POLICY), day))
            if decision is None:
                continue
            at = datetime(*day.timetuple()[:3], 9, tzinfo=UTC)
            newest = stage_notice(newest, decision, day, at)
            yield notice_item(self.entity_id, whose.customer_id, newest)
            yield _delivered(self.entity_id, whose.customer_id, newest)
            newest = replace(newest, delivery=DeliveryState.SENT)

    def _closed(self, whose: Customer, closed: int) -> Iterator[dict[str, Any]]:
        for i in range(closed):
            paid = replace(
                invoice(f"old-{whose.external_id}-{i}", TODAY - timedelta(days=60 + i)),
                open=eur(0),
            )
            yield head_item(self.entity_id, whose, paid, self.entity.shards)


def _account(whose: Customer, documents: tuple[Document, ...]) -> Any:
    from shared.domain.account import Account

    return Account(whose, documents)


def invoice(name: str, due_on: date) -> Document:
    return Document(
        document_id=derived_id("invoice", name),
        kind=DocumentKind.INVOICE,
        number=f"2026-{name}",
        issued_on=due_on - timedelta(days=30),
        due_on=due_on,
        total=eur(119_000),
        open=eur(119_000),
        external_id=f"ERP-{name}",
        description="Services rendered in the month before",
        po_number="PO-4711",
    )


def _delivered(entity_id: str, customer_id: str, notice: Notice) -> dict[str, Any]:
    return {
        **keys.delivery(entity_id, customer_id, notice.n),
        "type": "DELIVERY",
        "customer_id": customer_id,
        "n": notice.n,
        "state": str(DeliveryState.SENT),
        "fence": derived_id("fence", customer_id),
        "to": ["ap@buyer.example"],
        "message_id": "0102018f" + "a" * 50,
        "mail_key": f"mails/{entity_id}/{customer_id}/{notice.n:08d}.eml",
        "updated_at": iso(notice.claimed_at),
    }
