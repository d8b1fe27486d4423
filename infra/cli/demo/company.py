"""The sample company: customers with characters, invoices with dates. A seed fixes everything."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from random import Random

from shared.domain.document import Line
from shared.domain.invoice_lines import gross_of, net_of
from shared.domain.money import Money, to_decimal_text

FIRST_DAY = date(2026, 1, 5)
_OPENING_SHARE = 0.25
_OPENING_DAYS = 60
_PAID_ELSEWHERE_SHARE = 0.3
_WITH_LINES_SHARE = 0.5
_FRIDAY = 5
_LADDER = ((14, "late_fee"), (7, "reminder"), (0, "due_today"), (-3, "upcoming"))


class Character(StrEnum):
    """How a customer behaves once a mail asks for money."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"
    PARTIAL = "partial"
    SILENT = "silent"
    ASKS = "asks"


_MIX = (
    *(Character.EARLY,) * 4,
    *(Character.ON_TIME,) * 6,
    *(Character.LATE,) * 6,
    *(Character.PARTIAL,) * 4,
    *(Character.SILENT,) * 2,
    *(Character.ASKS,) * 3,
)
_HOMES = (
    ("DE", "EUR", "de", "Europe/Berlin", "GmbH", "19", "+49 30 23125 {:03d}"),
    ("GB", "GBP", "en", "Europe/London", "Ltd", "20", "+44 20 7946 0{:03d}"),
    ("AT", "EUR", "de", "Europe/Vienna", "GmbH", "20", "+43 1 0000 {:03d}"),
    ("US", "USD", "en", "America/New_York", "Inc", "0", "+1 212 555 0{:03d}"),
    ("IE", "EUR", "en", "Europe/Dublin", "Ltd", "23", "+353 20 910 0{:03d}"),
)
"""Country, currency, language, zone, form, tax rate, and phone numbers that ring nowhere."""
_FIRST = (
    *("Adler", "Birch", "Cedar", "Delta", "Elm", "Falcon", "Granite", "Harbour", "Indigo"),
    *("Juniper", "Kestrel", "Linden", "Maple", "Nordlicht", "Orchard", "Pioneer", "Quartz"),
    *("Riverside", "Summit", "Tideway", "Umbra", "Vesper", "Willow", "Yarrow", "Zenith"),
)
_SECOND = (
    *("Tools", "Optics", "Logistics", "Foods", "Papers", "Robotics", "Textiles", "Energy"),
    *("Timber", "Instruments", "Media", "Glass", "Pharma", "Marine", "Software"),
)
_WORK = (
    "Calibration",
    "Spare parts",
    "Yearly service",
    "Training day",
    "Sensor module",
    "Installation",
)


@dataclass(frozen=True)
class SampleCustomer:
    """A customer as customers.csv has it, and its character."""

    external_id: str
    name: str
    email: str
    language: str
    time_zone: str
    currency: str
    tax_rate: str
    phone: str
    country: str
    character: Character


@dataclass(frozen=True)
class SampleInvoice:
    """An invoice as invoices.csv and lines.csv have it. paid_elsewhere_on is set for a few."""

    number: str
    customer: SampleCustomer
    issued_on: date
    due_on: date
    total: Money
    stage_done: str
    lines: tuple[Line, ...]
    paid_elsewhere_on: date | None


@dataclass(frozen=True)
class Company:
    """Everything that the ERP of the sample company knows, for the days from first to last."""

    first: date
    last: date
    customers: tuple[SampleCustomer, ...]
    invoices: tuple[SampleInvoice, ...]

    def issued(self, since: date | None, through: date) -> list[SampleInvoice]:
        """Return the invoices issued after since (None: ever) and through a day."""
        return [
            i
            for i in self.invoices
            if i.issued_on <= through and (since is None or i.issued_on > since)
        ]


def sample_company(seed: int, days: int, customers: int, invoices: int) -> Company:
    """Return the company of a seed. Some invoices are older than the first day."""
    chance = Random(seed)  # noqa: S311 - a sample, not a secret
    last = FIRST_DAY + timedelta(days=days)
    known = _customers(chance, customers)
    made = sorted(
        (_invoice(chance, chance.choice(known), days) for _ in range(invoices)),
        key=lambda i: (i.issued_on, i.customer.external_id, i.total.minor),
    )
    numbered = [_numbered(invoice, n) for n, invoice in enumerate(made, start=1)]
    return Company(FIRST_DAY, last, known, tuple(numbered))


def _customers(chance: Random, count: int) -> tuple[SampleCustomer, ...]:
    characters = [_MIX[i * len(_MIX) // max(count, 1) % len(_MIX)] for i in range(count)]
    chance.shuffle(characters)
    found = []
    for i, character in enumerate(characters):
        country, currency, language, time_zone, form, tax_rate, phone = _HOMES[i % len(_HOMES)]
        first = _FIRST[i % len(_FIRST)]
        second = chance.choice(_SECOND)
        more = f" {i // len(_FIRST) + 1}" if i >= len(_FIRST) else ""
        found.append(
            SampleCustomer(
                external_id=f"C-{i + 1:03d}",
                name=f"{first} {second}{more} {form}",
                email=f"payables@{first.lower()}-{second.lower()}-{i + 1}.example",
                language=language,
                time_zone=time_zone,
                currency=currency,
                tax_rate=tax_rate,
                phone=phone.format(100 + i),
                country=country,
                character=character,
            )
        )
    return tuple(found)


def _invoice(chance: Random, customer: SampleCustomer, days: int) -> SampleInvoice:
    is_old = chance.random() < _OPENING_SHARE
    offset = -chance.randint(1, _OPENING_DAYS) if is_old else chance.randint(0, max(days - 1, 0))
    issued_on = _office_day(FIRST_DAY + timedelta(days=offset))
    due_on = issued_on + timedelta(days=chance.choice((14, 14, 30)))
    lines = _lines(chance, customer)
    total = gross_of(lines, customer.currency)
    keeps_lines = chance.random() < _WITH_LINES_SHARE
    elsewhere = is_old and due_on < FIRST_DAY and chance.random() < _PAID_ELSEWHERE_SHARE
    return SampleInvoice(
        number="",
        customer=customer,
        issued_on=issued_on,
        due_on=due_on,
        total=total,
        stage_done=_stage_done(due_on) if is_old else "",
        lines=lines if keeps_lines else (),
        paid_elsewhere_on=FIRST_DAY - timedelta(days=1) if elsewhere else None,
    )


def _office_day(day: date) -> date:
    """Return day, or the Friday before a weekend: that is when the office writes invoices."""
    return day - timedelta(days=max(day.isoweekday() - _FRIDAY, 0))


def _lines(chance: Random, customer: SampleCustomer) -> tuple[Line, ...]:
    found = []
    for _ in range(chance.randint(1, 3)):
        price = Money(minor=chance.randint(4_000, 180_000), currency=customer.currency)
        quantity = str(chance.randint(1, 4))
        found.append(
            Line(
                description=chance.choice(_WORK),
                quantity=quantity,
                unit_price=price,
                tax_rate_percent=customer.tax_rate,
                net=net_of(quantity, price),
            )
        )
    return tuple(found)


def _stage_done(due_on: date) -> str:
    late = (FIRST_DAY - due_on).days
    return next((stage for days, stage in _LADDER if late >= days), "invoice")


def _numbered(invoice: SampleInvoice, n: int) -> SampleInvoice:
    return replace(invoice, number=f"INV-{1000 + n}")


def write_customers(folder: Path, customers: Sequence[SampleCustomer]) -> Path:
    """Write customers.csv and return its path."""
    header = (
        *("external_id", "name", "email", "language", "time_zone", "currency", "phone"),
        "country",
    )
    rows = [
        (c.external_id, c.name, c.email, c.language, c.time_zone, c.currency, c.phone, c.country)
        for c in customers
    ]
    return _write(folder / "customers.csv", header, rows)


def write_invoices(folder: Path, name: str, invoices: Sequence[SampleInvoice]) -> list[Path]:
    """Write the invoices, their lines, and payments made elsewhere; return the files' paths."""
    header = (
        "external_id",
        "customer_external_id",
        "number",
        "issue_date",
        "due_date",
        "currency",
        "total",
        "stage_done",
    )
    rows = [
        (
            i.number,
            i.customer.external_id,
            i.number,
            i.issued_on.isoformat(),
            i.due_on.isoformat(),
            i.total.currency,
            to_decimal_text(i.total),
            i.stage_done,
        )
        for i in invoices
    ]
    paths = [_write(folder / f"invoices-{name}.csv", header, rows)]
    lines = [
        (
            i.number,
            line.description,
            line.quantity,
            to_decimal_text(line.unit_price),
            line.tax_rate_percent,
        )
        for i in invoices
        for line in i.lines
    ]
    if lines:
        line_header = ("invoice_external_id", "description", "quantity", "unit_price", "tax_rate")
        paths.append(_write(folder / f"lines-{name}.csv", line_header, lines))
    paid = [
        (
            f"BANK-{i.number}",
            i.number,
            i.paid_elsewhere_on.isoformat(),
            i.total.currency,
            to_decimal_text(i.total),
            "bank_transfer",
        )
        for i in invoices
        if i.paid_elsewhere_on
    ]
    if paid:
        paid_header = (
            "external_id",
            "invoice_external_id",
            "paid_on",
            "currency",
            "amount",
            "method",
        )
        paths.append(_write(folder / f"payments-{name}.csv", paid_header, paid))
    return paths


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(header)
        writer.writerows(rows)
    return path
