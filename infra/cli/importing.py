"""import: files into the hub, in the order in which they need each other."""

import csv
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.errors import CliError, Exit
from infra.cli.first_day import show_first_day
from infra.cli.http import Unreachable, request
from infra.cli.output import AsJson, EntityName, progress, show_json, show_table, talk

_ORDER = ("customers", "invoices", "lines", "payments")
_LOOK_EVERY_S = 0.1
_STUCK_AFTER_S = 120
_SHOWN_PROBLEMS = 20


def import_files(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders of .csv files.")],
    entity: EntityName = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Take the good rows of a file with bad ones.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import customers, invoices, lines and payments from CSV files.

    A file is taken whole or not at all. Importing it again changes nothing. With --partial a file
    of bad rows only is refused as well.

    Example: duecourse import ./export --entity demo
    """
    api = Api.found()
    of = api.entity(entity)
    results = []
    with progress() as bar:
        for path in in_order(paths):
            task = bar.add_task(path.name, total=None)
            done = send(
                api,
                of,
                path,
                partial,
                lambda run, task=task: bar.update(
                    task, total=run["rows_total"] or None, completed=run["rows_done"]
                ),
            )
            results.append(done)
            if done["state"] == "refused":
                break
    if as_json:
        show_json(results)
    else:
        _show(results)
    if any(run["state"] == "refused" for run in results):
        raise CliError("A file has bad rows; nothing of it was taken.", Exit.BAD_ROWS)
    if not as_json and any(run["kind"] == "invoices" and run["new"] for run in results):
        show_first_day(api, of)


def in_order(paths: list[Path]) -> list[Path]:
    """Return the files meant, customers first. Raises CliError."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(path.glob("*.csv"))
        elif path.is_file():
            files.append(path)
        else:
            raise CliError(f"{path}: there is no such file", Exit.USAGE)
    if not files:
        raise CliError("There is no .csv file here.", Exit.USAGE)
    return sorted(files, key=lambda path: (_ORDER.index(_kind(path)), path.name))


def send(
    api: Api, entity: str, path: Path, partial: bool, tell: Callable[[Any], None]
) -> dict[str, Any]:
    """Return the import of a file once it is finished; tell hears how far it is."""
    place = f"/entities/{segment(entity)}/imports"
    started = api.post(place, {"file": path.name, "partial": partial})
    try:
        answer = request("PUT", started["upload_url"], started["upload_headers"], path.read_bytes())
    except Unreachable as error:
        raise CliError(str(error), Exit.NO_STACK) from None
    if answer.status >= 300:
        raise CliError(f"{path.name}: the upload was refused ({answer.status})")
    seen, since = (-1, ""), time.monotonic()
    while True:
        run: dict[str, Any] = api.get(f"{place}/{started['import_id']}")
        tell(run)
        if run["finished"]:
            return run
        if (run["rows_done"], run["state"]) != seen:
            seen, since = (run["rows_done"], run["state"]), time.monotonic()
        if time.monotonic() - since > _STUCK_AFTER_S:
            raise CliError(f"{path.name}: nothing moves; see its import later", Exit.TIMEOUT)
        time.sleep(_LOOK_EVERY_S)


def _kind(path: Path) -> str:
    """Return what a file holds, by its header; the hub judges what it cannot tell."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as opened:
            header = {name.strip() for name in next(csv.reader(opened), [])}
    except (OSError, UnicodeDecodeError, csv.Error):
        return _ORDER[0]
    if "paid_on" in header:
        return "payments"
    if "customer_external_id" in header:
        return "invoices"
    return "lines" if "invoice_external_id" in header else "customers"


def _show(results: list[dict[str, Any]]) -> None:
    counts = ("rows_total", "new", "updated", "unchanged", "refused")
    rows = [(r["file"], r["kind"], r["state"], *(str(r[c]) for c in counts)) for r in results]
    columns = ("file", "holds", "state", ">rows", ">new", ">updated", ">unchanged", ">refused")
    show_table("", columns, rows)
    for run in results:
        for problem in run["problems"][:_SHOWN_PROBLEMS]:
            where = f"{run['file']}:{problem['line']}"
            talk().print(f"{where} {problem['column']}: {problem['message']}", markup=False)
        more = run["problems_total"] - _SHOWN_PROBLEMS
        if more > 0:
            talk().print(f"{run['file']}: and {more} more (--json shows 200)", markup=False)
