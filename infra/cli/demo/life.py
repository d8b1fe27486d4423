"""The days of the sample company: each one imported, swept, read, paid and waited for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from infra.cli import clock, importing
from infra.cli.api import Api
from infra.cli.demo.characters import Act, reaction
from infra.cli.demo.company import Company, write_customers, write_invoices
from infra.cli.demo.mailbox import Mailbox
from infra.cli.demo.payer import ask, pay
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

    def open(self) -> dict[str, Any]:
        """Open the entity on the first day with its opening state; return the dry run's size."""
        self._move(self.company.first)
        self.api.post("/entities", _SELLER)
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

    def _day(self, day: date) -> None:
        if day != self.company.first:
            self._move(day)
            self._import(day)
        self._settle()
        self.api.post(f"/entities/{ENTITY}/sweeps")
        self._settle()
        self._read_mail(day)
        self._act(day)
        self._settle()
        self._read_mail(day)

    def _move(self, day: date) -> None:
        clock.move_to(self.api, self.stack, datetime.combine(day, _NOON))

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

    def _read_mail(self, day: date) -> None:
        by_mail = {c.email: c for c in self.company.customers}
        for mail in self.mailbox.new():
            customer = by_mail.get(mail.to)
            if customer is None:
                continue
            self.links[customer.external_id] = mail.link
            stage = self._stage(mail.customer_id, mail.n)
            act = reaction(
                self.seed,
                customer.external_id,
                customer.character,
                customer.language,
                stage,
                day,
            )
            if act is not None:
                self.agenda.append(act)

    def _stage(self, customer_id: str, n: int) -> str:
        """Return the stage that a mail speaks for: its payer would see it from the words."""
        events = self.api.get(f"/entities/{ENTITY}/customers/{customer_id}/timeline")["items"]
        return next(
            (e["facts"]["stage"] for e in events if e["kind"] == "notice" and e["facts"]["n"] == n),
            "",
        )

    def _act(self, day: date) -> None:
        due = sorted(
            (act for act in self.agenda if act.on <= day), key=lambda a: (a.customer, a.question)
        )
        self.agenda = [act for act in self.agenda if act.on > day]
        done: set[tuple[str, bool]] = set()
        for act in due:
            if (act.customer, bool(act.question)) in done:
                continue
            done.add((act.customer, bool(act.question)))
            if act.question:
                ask(self.links[act.customer], act.question)
                continue
            paid = pay(self.links[act.customer], act.paying)
            if paid and act.paying.debit:
                self.settling.add(day + timedelta(days=_DEBIT_DAYS))

    def _next_moment(self, day: date) -> date:
        """Return the next day on which anything can be due."""
        moments = {act.on for act in self.agenda} | self.settling
        moments |= {i.issued_on for i in self.company.invoices}
        for document in self.api.pages(f"/entities/{ENTITY}/invoices", limit=200):
            due_on = date.fromisoformat(document["due_on"])
            moments |= {_working_day(due_on + timedelta(days=offset)) for offset in _OFFSETS}
        for hold in self.api.pages(f"/entities/{ENTITY}/holds"):
            moments.add(_working_day(date.fromisoformat(hold["ends_on"]) + timedelta(days=1)))
        moments |= {_working_day(moment) for moment in moments}
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
