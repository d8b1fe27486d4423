"""Text on its way into a CSV file that people open with a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


def safe_cell(text: str) -> str:
    """Return text so that no spreadsheet runs it: what would begin a formula is quoted first."""
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield each row as one record without its line end. A cell may hold line breaks, quoted."""
    for row in rows:
        written = io.StringIO()
        csv.writer(written, lineterminator="").writerow(row)
        yield written.getvalue()


def safe_table(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as a CSV file in which no cell begins a formula."""
    safe = ([safe_cell(cell) for cell in row] for row in rows)
    return "".join(f"{line}\r\n" for line in csv_lines(safe)).encode()
