"""drift: the hub against the ERP, and what mends a difference."""

import time
from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.errors import CliError, Exit
from infra.cli.output import AsJson, EntityName, Yes, confirm, progress, show_json, show_table, talk

_LOOK_EVERY_S = 0.5
_WAIT_S = 900


def drift(
    fix: Annotated[
        bool, typer.Option("--fix", help="Do what is proposed, where the hub can by itself.")
    ] = False,
    last: Annotated[bool, typer.Option("--last", help="Only show the newest comparison.")] = False,
    yes: Yes = False,
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Compare each open amount with the ERP's; name what differs. Ends with 1 where one does.

    Examples: duecourse drift, duecourse drift --fix
    """
    api = Api.found()
    path = f"/entities/{segment(api.entity(entity))}/drift"
    if fix:
        confirm("Read again, tell again and pull again where the two differ?", yes)
    run_id = "" if last else api.post(path, {"fix": fix})["run_id"]
    found = _wait_for(api, path, run_id) if run_id else api.get(path)
    show_json(found) if as_json else _show(found)
    if not found["equal"]:
        raise typer.Exit(int(Exit.REFUSED))


def _wait_for(api: Api, path: str, run_id: str) -> Any:
    deadline = time.monotonic() + _WAIT_S
    with progress() as bar:
        bar.add_task("Comparing", total=None)
        while time.monotonic() < deadline:
            found = _newest(api, path)
            if found and found["run_id"] == run_id and found["state"] != "running":
                return found
            time.sleep(_LOOK_EVERY_S)
    raise CliError(f"comparison {run_id} is not done after {_WAIT_S} s", Exit.TIMEOUT)


def _newest(api: Api, path: str) -> Any:
    try:
        return api.get(path)
    except CliError as error:
        if error.code is not Exit.REFUSED:
            raise
        return None  # nobody compared before


def _show(found: dict[str, Any]) -> None:
    if found["code"]:
        talk().print(found["says"] or found["code"], markup=False)
        return
    rows = [
        (s["currency"], s["hub"]["amount"], s["erp"]["amount"], str(s["compared"]),
         "equal" if s["equal"] else f"{s['differing']} differ")
        for s in found["sums"]
    ]  # fmt: skip
    columns = ("currency", ">open here", ">in the ERP", ">documents", "")
    show_table(f"As of {found['as_of']}, by the ERP's clock", columns, rows)
    if found["differences"]:
        columns = ("invoice", ">open here", ">in the ERP", "because", "proposed", "done")
        show_table("Differences", columns, [_row(d) for d in found["differences"]])
        if len(found["differences"]) < found["found"]:
            talk().print(f"These are the first of {found['found']}.")
    if not found["whole"]:
        talk().print("Time ran out: not everything was compared.")


def _row(found: dict[str, Any]) -> tuple[str, ...]:
    words = (found["cause"], found["action"], found["done"])
    return (
        found["number"] or found["external_id"],
        _side(found["hub"]),
        _side(found["erp"]),
        *(word.replace("_", " ") for word in words),
    )


def _side(side: dict[str, Any] | None) -> str:
    if side is None:
        return "-"
    return f"{side['open']['amount']} of {side['total']['amount']} {side['open']['currency']}"
