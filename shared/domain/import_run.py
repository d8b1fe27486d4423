"""One import of a file: who dropped it, how far it is, what came of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.imports import Problem


class ImportState(StrEnum):
    WAITING = "waiting"
    CHECKING = "checking"
    WRITING = "writing"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ImportRun:
    """How an import stands. Counts are rows (of a file of lines: invoices).

    kind is "" until the header is read. rows_done counts through rows_total while checking, and
    again while writing, less the rows that cannot be read. problems holds the first of
    problems_total. REFUSED: nothing was written.
    key and etag name the very object that is read.
    """

    import_id: str
    file_name: str
    state: ImportState
    partial: bool
    by: str
    created_at: datetime
    kind: str = ""
    key: str = ""
    etag: str = ""
    rows_total: int = 0
    rows_done: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    problems: tuple[Problem, ...] = ()
    problems_total: int = 0
    finished_at: datetime | None = None
    version: int = 1

    @property
    def finished(self) -> bool:
        """Return whether nothing more will happen."""
        return self.state in (ImportState.DONE, ImportState.REFUSED)


@dataclass(frozen=True, slots=True)
class Upload:
    """Where to PUT the bytes of a file, with exactly these headers."""

    import_id: str
    url: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class DroppedFile:
    """A file as it was dropped. import_id is "" for one that nobody announced.

    One that is too large comes without data.
    """

    key: str
    etag: str
    data: bytes
    too_large: bool
    import_id: str
    partial: bool
