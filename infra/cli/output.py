"""Data to stdout, talk to stderr; tables for people, JSON for machines."""

import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from infra.cli.errors import CliError, Exit
from infra.cli.paper import Paper, plain

_WIDTH_WITHOUT_TERMINAL = 160

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, to stdout.")]
EntityName = Annotated[
    str | None, typer.Option("--entity", "-e", help="Entity id; default DUECOURSE_ENTITY.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def talk() -> Paper:
    """Return where the command talks: stderr."""
    return Paper(stderr=True)


def data() -> Paper:
    """Return where the command's data goes: stdout, never cut where nobody looks."""
    width = None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL
    return Paper(width=width)


def show_json(value: Any) -> None:
    """Print value as JSON to stdout."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; a column whose name starts with > is set to the right.

    A word that is longer than its column is broken, never cut.
    """
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for column in columns:
        right = column.startswith(">")
        side: Literal["left", "right"] = "right" if right else "left"
        table.add_column(column.removeprefix(">"), justify=side, overflow="fold")
    for row in rows:
        table.add_row(*row)
    data().print(table)


def progress() -> Progress:
    """Return a progress bar on stderr; without a terminal it stays silent."""
    console = talk()
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )


def confirm(question: str, yes: bool, otherwise: str = "Nothing was done.") -> None:
    """Ask, unless yes. Raises CliError where the answer is no (otherwise), or nobody answers."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise CliError("Nobody is here to answer: say --yes.", Exit.USAGE)
    if not typer.confirm(plain(question), err=True):
        raise CliError(otherwise)


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with what is counted, such as 1 message or 2,000 messages."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


@contextmanager
def written(file: Path) -> Iterator[None]:
    """Let what is done within write file. Raises CliError where it cannot be written."""
    try:
        yield
    except OSError as exc:
        raise CliError(f"{file} cannot be written: {exc.strerror}", Exit.USAGE) from exc


def as_typed(command: str) -> str:
    """Return a command of ours as a person can type it here: with its folder where it needs one."""
    program = Path(sys.argv[0])
    found = shutil.which("duecourse")
    if found and Path(found).resolve() == program.resolve():
        return f"duecourse {command}"
    here = Path.cwd()
    shown = program.relative_to(here) if program.is_relative_to(here) else program
    return f"{shown} {command}"


def amounts(values: Iterable[dict[str, str]]) -> str:
    """Return amounts as one cell, such as 12.50 EUR, one to a line."""
    return "\n".join(f"{v['amount']} {v['currency']}" for v in values)


def sums(values: Iterable[dict[str, str]]) -> str:
    """Return amounts as one cell, summed by currency, one to a line."""
    found: dict[str, Decimal] = {}
    for value in values:
        known = found.get(value["currency"], Decimal(0))
        found[value["currency"]] = known + Decimal(value["amount"])
    return "\n".join(f"{total} {currency}" for currency, total in sorted(found.items()))
