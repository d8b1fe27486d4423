"""The books as beancount reads them (`bean-check`).

A balance is asserted to be exact (`~ 0`): by itself beancount overlooks a difference of one unit.
"""

from collections.abc import Iterator
from datetime import date

from shared.adapters.journal_text import amount, one_line, told
from shared.domain.journal import JournalEntry, JournalLine
from shared.domain.journal_book import Asserted, CustomerEntries, JournalBook, day_after
from shared.domain.money import to_decimal_text


def beancount_lines(book: JournalBook, as_of: date) -> Iterator[str]:
    """Yield the lines of the file: declarations, one transaction per posting, the assertions."""
    entries = book.entries()
    first = min((entry.value_date for _, entry in entries), default=as_of).isoformat()
    title = f"Books of {book.entity_id} through {as_of.isoformat()}"
    yield f"; {one_line(title)}"
    for note in book.notes:
        yield f"; {one_line(note)}"
    yield f'option "title" {_quoted(title)}'
    for currency in book.currencies():
        yield f"{first} commodity {currency}"
    for account, owner in book.accounts().items():
        yield f"{first} open {account}"
        if owner:
            yield f"  name: {_quoted(owner)}"
    for customer, entry in entries:
        yield from _transaction(customer, entry)
    if book.asserted:
        yield ""
        day = day_after(book.last_day(as_of)).isoformat()
        yield from (_assertion(day, asserted) for asserted in book.asserted)


def _transaction(customer: CustomerEntries, entry: JournalEntry) -> Iterator[str]:
    yield ""
    words = f"{_quoted(customer.name)} {_quoted(told(entry))}"
    yield f"{entry.value_date.isoformat()} * {words}"
    yield f"  posting: {_quoted(entry.posting_id)}"
    if entry.by:
        yield f"  by: {_quoted(entry.by)}"
    if entry.note:
        yield f"  note: {_quoted(entry.note)}"
    for line in entry.lines:
        yield from _posting(line)


def _posting(line: JournalLine) -> Iterator[str]:
    worth = ""
    if line.cost is not None:
        total = line.cost if line.cost.minor > 0 else -line.cost
        worth = f" @@ {amount(total)}"
    yield f"  {line.account}  {amount(line.amount)}{worth}"
    if line.document:
        yield f"    document: {_quoted(line.document)}"
    if line.source:
        yield f"    source: {_quoted(line.source)}"


def _assertion(day: str, asserted: Asserted) -> str:
    number = to_decimal_text(asserted.balance)
    return f"{day} balance {asserted.account}  {number} ~ 0 {asserted.balance.currency}"


def _quoted(text: str) -> str:
    escaped = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
