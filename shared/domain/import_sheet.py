"""A dropped file as a sheet: which file its header makes it, and its rows, good and bad."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from shared.domain import import_cells as cells
from shared.domain.import_cells import BadCell
from shared.domain.imports import (
    CustomerRow,
    InvoiceRow,
    LineGroup,
    LineRow,
    PaymentRow,
    Problem,
    Row,
)
from shared.domain.money import Money
from shared.domain.terms import due
from shared.domain.terms_text import UnknownTerms, parse_terms
from shared.errors import InvalidInput


class FileKind(StrEnum):
    CUSTOMERS = "customers"
    INVOICES = "invoices"
    LINES = "lines"
    PAYMENTS = "payments"


_REQUIRED = {
    FileKind.CUSTOMERS: ("external_id", "name", "email"),
    FileKind.INVOICES: (
        "external_id",
        "customer_external_id",
        "number",
        "issue_date",
        "due_date",
        "currency",
        "total",
    ),
    FileKind.LINES: (
        "invoice_external_id",
        "description",
        "quantity",
        "unit_price",
        "tax_rate",
    ),
    FileKind.PAYMENTS: (
        "external_id",
        "invoice_external_id",
        "paid_on",
        "currency",
        "amount",
        "method",
    ),
}
_OPTIONAL = {
    FileKind.CUSTOMERS: (
        "cc",
        "language",
        "time_zone",
        "currency",
        "terms",
        "policy",
        "phone",
        "address",
        "tax_id",
        "country",
        "subdivision",
        "segment",
        "risk",
        "contacts",
    ),
    FileKind.INVOICES: ("revision", "description", "po_number", "stage_done", "terms", "policy"),
    FileKind.LINES: (),
    FileKind.PAYMENTS: (),
}


COLUMNS = frozenset(
    name for columns in (*_REQUIRED.values(), *_OPTIONAL.values()) for name in columns
)
"""Every name that a column may have."""


class BadFile(Exception):
    """A file that cannot be read as a table at all."""

    def __init__(self, line: int, column: str, code: str, message: str) -> None:
        self.problem = Problem(line, column, code, message)
        super().__init__(code)


@dataclass(slots=True)
class Sheet:
    """A file as read: its good rows, and what is wrong with the others."""

    kind: FileKind
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def kind_of(header: Sequence[str]) -> FileKind:
    """Return which file has this header. Raises BadFile naming the column that does not fit."""
    named = set(header)
    kind = max(_REQUIRED, key=lambda k: (_fit(k, named), -len(_REQUIRED[k])))
    missing = [name for name in _REQUIRED[kind] if name not in named]
    if missing:
        known = ", ".join(_REQUIRED[kind])
        message = f"The first line must name the columns; a file of {kind} needs {known}."
        raise BadFile(1, missing[0], "missing_header", message)
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise BadFile(1, twice[:40], "duplicate_header", "Two columns have this name.")
    strange = next((n for n in header if n not in _REQUIRED[kind] + _OPTIONAL[kind]), None)
    if strange is not None:
        known = ", ".join(_REQUIRED[kind] + _OPTIONAL[kind])
        message = f"A file of {kind} has no such column; it may have {known}."
        raise BadFile(1, strange[:40], "unknown_header", message)
    return kind


def read_rows(
    header: Sequence[str], records: Iterable[tuple[int, list[str]]], languages: Collection[str]
) -> Sheet:
    """Return the sheet that header and records, each with its line number, make up.

    Spaces around a value do not count. languages are the ones that texts exist in.
    Raises BadFile where the header fits no file, and whatever records raises.
    """
    kind = kind_of(header)
    sheet = Sheet(kind)
    lines: list[LineRow] = []
    broken: set[str] = set()
    known_at: dict[str, int] = {}
    for line, values in records:
        reader = _Reader(line, header, values)
        if kind is FileKind.LINES:
            found = _line_row(reader)
            lines.append(found)
            broken |= {found.invoice_external_id} if reader.problems else set()
        else:
            row = _row(kind, reader, languages)
            first = known_at.setdefault(_identity(row), line)
            if first != line and not reader.problems:
                reader.report("external_id", "duplicate_row", f"Line {first} has the same one.")
            if not reader.problems:
                sheet.rows.append(row)
        sheet.problems += reader.problems
    sheet.rows += [group for group in _grouped(lines) if group.external_id not in broken]
    return sheet


def _fit(kind: FileKind, named: set[str]) -> float:
    return sum(name in named for name in _REQUIRED[kind]) / len(_REQUIRED[kind])


def _identity(row: CustomerRow | InvoiceRow | PaymentRow) -> str:
    """Return what may stand in a file only once.

    A payment that this hub wrote to the ERP comes back with one row per invoice it paid.
    """
    if isinstance(row, PaymentRow) and row.maybe_ours:
        return f"{row.external_id}\x1f{row.invoice_external_id}"
    return row.external_id


def _grouped(lines: Iterable[LineRow]) -> list[LineGroup]:
    groups: dict[str, list[LineRow]] = {}
    for row in lines:
        groups.setdefault(row.invoice_external_id, []).append(row)
    return [LineGroup(rows[0].line, key, tuple(rows)) for key, rows in groups.items()]


class _Reader:
    """Takes cells of one record by column name and notes what is wrong."""

    def __init__(self, line: int, header: Sequence[str], values: Sequence[str]) -> None:
        self.line = line
        self.problems: list[Problem] = []
        self._cells: Mapping[str, str] = {}
        if len(values) == len(header):
            stripped = (value.strip(" ") for value in values)
            self._cells = dict(zip(header, stripped, strict=True))
        elif len(values) < len(header):
            message = f"The row ends here: {len(values)} values for {len(header)} columns."
            self.report(header[len(values)], "short_row", message)
        else:
            message = f"{len(values)} values for {len(header)} columns. Quote values with a comma."
            self.report("", "long_row", message)

    def report(self, column: str, code: str, message: str) -> None:
        self.problems.append(Problem(self.line, column, code, message))

    def take[T](self, column: str, read: Callable[[str], T], otherwise: T) -> T:
        """Return the value of a column, or otherwise after noting what is wrong with it."""
        if column not in self._cells:
            return otherwise
        try:
            return read(self._cells[column])
        except BadCell as exc:
            self.report(column, exc.code, exc.message)
            return otherwise

    def optional[T](self, column: str, read: Callable[[str], T]) -> T | None:
        """Return the value of a column, or None where it is absent or empty."""
        return self.take(column, read, None) if self._cells.get(column) else None


def _row(
    kind: FileKind, reader: _Reader, languages: Collection[str]
) -> CustomerRow | InvoiceRow | PaymentRow:
    match kind:
        case FileKind.CUSTOMERS:
            return _customer_row(reader, languages)
        case FileKind.INVOICES:
            return _invoice_row(reader)
        case _:
            return _payment_row(reader)


def _customer_row(reader: _Reader, languages: Collection[str]) -> CustomerRow:
    def language(cell: str) -> str:
        if cell not in languages:
            raise BadCell("unknown_language", f"Use one of {', '.join(sorted(languages))}.")
        return cell

    return CustomerRow(
        line=reader.line,
        external_id=reader.take("external_id", cells.external_id, ""),
        name=reader.take("name", cells.required, ""),
        email=reader.take("email", cells.email, ""),
        cc=reader.take("cc", cells.emails, None),
        language=reader.optional("language", language),
        time_zone=reader.optional("time_zone", cells.time_zone),
        currency=reader.optional("currency", cells.currency),
        terms=reader.take("terms", cells.line, None),
        policy=reader.optional("policy", cells.name),
        phone=reader.take("phone", cells.line, None),
        address=reader.take("address", cells.text, None),
        tax_id=reader.take("tax_id", cells.line, None),
        country=reader.optional("country", cells.country),
        subdivision=reader.optional("subdivision", cells.subdivision),
        segment=reader.optional("segment", cells.name),
        risk=reader.optional("risk", cells.name),
        contacts=reader.take("contacts", cells.contacts, None),
    )


def _invoice_row(reader: _Reader) -> InvoiceRow:
    currency = reader.take("currency", cells.currency, "")
    issued_on = reader.take("issue_date", cells.day, date.min)
    due_on = reader.take("due_date", cells.day, date.max)
    if due_on < issued_on:
        reader.report("due_date", "date_order", "The due date is before the issue date.")
    nothing = Money(minor=0, currency="XXX")
    total = reader.take("total", lambda c: cells.positive(c, currency or "EUR"), nothing)
    dates = (issued_on, due_on)
    return InvoiceRow(
        line=reader.line,
        external_id=reader.take("external_id", cells.external_id, ""),
        customer_external_id=reader.take("customer_external_id", cells.external_id, ""),
        number=reader.take("number", lambda cell: cells.required(cell, 60), ""),
        issued_on=issued_on,
        due_on=due_on,
        total=total,
        revision=reader.take("revision", lambda cell: cells.line(cell, 60), ""),
        description=reader.take("description", cells.text, None),
        po_number=reader.take("po_number", lambda cell: cells.line(cell, 60), None),
        stage_done=reader.optional("stage_done", cells.name),
        terms=reader.optional("terms", lambda cell: _terms(cell, *dates, total)),
        policy=reader.optional("policy", cells.name),
    )


def _terms(cell: str, issued_on: date, due_on: date, total: Money) -> str:
    """Return terms that we know, and that have a part that is due on the due date.

    Beside a date or total that is bad itself, only whether we know them.
    """
    try:
        terms = parse_terms(cell)
        if not total or issued_on == date.min or due_on == date.max:
            return cell
        made = due(terms, issued_on, total)
    except UnknownTerms as exc:
        message = f"Write terms such as 2/10 net 30 or 3 x 30 days: {exc.facts['reason']}"
        raise BadCell("unknown_terms", message) from None
    except InvalidInput:
        message = "The parts of these terms are more than the total."
        raise BadCell("terms_do_not_fit", message) from None
    if due_on not in [made.due_on, *(i.due_on for i in made.instalments)]:
        message = "By these terms nothing is due on the due date of this line."
        raise BadCell("terms_do_not_fit", message)
    return cell


def _line_row(reader: _Reader) -> LineRow:
    return LineRow(
        line=reader.line,
        invoice_external_id=reader.take("invoice_external_id", cells.external_id, ""),
        description=reader.take("description", cells.text, ""),
        quantity=reader.take("quantity", cells.decimal, ""),
        unit_price=reader.take("unit_price", cells.decimal, ""),
        tax_rate=reader.take("tax_rate", cells.percent, ""),
    )


def _payment_row(reader: _Reader) -> PaymentRow:
    currency = reader.take("currency", cells.currency, "")
    nothing = Money(minor=0, currency="XXX")
    return PaymentRow(
        line=reader.line,
        external_id=reader.take("external_id", cells.external_id, ""),
        invoice_external_id=reader.take("invoice_external_id", cells.external_id, ""),
        paid_on=reader.take("paid_on", cells.day, date.min),
        amount=reader.take("amount", lambda c: cells.positive(c, currency or "EUR"), nothing),
        method=reader.take("method", lambda cell: cells.required(cell, 40), ""),
    )
