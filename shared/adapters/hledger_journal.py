"""The books as hledger reads them (`hledger check --strict`)."""

from collections.abc import Iterator
from datetime import date

from shared.adapters.journal_text import amount, one_line, told, unit
from shared.domain.journal import JournalEntry, JournalLine
from shared.domain.journal_book import Asserted, CustomerEntries, JournalBook

_OF_SYNTAX = ";,|:"


def hledger_lines(book: JournalBook, as_of: date) -> Iterator[str]:
    """Yield the lines of the file: declarations, one transaction per posting, the assertions."""
    yield f"; Books of {one_line(book.entity_id)} through {as_of.isoformat()}"
    for note in book.notes:
        yield f"; {one_line(note)}"
    yield "decimal-mark ."
    for currency in book.currencies():
        yield f"commodity {unit(currency)} {currency}"
    for account, owner in book.accounts().items():
        yield f"account {account}" + (f"  ; {_said(owner)}" if owner else "")
    for customer, entry in book.entries():
        yield from _transaction(customer, entry)
    if book.asserted:
        yield ""
        yield f"{book.last_day(as_of).isoformat()} Balances as stored elsewhere"
        yield from (_assertion(a) for a in book.asserted)


def _transaction(customer: CustomerEntries, entry: JournalEntry) -> Iterator[str]:
    yield ""
    title = f"{_said(customer.name)} | {told(entry)}"
    yield f"{entry.value_date.isoformat()} ({_code(entry.posting_id)}) {title}"
    if entry.by:
        yield f"    ; by: {_said(entry.by)}"
    if entry.note:
        yield f"    ; note: {_said(entry.note)}"
    yield from (_posting(line) for line in entry.lines)


def _posting(line: JournalLine) -> str:
    worth = ""
    if line.cost is not None:
        total = line.cost if line.cost.minor > 0 else -line.cost
        worth = f" @@ {amount(total)}"
    tags = {"document": line.document, "source": line.source}
    comment = ", ".join(f"{name}: {_said(value)}" for name, value in tags.items() if value)
    return f"    {line.account}  {amount(line.amount)}{worth}" + (
        f"  ; {comment}" if comment else ""
    )


def _assertion(asserted: Asserted) -> str:
    nothing = amount(asserted.balance - asserted.balance)
    comment = f"  ; {asserted.origin}"
    return f"    {asserted.account}  {nothing} = {amount(asserted.balance)}{comment}"


def _code(text: str) -> str:
    return one_line(text, "();")


def _said(text: str) -> str:
    return one_line(text, _OF_SYNTAX)
