"""A strict reader of CSV: UTF-8, a header line, commas. It says where a file is broken."""

import codecs
import csv
import io
from collections.abc import Iterator

from shared.domain.import_sheet import COLUMNS, BadFile

ROWS_MAX = 200_000
_CELL_CHARACTERS_MAX = 20_000
_NAMES_MAX = 100


def read_csv(data: bytes) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """Return the header and an iterator of (line number, values); lines count from 1.

    A byte order mark, CR or LF line ends, and quoted line breaks are fine; blank lines are
    skipped. Raises BadFile, also while iterating, with the line and, where known, the column.
    """
    decoded = _decoded(data)
    records = _records(decoded)
    first = next(records, None)
    if first is None:
        raise BadFile(1, "", "empty_file", "The file is empty: it needs a header line.")
    header = [name.strip(" ") for name in first[1]]
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        raise BadFile(1, "", "wrong_separator", "Separate the columns with commas.")
    if len(header) > _NAMES_MAX:
        raise BadFile(1, "", "long_header", f"At most {_NAMES_MAX} columns.")
    return header, _counted(records)


def _decoded(data: bytes) -> str:
    if not data.isascii():
        try:
            data.decode()
        except UnicodeDecodeError as exc:
            message = "The file is not UTF-8. Save it as CSV UTF-8 and send it again."
            raise BadFile(*_place(data, exc.start), "not_utf8", message) from None
    nul = data.find(b"\0")
    if nul >= 0:
        raise BadFile(*_place(data, nul), "nul_byte", "The file holds a NUL byte.")
    return data.removeprefix(codecs.BOM_UTF8).decode()


def _place(data: bytes, at: int) -> tuple[int, str]:
    """Return the line and the column name of the byte at that offset, as far as can be told."""
    before = data[:at].removeprefix(codecs.BOM_UTF8).decode(errors="replace")
    header = before.partition("\n")[0].rstrip("\r").split(",")
    start = before.rfind("\n") + 1
    cells = next(csv.reader([before[start:]]), [""])
    line = before.count("\n") + 1
    name = header[len(cells) - 1].strip('" ') if 0 < len(cells) <= len(header) else ""
    # a file without a header line has values there: they are not to be shown
    return line, name if line > 1 and name in COLUMNS else ""


def _records(decoded: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(decoded, newline=""), strict=True)
    line = 1
    while True:
        try:
            values = next(reader, None)
        except csv.Error:
            message = "The quotes do not match (a value's own are written twice), or it is huge."
            raise BadFile(line, "", "bad_quotes", message) from None
        if values is None:
            return
        if values:
            yield line, values
        line = reader.line_num + 1


def _counted(records: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    for count, (line, values) in enumerate(records):
        if count >= ROWS_MAX:
            raise BadFile(line, "", "too_many_rows", f"At most {ROWS_MAX} rows in one file.")
        if any(len(value) > _CELL_CHARACTERS_MAX for value in values):
            raise BadFile(line, "", "too_long", f"At most {_CELL_CHARACTERS_MAX} characters.")
        yield line, values
