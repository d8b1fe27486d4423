"""The days of the sample company: each one imported, swept, read, paid and waited for."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from infra.cli import clock, importing
from infra.cli.api import Api
from infra.cli.demo.characters import Act, reaction
from infra.cli.demo.company import Company, write_customers, write_invoices
from infra.cli.demo.mailbox import Mail, Mailbox
from infra.cli.demo.payer import ask, pay
from infra.cli.demo.policy import NAME, demo_policy
from infra.cli.errors import CliError, Exit
from infra.local.idle import StillBusy
from infra.local.stack import LocalStack

ENTITY = "demo"
DAILY_CAP = 200
_NOON = time(12, tzinfo=UTC)
_DEBIT_DAYS = 3
_IDLE_TIMEOUT_S = 120
_OFFSETS = (-3, 0, 7, 14, 21, 30, 45)
_SATURDAY = 5
_AT_ONCE = 3


@dataclass
class Life:
    """One run of the sample company. links holds the newest mailed link per customer."""

    company: Company
    seed: int
    api: Api
    stack: LocalStack
    folder: Path
    mailbox: Mailbox
    agenda: list[Act] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    settling: set[date] = field(default_factory=set)
    imported: date | None = None
    asked: bool = False

    def open(self) -> dict[str, Any]:
        """Open the entity on the first day with its opening state; return the dry run's size."""
        self._move(self.company.first)
        self.api.post("/entities", _SELLER)
        self.api.put(f"/entities/{ENTITY}/policies/{NAME}", demo_policy())
        self._send([write_customers(self.folder, self.company.customers)])
        self._import(self.company.first)
        self._settle()
        messages, cursor = 0, ""
        while True:
            page = self.api.get(f"/entities/{ENTITY}/dry-run", cursor=cursor)
            messages += len(page["messages"])
            cursor = page["next"]
            if not cursor:
                break
        self.api.post(f"/entities/{ENTITY}/release", {"daily_cap": DAILY_CAP})
        return {"messages": messages, "daily_cap": DAILY_CAP}

    def live(self, tell: Callable[[date], None]) -> int:
        """Live until the last day; tell hears of each day lived. Returns how many those were."""
        day, lived = self.company.first, 0
        while day <= self.company.last:
            self._day(day)
            lived += 1
            tell(day)
            if day == self.company.last:
                break
            day = min(self._next_moment(day), self.company.last)
        return lived

    def somebody(self) -> tuple[str, str] | None:
        """Return (name, newest mailed link) of who has most open of those that read English."""
        names = {
            customer["customer_id"]: customer["external_id"]
            for customer in self.api.pages(f"/entities/{ENTITY}/customers", limit=200)
        }
        documents = self.api.pages(f"/entities/{ENTITY}/invoices", limit=200)
        open_of = Counter(names.get(document["customer_id"]) for document in documents)
        found = [
            customer
            for customer in self.company.customers
            if customer.language == "en" and customer.external_id in self.links
        ]
        if not found:
            return None
        most = max(found, key=lambda c: (open_of[c.external_id], c.external_id))
        return most.name, self.links[most.external_id]

    def _day(self, day: date) -> None:
        if day != self.company.first:
            self._move(day)
            self._import(day)
        self._settle()
        self.api.post(f"/entities/{ENTITY}/sweeps")
        self._settle()
        self._read_mail(day, may_react=True)
        self._act(day)
        self._settle()
        self._read_mail(day, may_react=False)

    def _move(self, day: date) -> None:
        """Begin a day, a minute later than the one before.

        A bank debit settles whole days after it was made: so it does when the day begins, and
        never somewhere in the middle of it.
        """
        later = timedelta(minutes=(day - self.company.first).days)
        clock.move_to(self.api, self.stack, datetime.combine(day, _NOON) + later)

    def _import(self, day: date) -> None:
        fresh = self.company.issued(self.imported, day)
        self.imported = day
        if fresh:
            self._send(write_invoices(self.folder, day.isoformat(), fresh))

    def _send(self, paths: list[Path]) -> None:
        for path in paths:
            run = importing.send(self.api, ENTITY, path, False, lambda _: None)
            if run["state"] != "done":
                raise CliError(f"{path.name}: {run['problems'][:3]}", Exit.BAD_ROWS)

    def _settle(self) -> None:
        try:
            self.stack.wait_until_idle(_IDLE_TIMEOUT_S)
        except StillBusy as error:
            raise CliError(
                f"The local cloud does not come to rest: {error}", Exit.TIMEOUT
            ) from None

    def _read_mail(self, day: date, may_react: bool) -> None:
        by_mail = {c.email: c for c in self.company.customers}
        mails = [mail for mail in self.mailbox.new() if mail.to in by_mail]
        for mail in mails:
            self.links[by_mail[mail.to].external_id] = mail.link
        if not may_react:
            return
        with ThreadPoolExecutor(_AT_ONCE) as at_once:
            stages = list(at_once.map(self._stage, mails))
        for mail, stage in zip(mails, stages, strict=True):
            act = reaction(self.seed, by_mail[mail.to], stage, day)
            if act is not None:
                self.agenda.append(replace(act, on=_working_day(act.on)))

    def _stage(self, mail: Mail) -> str:
        """Return the stage that a mail speaks for: its payer would see it from the words."""
        told = self.api.get(f"/entities/{ENTITY}/customers/{mail.customer_id}/timeline")
        notices = [e["facts"] for e in told["items"] if e["kind"] == "notice"]
        return next((facts["stage"] for facts in notices if facts["n"] == mail.n), "")

    def _act(self, day: date) -> None:
        due = sorted(
            (act for act in self.agenda if act.on <= day), key=lambda a: (a.customer, a.question)
        )
        self.agenda = [act for act in self.agenda if act.on > day]
        once = {(act.customer, bool(act.question)): act for act in reversed(due)}
        self.asked = self.asked or any(act.question for act in once.values())
        with ThreadPoolExecutor(_AT_ONCE) as at_once:
            paid = list(at_once.map(self._carry_out, once.values()))
        if any(paid):
            self.settling.add(_working_day(day + timedelta(days=_DEBIT_DAYS)))

    def _carry_out(self, act: Act) -> bool:
        """Do what a payer planned; return whether a bank debit is on its way."""
        link = self.links[act.customer]
        if act.question:
            ask(link, act.question)
            return False
        return pay(link, act.paying) > 0 and act.paying.debit

    def _next_moment(self, day: date) -> date:
        """Return the next day on which anything can be due."""
        moments = {act.on for act in self.agenda} | self.settling
        moments |= {i.issued_on for i in self.company.invoices}
        tomorrow = _working_day(day + timedelta(days=1))
        if tomorrow in moments:
            return tomorrow
        for document in self.api.pages(f"/entities/{ENTITY}/invoices", limit=200):
            due_on = date.fromisoformat(document["due_on"])
            moments |= {_working_day(due_on + timedelta(days=offset)) for offset in _OFFSETS}
        for hold in self.api.pages(f"/entities/{ENTITY}/holds") if self.asked else ():
            moments.add(_working_day(date.fromisoformat(hold["ends_on"]) + timedelta(days=1)))
        return min((m for m in moments if m > day), default=self.company.last)


def _working_day(day: date) -> date:
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day


_SELLER = {
    "entity_id": ENTITY,
    "name": "Nordwind Instruments GmbH",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
    "language": "en",
    "contact_email": "receivables@nordwind.example",
    "contact_phone": "+49 30 0000000",
    "address": "Speicherstrasse 1, 20457 Hamburg, Germany",
    "bank_account": "DE89 3704 0044 0532 0130 00",
}
