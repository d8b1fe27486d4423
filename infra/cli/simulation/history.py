"""A history of invoices and payments from CSV files: the hub's import format, or one line each."""

import gzip
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from infra.cli.errors import CliError, Exit
from infra.cli.simulation.collected import DUPLICATE, Collected
from infra.cli.simulation.left_out import LeftOut
from shared.adapters.csv_rows import read_csv
from shared.domain import import_cells as cells
from shared.domain.import_cells import BadCell
from shared.domain.import_sheet import BadFile, FileKind, Sheet, kind_of, read_rows
from shared.domain.imports import InvoiceRow, PaymentRow, Problem
from shared.domain.money import Money
from shared.domain.replay import PastInvoice

COLUMNS = ("invoice", "customer", "issued_on", "due_on", "paid_on", "amount", "currency")
"""The columns of a history that tells an invoice in one line."""
_LANGUAGES = ("de", "en", "es", "fr")
_HUB_KINDS = (FileKind.INVOICES, FileKind.PAYMENTS)


@dataclass(frozen=True, slots=True)
class Shape:
    """How a foreign file tells the columns: its names for ours, its dates, and its currency.

    currency is that of amounts without one, "" where each line names its own.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    dates: str = "%Y-%m-%d"
    currency: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """The invoices of a history by customer, and the lines that were left out, file by file."""

    by_customer: Mapping[str, tuple[PastInvoice, ...]]
    left_out: tuple[LeftOut, ...]

    @property
    def invoices(self) -> tuple[PastInvoice, ...]:
        """Return all invoices, customer by customer."""
        return tuple(i for invoices in self.by_customer.values() for i in invoices)


def parse_names(text: str) -> dict[str, str]:
    """Return the pairs of "ours=theirs,...". Raises CliError for a column that is not ours."""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    names = {ours.strip(): theirs.strip() for ours, _, theirs in pairs}
    for ours, theirs in names.items():
        if ours not in COLUMNS or not theirs:
            known = ", ".join(COLUMNS)
            raise CliError(f"--columns: {ours}=NAME, where it is one of {known}", Exit.USAGE)
    return names


def read_history(files: Sequence[Path], shape: Shape) -> History:
    """Return the history that files tell together. Raises CliError where one cannot be read.

    A line that cannot be used is left out and told, as is the second line of one invoice or
    payment: which of the two is true nobody can guess. A history without any line is an error.
    """
    books = Collected()
    for file in files:
        try:
            header, records = read_csv(_bytes(file))
            if _is_hubs(header):
                _read_hubs(read_rows(header, records, _LANGUAGES), file.name, books)
            else:
                _read_lines(header, records, shape, file.name, books)
        except BadFile as exc:
            where, problem = f"{file}:{exc.problem.line}", exc.problem
            raise CliError(f"{where}: {problem.column} {problem.message}", Exit.USAGE) from exc
    books.pay()
    if not books.invoices:
        first = books.left_out[0] if books.left_out else None
        told = f" (the first: {first.place}: {first.reason})" if first else ""
        raise CliError(f"No invoice could be read{told}.", Exit.REFUSED)
    by_customer: defaultdict[str, list[PastInvoice]] = defaultdict(list)
    for invoice in books.invoices.values():
        by_customer[invoice.customer].append(invoice)
    ordered = {
        customer: tuple(sorted(by_customer[customer], key=lambda i: (i.issued_on, i.number)))
        for customer in sorted(by_customer)
    }
    return History(ordered, tuple(books.left_out))


def _read_hubs(sheet: Sheet, file: str, books: Collected) -> None:
    broken: dict[int, list[Problem]] = {}
    for problem in sheet.problems:
        broken.setdefault(problem.line, []).append(problem)
    for line, problems in broken.items():
        code = DUPLICATE if problems[0].code == "duplicate_row" else problems[0].code
        reason = " ".join(f"{p.column}: {p.message}" for p in problems)
        books.left_out.append(LeftOut(file, line, code, reason))
    for row in sheet.rows:
        if isinstance(row, InvoiceRow):
            books.add(_from_row(row), file, row.line)
        elif isinstance(row, PaymentRow):
            books.add_payment(row, file)


def _bytes(file: Path) -> bytes:
    try:
        data = file.read_bytes()
        return gzip.decompress(data) if file.suffix == ".gz" else data
    except OSError as exc:
        raise CliError(f"{file} cannot be read: {exc.strerror or exc}", Exit.USAGE) from exc


def _is_hubs(header: Sequence[str]) -> bool:
    try:
        return kind_of(header) in _HUB_KINDS
    except BadFile:
        return False


def _from_row(row: InvoiceRow) -> PastInvoice:
    return PastInvoice(
        number=row.external_id,
        customer=row.customer_external_id,
        issued_on=row.issued_on,
        due_on=row.due_on,
        total=row.total,
    )


def _read_lines(
    header: Sequence[str],
    records: Iterator[tuple[int, list[str]]],
    shape: Shape,
    file: str,
    books: Collected,
) -> None:
    places = {ours: _place(header, shape.names.get(ours, ours)) for ours in COLUMNS}
    told = {"currency"} if shape.currency else set()
    missing = [ours for ours in COLUMNS if places[ours] is None and ours not in told]
    if missing:
        theirs = shape.names.get(missing[0], missing[0])
        message = "There is no such column. Name the columns of this file with --columns, such as"
        other = " Or say --currency." if missing == ["currency"] else ""
        raise BadFile(1, theirs[:40], "missing_header", f"{message} {missing[0]}=NAME.{other}")
    for line, values in records:
        found = {
            ours: values[place].strip() if place is not None and place < len(values) else ""
            for ours, place in places.items()
        }
        try:
            books.add(_one(found, shape), file, line)
        except BadCell as exc:
            books.left_out.append(LeftOut(file, line, exc.code, exc.message))


def _place(header: Sequence[str], name: str) -> int | None:
    return header.index(name) if name in header else None


def _one(found: Mapping[str, str], shape: Shape) -> PastInvoice:
    currency = cells.currency(found["currency"] or shape.currency)
    total = cells.positive(found["amount"], currency)
    issued_on, due_on = _day(found["issued_on"], shape), _day(found["due_on"], shape)
    payments: tuple[tuple[date, Money], ...] = ()
    if found["paid_on"]:
        payments = ((_day(found["paid_on"], shape), total),)
    return PastInvoice(
        number=cells.external_id(found["invoice"]),
        customer=cells.external_id(found["customer"]),
        issued_on=issued_on,
        due_on=due_on,
        total=total,
        payments=payments,
    )


def _day(cell: str, shape: Shape) -> date:
    try:
        found = datetime.strptime(cell, shape.dates).date()  # noqa: DTZ007 - a date, no instant
    except ValueError:
        raise BadCell("bad_date", f"This is not a date of the form {shape.dates}.") from None
    return cells.day(found.isoformat())
