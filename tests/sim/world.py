"""The hub in small: its real use cases on the model, one table, few invoices, drawn from a seed.

A World makes one random step at a time and checks the books after each; settle() turns the faults
off, lets everything come to rest, and checks that nothing was forgotten.
"""

import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from shared.adapters.accounts import Accounts
from shared.adapters.charges import Charges
from shared.adapters.checkouts import Checkouts
from shared.adapters.claims import Claims
from shared.adapters.due_finder import DueFinder
from shared.adapters.entities import Entities
from shared.adapters.hand_over import errand
from shared.adapters.holds import Holds
from shared.adapters.imported_customers import ImportedCustomers
from shared.adapters.imported_invoices import ImportedInvoices
from shared.adapters.imported_payments import ImportedPayments
from shared.adapters.inbox import Inbox
from shared.adapters.notices import Notices
from shared.adapters.papers import Papers
from shared.adapters.parked import ParkedItems
from shared.adapters.payments import Payments
from shared.adapters.pending import Pending
from shared.adapters.receipts import Receipts
from shared.adapters.runs import Runs
from shared.adapters.table import Table
from shared.adapters.tasks import Tasks
from shared.adapters.writebacks import Writebacks
from shared.domain.account import Channel
from shared.domain.clock import Now
from shared.domain.decide import Action, decide
from shared.domain.gateway_event import GatewayEvent
from shared.domain.imports import CustomerRow, InvoiceRow, PaymentRow
from shared.domain.mail import MailEventKind
from shared.domain.money import Money
from shared.domain.policy import Fee, Policy, Stage
from shared.domain.policy_version import PolicyVersion
from shared.domain.portal import Principal
from shared.errors import HubError, WriteConflict
from shared.usecases import apply_payment, receive_webhook, send_notice, start_checkout, sweep
from shared.usecases.claim_receipt import claim_receipt
from shared.usecases.escalate import escalate
from shared.usecases.hand_over import LEASE, give_up_waiting, hand_over_stale
from shared.usecases.holds import put_hold
from shared.usecases.import_customers import CustomerDesk
from shared.usecases.import_invoices import InvoiceDesk
from shared.usecases.import_payments import PaymentDesk
from shared.usecases.import_rows import Tally, write_rows
from shared.usecases.mail_event import note_mail_event
from shared.usecases.reconcile_gateway import reconcile_gateway
from shared.usecases.render_document import render_document
from shared.usecases.take_event import take_event
from shared.usecases.write_back import write_back
from tests.sim.books import broken
from tests.sim.faults import BRITTLE, CALM, RACY, Crash, FaultyClient, Odds
from tests.sim.outside import Folder, Gateway, MailService, Outages
from tests.support.dynamodb_model import DynamoModel
from tests.support.samples import entity

ENTITY = "demo"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
TOTALS = (5_000, 10_000, 12_000)
_REST_ROUNDS_MAX = 12
_EXPECTED = (ClientError, ReadTimeoutError, HubError, RuntimeError, Crash)
POLICY = Policy(
    name="standard",
    send_on=(1, 2, 3, 4, 5, 6, 7),
    stages=(
        Stage(id="due", offset_days=0, channel=Channel.EMAIL, template="due_today"),
        Stage(id="reminder", offset_days=7, channel=Channel.EMAIL, template="reminder"),
        Stage(
            id="fee",
            offset_days=14,
            channel=Channel.EMAIL,
            template="late_fee",
            fee=Fee(flat={"EUR": "10.00"}, payable_in_days=7),
        ),
        Stage(id="call", offset_days=21, channel=Channel.CALL),
        Stage(id="final", offset_days=30, channel=Channel.EMAIL, template="final_notice"),
    ),
)
FEE_MINOR = 1_000
MAY_CHANGE: Mapping[str, set[str]] = {
    "POSTING": set(),
    "NOTICE": {"ppk", "psk"},
    "WRITEBACK": {"ppk", "psk"},
    "PAYMENT": {"ppk", "psk", "allocations", "plan", "version"},
}
"""What may change of an item of a type that otherwise never does, and is never removed."""
PARKED_FOR = {"total_below_paid"}
"""Nothing else in these worlds is beyond the hub: a payment parked here was not understood."""
NOTHING = "nothing to do"


class Broken(AssertionError):
    """Something that must never be; the message holds the seed, the step and the sentences."""


class Queues:
    """Queues that keep a message until it is done, and sometimes hand one out twice."""

    def __init__(self) -> None:
        self.waiting: list[tuple[str, dict[str, Any]]] = []
        self.done: list[tuple[str, dict[str, Any]]] = []

    def send(self, queue: str, body: dict[str, Any], group: str = "", dedup: str = "") -> None:
        self.waiting.append((queue, dict(body)))

    def send_many(self, queue: str, messages: Iterable[tuple[dict[str, Any], str, str]]) -> None:
        for body, group, dedup in messages:
            self.send(queue, body, group, dedup)


class World:
    """One simulated company."""

    def __init__(self, seed: int, odds: Odds | None = None) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.cap = self.chance.choice((None, None, None, 1, 1, 2))
        self.model, self.customers = _founded(2 if self.cap else 1 + seed % 2)
        odds = odds or self.chance.choice((Odds(), RACY, RACY, BRITTLE))
        self.client = FaultyClient(self.model, self.chance, odds, self._race)
        self._actions = _tilted(ACTIONS, self.chance)
        self._races = _tilted(RACES, self.chance)
        self.outages = Outages(self.chance)
        self.gateway = Gateway(self.outages, START)
        self.mail = MailService(self.outages)
        self.folder = Folder()
        self.queues = Queues()
        self.now = Now(START, START)
        self.step = 0
        self.story: list[str] = []
        self.seen: Counter[str] = Counter()
        self._plain: dict[tuple[str, str], dict[str, Any]] = {}
        self._revisions: Counter[str] = Counter()
        self._external: dict[str, PaymentRow] = {}
        self._raced = False
        self._in_hand: tuple[str, dict[str, Any]] | None = None
        self._changed = True
        self._wire()
        for item in self.model.items():
            self._note(None, item)
        self._begin_calmly()

    def _wire(self) -> None:
        table = Table(self.client, "hub")
        self.accounts, self.entities = Accounts(table), Entities(table)
        self.notices, self.payments = Notices(table), Payments(table)
        self.claims, self.charges = Claims(table, self.notices), Charges(table)
        self.receipts, self.checkouts = Receipts(table, self.notices), Checkouts(table)
        self.pending, self.tasks, self.holds = Pending(table), Tasks(table), Holds(table)
        self.finder, self.runs = DueFinder(table), Runs(table)
        self.writebacks, self.papers = Writebacks(table), Papers(table)
        self.invoices, self.imported = ImportedInvoices(table), ImportedPayments(table)
        self.people = ImportedCustomers(table)
        self.inbox = Inbox(table, self.folder, "documents")
        self.money_in = apply_payment.Ports(
            self.gateway, self.payments, ParkedItems(table), self.accounts, lambda _: None
        )
        self.portal = start_checkout.Ports(self.accounts, self.checkouts, self.gateway, "https://x")
        self.webhooks = receive_webhook.Ports(
            lambda *_: None, _read_event, self.inbox, self.queues, livemode=False
        )
        self.sending = send_notice.Ports(
            accounts=self.accounts,
            policies=self.entities,
            deliveries=self.notices,
            tasks=Tasks(table),
            texts=self.mail,
            links=self.mail,
            receipts=self.payments,
            mailer=_Watched(self),
            archive=self.mail,
            public_url="https://x",
            new_fence=lambda: f"{self.chance.getrandbits(64):x}",
        )
        self.model.tell(self._observe)

    # what happens

    def take_step(self) -> None:
        """Make one random step that has something to do, and check the books. Raises Broken."""
        self.step += 1
        self._raced = False
        self._act(self._actions)
        if self._changed:
            self.check()
            self._changed = False

    def _act(self, actions: Mapping[str, int]) -> None:
        self.gateway.clock = self.now.wall
        told = NOTHING
        while told == NOTHING:
            name = self.chance.choices(list(actions), list(actions.values()))[0]
            try:
                told = getattr(self, f"do_{name}")()
            except NotImplementedError:
                raise  # the model was asked for what it does not know
            except _EXPECTED as exc:
                told = f"{type(exc).__name__}"
            except ExceptionGroup as group:
                if group.split(_EXPECTED)[1] is not None:
                    raise
                told = f"{type(group.exceptions[0]).__name__}"
        self.story.append(f"{self.step}: {name} -> {told}")
        self.seen[f"{name} {told.split(' ')[0]}"] += 1

    def _race(self) -> None:
        """Run another action between somebody's reads and his write."""
        self._raced = True
        if self.chance.random() < 0.5:
            self.advance(timedelta(seconds=self.chance.randrange(1, 90)))
        if self._in_hand is not None and self.chance.random() < 0.2:
            self._act({"deliver_the_same": 1})
        else:
            self._act(self._races)

    def do_import_invoice(self) -> str:
        external_id = self.chance.choice(("I1", "I2"))
        owner = f"C{int(external_id[1]) % len(self.customers)}"
        known = self._revisions[external_id]
        again = known and self.chance.random() < 0.3
        revision = known if again else known + 1
        self._revisions[external_id] = max(known, revision)
        drawn = random.Random(f"{self.seed}{external_id}{revision}")
        due_on = START.date() + timedelta(days=drawn.randrange(-25, 10))
        row = InvoiceRow(
            line=2,
            external_id=external_id,
            customer_external_id=owner,
            number=f"N-{external_id}",
            issued_on=due_on - timedelta(days=30),
            due_on=due_on,
            total=_eur(drawn.choice(TOTALS)),
            revision=str(revision),
        )
        desk = InvoiceDesk(
            self.invoices, self.people, self.entities, self._entity(), f"imp{self.step}", self.now
        )
        return _counted(write_rows(desk, [row]))

    def do_import_payment(self) -> str:
        external_id = self.chance.choice(("P1", "P2", "P3", "P4"))
        row = self._external.get(external_id)
        if row is None or self.chance.random() < 0.1:
            row = PaymentRow(
                line=2,
                external_id=external_id,
                invoice_external_id=self.chance.choice(("I1", "I2")),
                paid_on=self.now.business.date(),
                amount=_eur(self.chance.choice((2_500, *TOTALS, 15_000))),
                method="transfer",
            )
            self._external.setdefault(external_id, row)
        desk = PaymentDesk(self.imported, self.invoices, self._entity(), self.now)
        return _counted(write_rows(desk, [row]))

    def do_start_checkout(self) -> str:
        customer_id = self.chance.choice(self.customers)
        live = f"E#{ENTITY}#C#{customer_id}"
        heads = [i["document_id"] for i in self._all("HEAD") if i["pk"] == live]
        if not heads:
            return NOTHING
        many = self.chance.choice((1, len(heads), len(heads)))
        chosen = self.chance.sample(sorted(heads), many)
        url = start_checkout.start_checkout(
            self.portal, Principal(ENTITY, customer_id), chosen, self.now
        )
        return f"page {url}"

    def do_pay(self) -> str:
        pages = self.gateway.open_pages()
        if not pages:
            return NOTHING
        page = self.chance.choice(pages)
        self.gateway.pay(page, self.chance.choice(("succeeded", "succeeded", "processing")))
        return f"paid {page}"

    def do_bank_speaks(self) -> str:
        pages = self.gateway.unsettled()
        if not pages:
            return NOTHING
        page = self.chance.choice(pages)
        outcome = self.chance.choice(("succeeded", "requires_payment_method"))
        self.gateway.settle(page, outcome)
        return f"{outcome} {page}"

    def do_webhook(self) -> str:
        if not self.gateway.webhooks:
            return NOTHING
        place = self.chance.randrange(len(self.gateway.webhooks))
        told = self.gateway.webhooks[place]
        if self.chance.random() < 0.1:
            self.gateway.webhooks.remove(told)
            return f"never-comes {told['type']}"
        _, stored = receive_webhook.receive_webhook(
            self.webhooks, ENTITY, json.dumps(told).encode(), "", self.now.wall
        )
        if told in self.gateway.webhooks and self.chance.random() < 0.8:
            self.gateway.webhooks.remove(told)
        return f"{stored} {told['type']}"

    def do_deliver(self) -> str:
        if not self.queues.waiting:
            return NOTHING
        place = self.chance.randrange(len(self.queues.waiting))
        message = self.queues.waiting.pop(place)
        before, self._in_hand = self._in_hand, message
        try:
            told = self.consume(*message)
        except BaseException:
            self.queues.waiting.append(message)
            raise
        finally:
            self._in_hand = before
        self.queues.done.append(message)
        return f"{message[0]} {told}"

    def do_deliver_the_same(self) -> str:
        """Hand the message that somebody works on to somebody else, as a queue may."""
        assert self._in_hand is not None
        return f"{self._in_hand[0]} {self.consume(*self._in_hand)}"

    def do_deliver_again(self) -> str:
        if not self.queues.done:
            return NOTHING
        message = self.chance.choice(self.queues.done)
        return f"{message[0]} {self.consume(*message)}"

    def do_sweep(self) -> str:
        run_id = f"run{self.step}-{self.chance.getrandbits(32):x}"
        stores = (self.accounts, self.entities, self.finder, self.runs, self.queues)
        return f"found {sweep.plan(ENTITY, run_id, *stores, self.now)}"

    def do_work(self) -> str:
        """Decide on one customer right now, as a worker does with an old message of a sweep."""
        stores = (self.accounts, self.entities, self.claims)
        tally = sweep.work(ENTITY, [self.chance.choice(self.customers)], *stores, self.now)
        return f"claimed-{tally.claimed} lost {tally.lost} capped {tally.capped}"

    def do_mail_event(self) -> str:
        if not self.mail.events:
            return NOTHING
        event = self.mail.events.pop(self.chance.randrange(len(self.mail.events)))
        if self.chance.random() < 0.1:
            return "lost"
        if self.chance.random() < 0.05:
            event = replace(event, kind=MailEventKind.BOUNCED)
        if self.chance.random() < 0.2:
            self.mail.events.append(event)
        return note_mail_event(self.accounts, self.notices, self.tasks, event, self.now)

    def do_janitor(self) -> str:
        handed = hand_over_stale(ENTITY, self.pending, errand, self.queues, self.now, LEASE)
        unknown = give_up_waiting(ENTITY, self.pending, self.notices, self.now)
        demand = self.chance.random() < 0.3
        found = reconcile_gateway(self.money_in, self.pending, ENTITY, self.now, on_demand=demand)
        return f"handed {handed}, gave up {unknown}, {found}"

    def do_hold(self) -> str:
        days = timedelta(days=self.chance.randrange(1, 6))
        hold = put_hold(
            self.accounts,
            self.holds,
            ENTITY,
            self.chance.choice(self.customers),
            reason="talks",
            ends_on=self.now.business.date() + days,
            documents=(),
            by="clerk",
            now=self.now,
            request_id=str(self.chance.randrange(3)),
        )
        return f"until {hold.ends_on}"

    def do_time(self) -> str:
        hours = self.chance.choice((1, 3, 24, 24, 72, 168))
        self.advance(timedelta(hours=hours))
        return f"on to {self.now.business}"

    def consume(self, queue: str, body: Mapping[str, Any]) -> str:
        """Do what the function behind a queue does with a message; return what it says of it."""
        match queue:
            case "NOTICE" if body["kind"] == "receipt":
                stores = (self.accounts, self.receipts)
                whose = (ENTITY, body["customer_id"], body["payment_id"])
                return claim_receipt(*stores, *whose, self.now)
            case "NOTICE":
                return send_notice.send_notice(
                    self.sending, ENTITY, body["customer_id"], body["n"], self.now
                )
            case "SWEEP":
                stores = (self.accounts, self.entities, self.claims)
                tally = sweep.work(ENTITY, body["customers"], *stores, self.now)
                self.runs.report(ENTITY, body["run_id"], body["batch"], tally)
                return f"claimed {tally.claimed} lost {tally.lost} capped {tally.capped}"
            case "ESCALATION":
                stores = (self.accounts, self.entities, self.charges, self.notices, self.queues)
                return escalate(*stores, ENTITY, body["customer_id"], body["n"], self.now)
            case "DOCUMENT":
                return render_document(
                    self.accounts,
                    self.papers,
                    self.folder,
                    self.folder,
                    ENTITY,
                    body["customer_id"],
                    body["document_id"],
                )
            case "WRITEBACK":
                whose = (body["customer_id"], body["payment_id"], body["document_id"])
                return write_back(self.writebacks, self.folder, ENTITY, *whose)
            case "PAYMENT":
                told = take_event(self.money_in, self.inbox, ENTITY, body["event_id"], self.now)
                return f"{told.state} {told.code}"
        raise AssertionError(queue)

    # what must be true

    def check(self) -> None:
        """Compare the books with themselves and with what really happened. Raises Broken."""
        wrong = broken(self._plain.values())
        real = {p.reference: p for p in self.gateway.payments() if p.status == "succeeded"}
        for payment in self._all("PAYMENT"):
            if payment["source"] != "gateway":
                continue
            told = real.get(payment["gateway_reference"])
            if told is None or told.amount is None or told.amount.minor != payment["amount"]:
                wrong.append(f"{payment['gateway_reference']} is booked, but not so at the gateway")
        wrong += [f"mail {whose} went out {n} times" for whose, n in self._mails_twice()]
        for charge in (h for h in self._all("HEAD") if h["kind"] == "charge"):
            if charge["total"] != FEE_MINOR:
                wrong.append(f"a fee of {charge['total']}")
        wrong += self._over_the_cap()
        for parked in self._all("PARKED"):
            if parked["reason"] not in PARKED_FOR:
                wrong.append(f"parked as {parked['reason']}: {parked['facts']}")
        self._fail_if(wrong)

    def _over_the_cap(self) -> list[str]:
        if self.cap is None:
            return []
        days = Counter(
            notice["as_of"]
            for notice in self._all("NOTICE")
            if notice["kind"] == "stage" and notice["channel"] == "email"
        )
        return [
            f"{n} messages on {day}, capped at {self.cap}"
            for day, n in days.items()
            if n > self.cap
        ]

    def _mails_twice(self) -> list[tuple[tuple[str, int], int]]:
        return [(whose, n) for whose, n in self.mail.delivered.items() if n > 1]

    def check_mail(self, customer_id: str, n: int, asked: Mapping[str, int]) -> None:
        """Compare what a mail asks for with what is payable at this very moment."""
        if self._raced or not asked:
            return
        live = f"E#{ENTITY}#C#{customer_id}"
        payable = {h["document_id"]: h["open"] for h in self._all("HEAD") if h["pk"] == live}
        for checkout in self._all("CHECKOUT"):
            if checkout["pk"] == live and checkout["state"] == "processing":
                for document_id, minor in checkout["allocations"]:
                    if document_id in payable:
                        payable[document_id] = max(0, payable[document_id] - minor)
        payable = {document_id: minor for document_id, minor in payable.items() if minor}
        if payable != asked:
            self._fail_if([f"mail {n} to {customer_id} asks {asked} where {payable} is payable"])

    def settle(self) -> None:
        """Turn the faults off, bring everything to rest, and check that nothing was forgotten."""
        self.client.odds, self.outages.of_thousand = CALM, 0
        self.gateway.clock = self.now.wall
        for _ in range(_REST_ROUNDS_MAX):
            self._rest()
            if not self._moving():
                break
        self.check()
        wrong = [f"{i['type']} is pending still: {i['psk']}" for i in self._pending()]
        wrong += [f"{queue} waits still: {body}" for queue, body in self.queues.waiting]
        wrong += [f"{p['payment_id']} is planned still" for p in self._all("PAYMENT") if p["plan"]]
        booked = {p["gateway_reference"] for p in self._all("PAYMENT")}
        paid = [p.reference for p in self.gateway.payments() if p.status == "succeeded"]
        wrong += [f"{reference} was never booked" for reference in paid if reference not in booked]
        receipts = {n["payment_id"] for n in self._all("NOTICE") if n["kind"] == "receipt"}
        for payment in self._all("PAYMENT"):
            if (payment["source"] == "gateway") != (payment["payment_id"] in receipts):
                wrong.append(f"payment {payment['payment_id']} has a receipt too few or too many")
        told = {name for name, note in self.folder.files.items() if note.amount.minor}
        noted = {(w["payment_id"], w["document_id"]) for w in self._all("WRITEBACK")}
        if told != noted:
            wrong.append(f"the ERP has {told} of {noted}")
        wrong += [f"unsaid: {text}" for text in self._unsaid()]
        self._fail_if(wrong)

    def plain(self) -> list[dict[str, Any]]:
        """Return every item of the table as plain values."""
        return list(self._plain.values())

    def situations(self) -> Counter[str]:
        """Return how many of each thing worth meeting there were."""
        found = Counter(f"there {item['type']}" for item in self._plain.values())
        found.update(f"delivery {d['state']}" for d in self._all("DELIVERY"))
        found.update(f"notice {n['kind']} {n['stage']}" for n in self._all("NOTICE"))
        found.update(f"checkout {c['state']}" for c in self._all("CHECKOUT"))
        found.update(f"movement {m['kind']}" for p in self._all("POSTING") for m in p["movements"])
        found.update(f"parked {p['reason']}" for p in self._all("PARKED"))
        found.update(f"task {t['kind']}" for t in self._all("TASK"))
        parts = Counter(len(p["allocations"]) for p in self._all("PAYMENT"))
        found.update({f"payment of {n} documents": times for n, times in parts.items()})
        return found

    def _rest(self) -> None:
        for page in self.gateway.unsettled():
            self.gateway.settle(page, "succeeded")
        self.advance(timedelta(hours=25))
        self.gateway.clock = self.now.wall
        self.gateway.expire_old()
        for _ in range(3):
            self.do_janitor()
            self._reconcile_all()
            self.do_sweep()
            self._deliver_all()
            self._webhooks_all()
            self.advance(LEASE + timedelta(minutes=1))

    def _deliver_all(self) -> None:
        """Deliver until nothing waits but what asks to be tried later."""
        later: list[tuple[str, dict[str, Any]]] = []
        while self.queues.waiting:
            message = self.queues.waiting.pop(0)
            try:
                self.consume(*message)
            except WriteConflict:
                later.append(message)
        self.queues.waiting = later

    def _webhooks_all(self) -> None:
        """Deliver what the gateway has to say, or, in every other world, none of it."""
        for told in self.gateway.webhooks if self.seed % 2 else ():
            body = json.dumps(told).encode()
            receive_webhook.receive_webhook(self.webhooks, ENTITY, body, "", self.now.wall)
        self.gateway.webhooks.clear()

    def _reconcile_all(self) -> None:
        reconcile_gateway(self.money_in, self.pending, ENTITY, self.now, on_demand=True)

    def _moving(self) -> bool:
        return bool(self._pending() or self._unsaid() or self.queues.waiting)

    def _pending(self) -> list[dict[str, Any]]:
        return [item for item in self._plain.values() if "ppk" in item]

    def _unsaid(self) -> list[str]:
        found = []
        for customer_id in self.customers:
            account = self.accounts.account(ENTITY, customer_id)
            for decision in decide(account, POLICY, self.now.today("Europe/Berlin")):
                if decision.action is Action.SEND:
                    found.append(f"{customer_id}: {decision.reason}")
        return found

    # how it is kept

    def _observe(
        self,
        operation: str,
        request: Mapping[str, Any],
        touched: Sequence[tuple[Any, Any]],
        error: str,
        reasons: Sequence[str],
    ) -> None:
        if error or not operation.endswith(("WriteItems", "PutItem", "UpdateItem", "DeleteItem")):
            return
        for before, after in touched:
            if before is not after:
                self._note(before, after)

    def _note(self, before: Any, after: Any) -> None:
        """Keep a plain copy, hand new pending facts to the queues as the stream does."""
        self._changed = True
        whole = after or before
        place = (whole["pk"]["S"], whole["sk"]["S"])
        self._fail_if(_broken_seals(place, before, after))
        if after is None:
            del self._plain[place]
            return
        item = {name: _plain(attribute) for name, attribute in after.items()}
        self._plain[place] = item
        if before is None and item.get("kind") == "charge" and item["type"] == "HEAD":
            invoice = (place[0].removesuffix("#H"), f"HEAD#{item['invoice_id']}")
            if invoice not in self._plain and item["open"] == item["total"]:
                self._fail_if([f"{item['number']} is charged on an invoice that is paid"])
        message = errand(item) if before is None and "ppk" in item else None
        stream_lost = self.outages.of_thousand and self.chance.random() < 0.1
        if message is not None and not stream_lost:
            self.queues.send(message.queue, message.body)

    def _all(self, kind: str) -> list[dict[str, Any]]:
        return [item for item in self._plain.values() if item["type"] == kind]

    def _entity(self) -> Any:
        return self.accounts.entity(ENTITY)

    def _begin_calmly(self) -> None:
        """Set the cap and, mostly, bring the first invoices in before anything goes wrong."""
        odds, self.client.odds = self.client.odds, CALM
        if self.cap is not None:
            self.entities.update(replace(self._entity(), daily_cap=self.cap))
        for _ in range(self.chance.choice((0, 3, 4))):
            self.do_import_invoice()
        self.client.odds = odds

    def advance(self, by: timedelta) -> None:
        """Move both clocks on."""
        self.now = Now(self.now.business + by, self.now.wall + by)

    def _fail_if(self, wrong: Sequence[str]) -> None:
        if wrong:
            said = "\n  ".join(wrong)
            story = "\n  ".join(self.story[-12:])
            raise Broken(f"seed {self.seed}, step {self.step}:\n  {said}\nlast steps:\n  {story}")


class _Watched:
    """The mail service, with a look at the books at the very moment of the call."""

    def __init__(self, world: World) -> None:
        self._world = world

    def send(self, envelope: Any, text: Any) -> Any:
        result = self._world.mail.send(envelope, text)
        self._world.check_mail(*self._world.mail.said[-1])
        return result


ACTIONS: dict[str, int] = {
    "import_invoice": 8,
    "import_payment": 5,
    "start_checkout": 9,
    "pay": 8,
    "bank_speaks": 4,
    "webhook": 10,
    "deliver": 26,
    "deliver_again": 4,
    "sweep": 7,
    "work": 3,
    "mail_event": 8,
    "janitor": 6,
    "hold": 1,
    "time": 8,
}
RACES: dict[str, int] = {
    "import_invoice": 8,
    "import_payment": 14,
    "start_checkout": 6,
    "pay": 4,
    "webhook": 6,
    "deliver": 24,
    "deliver_again": 8,
    "work": 14,
    "mail_event": 4,
    "janitor": 6,
}


def _tilted(actions: Mapping[str, int], chance: random.Random) -> dict[str, int]:
    """Return actions with other weights: worlds that lean to one side meet rarer things."""
    return {name: n * chance.choice((1, 3, 9)) for name, n in actions.items()}


@cache
def _founding(customers: int) -> DynamoModel:
    """Return a table with a released entity, its policy, and so many customers."""
    model = DynamoModel()
    table = Table(model, "hub")
    first = PolicyVersion(POLICY, "", START, "sim")
    made = Entities(table).create(entity(entity_id=ENTITY), first)
    desk = CustomerDesk(ImportedCustomers(table), made, {"standard"}, "imp", Now(START, START))
    rows = [
        CustomerRow(line=i + 2, external_id=f"C{i}", name=f"Payer {i}", email=f"ap@c{i}.example")
        for i in range(customers)
    ]
    write_rows(desk, rows)
    return model


def _founded(customers: int) -> tuple[DynamoModel, list[str]]:
    model = _founding(customers).copy()
    ids = [i["customer_id"]["S"] for i in model.items() if i["type"]["S"] == "CUSTOMER"]
    return model, ids


def _broken_seals(place: tuple[str, str], before: Any, after: Any) -> list[str]:
    """Return what a change of an item that never changes, or only in part, has broken."""
    kind = (before or after)["type"]["S"]
    if before is None or kind not in MAY_CHANGE:
        return []
    if after is None:
        return [f"{place} was removed"]
    names = {n for n in before.keys() | after.keys() if before.get(n) != after.get(n)}
    strange = names - MAY_CHANGE[kind]
    return [f"{place} changed in {sorted(strange)}"] if strange else []


def _plain(attribute: Mapping[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    match kind:
        case "N":
            return int(value)
        case "L":
            return [_plain(element) for element in value]
        case "M":
            return {name: _plain(element) for name, element in value.items()}
        case "NULL":
            return None
    return value


def _read_event(body: bytes) -> GatewayEvent:
    told = json.loads(body)
    return GatewayEvent(
        event_id=told["id"],
        type=told["type"],
        object_id=told["about"],
        payment_reference=told["reference"],
        api_version="sim",
        account="",
        created_s=0,
        livemode=False,
    )


def _counted(tally: Tally) -> str:
    codes = "".join(problem.code for problem in tally.problems)
    return f"new{tally.new}-updated{tally.updated}-same{tally.unchanged}{codes}"


def _eur(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")
