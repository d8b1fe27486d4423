"""What a policy would have done to a history: counted by stage, by month and by customer."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from infra.cli.simulation.history import History
from shared.domain.customer import Customer
from shared.domain.money import Money
from shared.domain.notice import Channel
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.replay import Said, days_of, false_alarms, replay

TASKS = frozenset({Channel.LETTER, Channel.CALL, Channel.HANDOVER})
"""What a person or a printer has to do; the other channels work by themselves."""
ALARM_DAYS = 2


@dataclass(slots=True)
class StageSum:
    """What one stage did. alarms are its messages that chased what was paid within two days."""

    stage: str
    channel: Channel
    messages: int = 0
    documents: int = 0
    alarms: int = 0
    fees: int = 0
    fee_money: dict[str, Money] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alarmed:
    """A customer who was written to although the money came within two days."""

    customer: str
    messages: int
    documents: int
    last_on: date


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a policy would have said, in order, and what it comes to.

    file tells it from another policy of the same name, "" where nothing has to.
    """

    policy: Policy
    said: tuple[Said, ...]
    stages: tuple[StageSum, ...]
    months: Mapping[str, Mapping[str, int]]
    alarmed: tuple[Alarmed, ...]
    file: str = ""

    @property
    def name(self) -> str:
        """Return what people call the policy here."""
        return f"{self.policy.name} ({self.file})" if self.file else self.policy.name

    @property
    def messages(self) -> int:
        """Return how many messages went out by themselves."""
        return sum(s.messages for s in self.stages if s.channel not in TASKS)

    @property
    def tasks(self) -> int:
        """Return how many letters, calls and hand-overs there were."""
        return sum(s.messages for s in self.stages if s.channel in TASKS)

    @property
    def alarms(self) -> int:
        """Return how many messages and tasks chased what was paid within two days."""
        return sum(s.alarms for s in self.stages)

    @property
    def customers(self) -> int:
        """Return how many customers heard anything."""
        return len({said.customer for said in self.said})

    @property
    def fee_money(self) -> tuple[Money, ...]:
        """Return what was charged, a sum for each currency."""
        sums: dict[str, Money] = {}
        for stage in self.stages:
            for currency, money in stage.fee_money.items():
                sums[currency] = sums.get(currency, Money.zero(currency)) + money
        return tuple(sums[currency] for currency in sorted(sums))


def simulate(
    policy: Policy,
    history: History,
    book: Callable[[str], PolicyBook],
    done: Callable[[], None] = lambda: None,
) -> Outcome:
    """Return what policy would have done to history; done is called after each customer.

    book gives the policies of a customer, which are policy and the calendar.
    """
    last = days_of(history.invoices)[1]
    said: list[Said] = []
    for name, invoices in history.by_customer.items():
        currency = invoices[0].total.currency
        said += replay(_customer(name, currency, policy), invoices, book(name), last)
        done()
    said.sort(key=lambda s: (s.on, s.customer))
    paid_on = {i.number: i.paid_on for i in history.invoices}
    return Outcome(
        policy=policy,
        said=tuple(said),
        stages=_stages(policy, said, paid_on),
        months=_months(said, history),
        alarmed=_alarmed(said, paid_on),
    )


def _customer(name: str, currency: str, policy: Policy) -> Customer:
    """Return a customer who can be reached by every channel."""
    return Customer(
        customer_id=name,
        external_id=name,
        name=name,
        email="payables@customer.example",
        language="en",
        time_zone="UTC",
        currency=currency,
        policy=policy.name,
        phone="+49 000",
        address="Street 1",
    )


def _stages(
    policy: Policy, said: Iterable[Said], paid_on: Mapping[str, date | None]
) -> tuple[StageSum, ...]:
    sums = {stage.id: StageSum(stage.id, stage.channel) for stage in policy.stages}
    for one in said:
        stage = sums[one.stage]
        stage.messages += 1
        stage.documents += len(one.asked)
        stage.alarms += bool(false_alarms(one, paid_on, ALARM_DAYS))
        for _, fee in one.fees:
            known = stage.fee_money.get(fee.currency, Money.zero(fee.currency))
            stage.fee_money[fee.currency] = known + fee
            stage.fees += 1
    return tuple(sums.values())


def _months(said: Iterable[Said], history: History) -> dict[str, Counter[str]]:
    """Return messages and tasks by month, every month of the history once."""
    first, last = days_of(history.invoices)
    months: dict[str, Counter[str]] = {}
    day = first.replace(day=1)
    while day <= last:
        months[f"{day:%Y-%m}"] = Counter()
        day = (day.replace(day=28) + _FOUR_DAYS).replace(day=1)
    for one in said:
        months[f"{one.on:%Y-%m}"]["tasks" if one.channel in TASKS else "messages"] += 1
    return months


_FOUR_DAYS = date(1970, 1, 5) - date(1970, 1, 1)


def _alarmed(said: Sequence[Said], paid_on: Mapping[str, date | None]) -> tuple[Alarmed, ...]:
    found: defaultdict[str, list[tuple[date, int]]] = defaultdict(list)
    for one in said:
        false = false_alarms(one, paid_on, ALARM_DAYS)
        if false:
            found[one.customer].append((one.on, len(false)))
    rows = (
        Alarmed(name, len(times), sum(n for _, n in times), max(day for day, _ in times))
        for name, times in found.items()
    )
    return tuple(sorted(rows, key=lambda row: (-row.messages, row.customer)))
