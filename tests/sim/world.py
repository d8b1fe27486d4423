"""The hub in small: its real use cases on the model, one table, few invoices, drawn from a seed.

A World makes one random step at a time and checks the books after each; settle() turns the faults
off, lets everything come to rest, and checks that nothing was forgotten.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from shared.adapters.errands import errand
from shared.domain.cash_rules import ApplyCredit
from shared.domain.clock import Now
from shared.domain.imports import PaymentRow
from shared.errors import HubError
from tests.sim import checks
from tests.sim.balance import Balance
from tests.sim.faults import BRITTLE, CALM, RACY, Crash, FaultyClient, Odds
from tests.sim.founding import ENTITY, NOTHING, START, Broken, Weights, founded
from tests.sim.gateway import Gateway
from tests.sim.hub import Hub
from tests.sim.outside import Folder, MailService, Outages
from tests.sim.plain import broken_seals, plain_item
from tests.sim.queues import Message, Queues
from tests.sim.rest import come_to_rest
from tests.sim.steps import weights
from tests.sim.steps.all import STEPS

_EXPECTED = (ClientError, ReadTimeoutError, HubError, RuntimeError, Crash)
_WRITES = ("WriteItems", "PutItem", "UpdateItem", "DeleteItem", "ExecuteStatement")


class World:
    """One simulated company.

    revisions counts what the ERP sent of each invoice, external holds the payments that it sent.
    requests are what people asked for, by name. in_hand is the message that somebody works on.
    first_due is the earliest due date that an invoice was ever seen with, and first_sent the
    earliest one that the ERP told of it, by the ERP's id.
    """

    def __init__(self, seed: int, odds: Odds | None = None) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.cap = self.chance.choice((None, None, None, 1, 1, 2))
        self.model, self.customers = founded(2 if self.cap else 1 + seed % 2)
        odds = odds or self.chance.choice((Odds(), RACY, RACY, BRITTLE))
        self.client = FaultyClient(self.model, self.chance, odds, self._race)
        self._weights = _tilted(weights(STEPS), self.chance)
        self._races = _tilted(weights(STEPS, racing=True), self.chance)
        self.outages = Outages(self.chance)
        self.gateway = Gateway(self.outages, START, _balance(seed, self.chance))
        self.mail = MailService(self.outages)
        self.folder, self.queues = Folder(), Queues()
        self.now = Now(START, START)
        self.step = 0
        self.story: list[str] = []
        self.seen: Counter[str] = Counter()
        self.revisions: Counter[str] = Counter()
        self.external: dict[str, PaymentRow] = {}
        self.in_hand: Message | None = None
        self.requests: dict[str, Callable[[], object]] = {}
        self.first_due: dict[str, date] = {}
        self.first_sent: dict[str, date] = {}
        self._plain: dict[tuple[str, str], dict[str, Any]] = {}
        self._by_type: dict[str, dict[tuple[str, str], dict[str, Any]]] = {}
        self._raced = False
        self._changed = True
        self.hub = Hub(
            self.client,
            self.gateway,
            self.mail,
            _Watched(self),
            self.folder,
            self.queues,
            lambda: f"{self.chance.getrandbits(64):x}",
        )
        self.model.tell(self._observe)
        for item in self.model.items():
            self._note(None, item)
        self._begin_calmly()

    def take_step(self) -> None:
        """Make one random step that has something to do, and check the books. Raises Broken."""
        self.step += 1
        self._raced = False
        self._act(self._weights)
        if self._changed:
            self.check()
            self._changed = False

    def do(self, name: str) -> str:
        """Make the step of that name and return what became of it."""
        return STEPS[name].run(self)

    def check(self) -> None:
        """Compare the books with themselves and with what really happened. Raises Broken."""
        self.fail_if(checks.always(self))
        self.seen["looked at the books"] += 1

    def check_mail(self, customer_id: str, n: int, asked: Mapping[str, int]) -> None:
        """Compare what a mail asks for with what is payable at this moment. Raises Broken."""
        if asked and not self._raced:
            self.fail_if(checks.in_mail(self, customer_id, n, asked))

    def settle(self) -> None:
        """End the faults, come to rest, and check that nothing was forgotten. Raises Broken."""
        self.client.odds, self.outages.of_thousand = CALM, 0
        come_to_rest(self)
        self.check()
        self.fail_if(checks.at_rest(self))

    def plain(self) -> list[dict[str, Any]]:
        """Return every item of the table as plain values."""
        return list(self._plain.values())

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Return the items of a type as plain values."""
        return list(self._by_type.get(kind, {}).values())

    def entity(self) -> Any:
        """Return the company."""
        return self.hub.accounts.entity(ENTITY)

    def advance(self, by: timedelta) -> None:
        """Move both clocks on."""
        self.now = Now(self.now.business + by, self.now.wall + by)

    def answered(self, kind: str, name: str) -> None:
        """Note that somebody was told that name of kind is in the table: it must be."""
        if not any(item[f"{kind.lower()}_id"] == name for item in self.all(kind)):
            self.fail_if([f"{name} was said to be done, and is not"])

    def fail_if(self, wrong: Iterable[str]) -> None:
        """Raise Broken where there is anything wrong."""
        told = list(wrong)
        if told:
            said = "\n  ".join(told)
            story = "\n  ".join(self.story[-12:])
            raise Broken(f"seed {self.seed}, step {self.step}:\n  {said}\nlast steps:\n  {story}")

    def situations(self) -> Counter[str]:
        """Return how many of each thing worth meeting there were."""
        found = Counter(f"there {item['type']}" for item in self._plain.values())
        found.update(f"delivery {d['state']}" for d in self.all("DELIVERY"))
        found.update(f"notice {n['kind']} {n['stage']}" for n in self.all("NOTICE"))
        found.update(f"checkout {c['state']}" for c in self.all("CHECKOUT"))
        found.update(f"movement {m['kind']}" for p in self.all("POSTING") for m in p["movements"])
        found.update(f"parked {p['reason']}" for p in self.all("PARKED"))
        found.update(f"task {t['kind']}" for t in self.all("TASK"))
        parts = Counter(len(p["allocations"]) for p in self.all("PAYMENT"))
        found.update({f"payment of {n} documents": times for n, times in parts.items()})
        return found

    def _act(self, drawn: Weights) -> None:
        self.gateway.clock = self.now.wall
        told = NOTHING
        while told == NOTHING:
            name = self.chance.choices(list(drawn), list(drawn.values()))[0]
            try:
                told = self.do(name)
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
        if self.in_hand is not None and self.chance.random() < 0.2:
            self._act({"deliver_the_same": 1})
        else:
            self._act(self._races)

    def _begin_calmly(self) -> None:
        """Set the cap and, mostly, bring the first invoices in before anything goes wrong."""
        odds, self.client.odds = self.client.odds, CALM
        gapless = self.seed % 3 == 1
        company = replace(
            self.entity(),
            daily_cap=self.cap,
            gapless_numbers=gapless,
            tolerance={"EUR": 5} if self.seed % 2 else {},
            tolerance_percent="1",
            apply_credit=ApplyCredit.AUTO if self.seed % 4 > 1 else ApplyCredit.OFFER,
        )
        self.hub.entities.update(company)
        for _ in range(self.chance.choice((0, 3, 4))):
            self.do("import_invoice")
        self.client.odds = odds

    def _observe(
        self,
        operation: str,
        request: Mapping[str, Any],
        touched: Sequence[tuple[Any, Any]],
        error: str,
        reasons: Sequence[str],
    ) -> None:
        if error or not operation.endswith(_WRITES):
            return
        for before, after in touched:
            if before is not after:
                self._note(before, after)

    def _note(self, before: Any, after: Any) -> None:
        """Keep a plain copy, hand new pending facts to the queues as the stream does."""
        self._changed = True
        whole = after or before
        place = (whole["pk"]["S"], whole["sk"]["S"])
        self.fail_if(broken_seals(place, before, after))
        of_type = self._by_type.setdefault(whole["type"]["S"], {})
        if after is None:
            del self._plain[place], of_type[place]
            return
        item = plain_item(after)
        self._plain[place] = of_type[place] = item
        if item.get("charge") == "late_fee" and item["version"] == 1 and before is None:
            invoice = (place[0].removesuffix("#H"), f"HEAD#{item['invoice_id']}")
            if invoice not in self._plain and item["open"] == item["total"]:
                self.fail_if([f"{item['number']} is charged on an invoice that is paid"])
        message = errand(item) if before is None else None
        stream_lost = self.outages.of_thousand and self.chance.random() < 0.1
        if message is not None and not stream_lost:
            self.queues.send(message.queue, message.body)


class _Watched:
    """The mail service, with a look at the books at the very moment of the call."""

    def __init__(self, world: World) -> None:
        self._world = world

    def send(self, envelope: Any, text: Any) -> Any:
        result = self._world.mail.send(envelope, text)
        self._world.check_mail(*self._world.mail.said[-1])
        return result


def _balance(seed: int, chance: random.Random) -> Balance:
    """Return a balance in the company's currency, or in another one as in every fifth world."""
    return Balance(chance, "USD", 108) if seed % 5 == 2 else Balance(chance)


def _tilted(drawn: Weights, chance: random.Random) -> dict[str, int]:
    """Return other weights: worlds that lean to one side meet rarer things."""
    return {name: n * chance.choice((1, 3, 9)) for name, n in drawn.items()}
