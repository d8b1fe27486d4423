"""The books as rows: one per journal line, for spreadsheets and ledgers that import CSV."""

from collections.abc import Iterator, Sequence

from shared.adapters.csv_cells import csv_lines, safe_cell
from shared.adapters.journal_text import told
from shared.domain.clock import iso
from shared.domain.journal_book import JournalBook
from shared.domain.money import to_decimal_text

COLUMNS = (
    "date",
    "posting",
    "kind",
    "recorded_at",
    "customer_id",
    "customer",
    "account",
    "amount",
    "currency",
    "cost",
    "cost_currency",
    "document",
    "source",
    "by",
    "note",
)


def journal_csv_lines(book: JournalBook) -> Iterator[str]:
    """Yield the records of the file, its header first. An amount is plain decimal text."""
    yield from csv_lines((COLUMNS,))
    yield from csv_lines(_rows(book))


def _rows(book: JournalBook) -> Iterator[Sequence[str]]:
    for customer, entry in book.entries():
        for line in entry.lines:
            yield (
                entry.value_date.isoformat(),
                safe_cell(entry.posting_id),
                told(entry),
                iso(entry.recorded_at),
                safe_cell(customer.customer_id),
                safe_cell(customer.name),
                line.account,
                to_decimal_text(line.amount),
                line.amount.currency,
                to_decimal_text(line.cost) if line.cost else "",
                line.cost.currency if line.cost else "",
                safe_cell(line.document),
                safe_cell(line.source),
                safe_cell(entry.by),
                safe_cell(entry.note),
            )
