"""drift: the hub against the ERP, and what mends a difference."""

import time
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from infra.cli.ages import minute
from infra.cli.api import Api, segment
from infra.cli.errors import CliError, Exit
from infra.cli.output import (
    AsJson,
    EntityName,
    Yes,
    confirm,
    count,
    progress,
    show_json,
    show_table,
    talk,
)

_LOOK_EVERY_S = 0.5
_WAIT_S = 900
_NOT_COMPARED = "not_compared"
_NO_ERP = ("not_connected", "paused")


def drift(
    fix: Annotated[
        bool, typer.Option("--fix", help="Do what is proposed, where the hub can by itself.")
    ] = False,
    last: Annotated[bool, typer.Option("--last", help="Only show the newest comparison.")] = False,
    yes: Yes = False,
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Compare each open amount with the ERP's; name what differs.

    Ends with 0 where all is equal, 1 where something differs, 7 where no ERP is connected or it is
    paused, 8 where the two could not be compared.

    Examples: duecourse drift, duecourse drift --fix
    """
    api = Api.found()
    path = f"/entities/{segment(api.entity(entity))}/drift"
    if fix:
        confirm("Read again, tell again and pull again where the two differ?", yes)
    run_id = "" if last else api.post(path, {"fix": fix})["run_id"]
    found = _wait_for(api, path, run_id) if run_id else newest_drift(api, path)
    if found is None:
        raise CliError(drift_line(None), Exit.NOT_COMPARED)
    show_json(found) if as_json else _show(found)
    raise typer.Exit(int(_ended(found)))


def newest_drift(api: Api, path: str) -> Any:
    """Return the newest comparison of the entity whose path that is, None where there is none."""
    try:
        return api.get(path)
    except CliError as error:
        if error.code is not Exit.REFUSED:
            raise
        return None


def drift_line(found: Mapping[str, Any] | None) -> str:
    """Return in a sentence what the newest comparison found."""
    if found is None:
        return "Hub and ERP were not compared yet: it is done every night, or by duecourse drift."
    at = minute(found["at"])
    if found["state"] == "running":
        return f"Hub and ERP are being compared since {at}."
    if found["code"] == _NOT_COMPARED:
        return str(found["says"])
    if found["code"]:
        return f"Hub and ERP could not be compared on {at}: {found['says'] or found['code']}"
    if found["found"]:
        differ = count(found["found"], "document differs", "documents differ")
        return f"{differ} between hub and ERP by {at}: duecourse drift --last."
    return f"Hub and ERP agreed on {at}{'' if found['whole'] else ', as far as time allowed'}."


def _ended(found: Mapping[str, Any]) -> Exit:
    """Return how a comparison lets the command end."""
    if found["equal"]:
        return Exit.OK
    if found["code"] in _NO_ERP:
        return Exit.NO_ERP
    return Exit.REFUSED if found["found"] else Exit.NOT_COMPARED


def _wait_for(api: Api, path: str, run_id: str) -> Any:
    deadline = time.monotonic() + _WAIT_S
    with progress() as bar:
        bar.add_task("Comparing", total=None)
        while time.monotonic() < deadline:
            found = newest_drift(api, path)
            if found and found["run_id"] == run_id and found["state"] != "running":
                return found
            time.sleep(_LOOK_EVERY_S)
    raise CliError(f"comparison {run_id} is not done after {_WAIT_S} s", Exit.TIMEOUT)


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
    show_table(f"As of {minute(found['as_of'])}, by the ERP's clock", columns, rows)
    if found["differences"]:
        columns = ("invoice", ">open here", ">in the ERP", "because", "proposed", "done")
        show_table("Differences", columns, [_row(d) for d in found["differences"]])
        if len(found["differences"]) < found["found"]:
            talk().print(f"These are the first of {found['found']}.")
    if not found["whole"]:
        talk().print("Time ran out: not everything was compared.")


def _row(found: dict[str, Any]) -> tuple[str, ...]:
    return (
        found["number"] or found["external_id"],
        _side(found["hub"]),
        _side(found["erp"]),
        found["because"],
        found["proposed"],
        found["came_of_it"],
    )


def _side(side: dict[str, Any] | None) -> str:
    if side is None:
        return "-"
    return f"{side['open']['amount']} of {side['total']['amount']} {side['open']['currency']}"
