"""A statement of account as rows: what is open, credits, and what happened."""

from collections.abc import Iterator, Sequence
from datetime import date

from shared.adapters.csv_cells import csv_lines, safe_cell
from shared.domain.money import to_decimal_text
from shared.domain.statement_of_account import CurrencyStatement, Statement

COLUMNS = (
    "section",
    "currency",
    "date",
    "due_date",
    "number",
    "kind",
    "total",
    "amount",
    "balance",
    "days_late",
)


def statement_csv_lines(told: Statement) -> Iterator[str]:
    """Yield the records of the file, its header first. amount is what the balance is made of."""
    yield from csv_lines((COLUMNS,))
    for one in told.currencies:
        yield from csv_lines(_open_rows(told, one))
        if told.first is not None:
            yield from csv_lines(_activity_rows(told.first, one))


def _open_rows(told: Statement, one: CurrencyStatement) -> Iterator[Sequence[str]]:
    for item in one.items:
        yield (
            "open",
            one.currency,
            item.issued_on.isoformat(),
            item.due_on.isoformat(),
            safe_cell(item.number),
            str(item.kind),
            to_decimal_text(item.total),
            to_decimal_text(item.open),
            "",
            str(max(item.days_late(told.on), 0)),
        )
    for credit in one.credits:
        amount = to_decimal_text(-credit.unapplied)
        yield (
            "credit", one.currency, credit.received_on.isoformat(), "", "", "credit", "", amount,
            "", "",
        )  # fmt: skip
    balance = to_decimal_text(one.balance)
    yield "balance", one.currency, told.on.isoformat(), "", "", "", "", "", balance, ""


def _activity_rows(first: date, one: CurrencyStatement) -> Iterator[Sequence[str]]:
    brought = to_decimal_text(one.brought_forward)
    yield "brought_forward", one.currency, first.isoformat(), "", "", "", "", "", brought, ""
    for line in one.activity:
        yield (
            "activity",
            one.currency,
            line.day.isoformat(),
            "",
            safe_cell(line.number),
            str(line.kind),
            "",
            to_decimal_text(line.amount),
            to_decimal_text(line.balance),
            "",
        )
