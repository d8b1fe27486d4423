"""books: compare what is stored with the postings, and make it agree."""

import time
from typing import Annotated, Any

import typer

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
_WAIT_S = 3600

app = typer.Typer(help="The books: do they add up, and make them.", no_args_is_help=True)


@app.command("check")
def check(
    customer: Annotated[
        str | None, typer.Option(help="Only this one: our id or the ERP's.")
    ] = None,
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Compare every stored figure with the sum of the postings. Ends with 1 where one differs.

    Examples: duecourse books check, duecourse books check --customer C-7
    """
    api = Api.found()
    of = api.entity(entity)
    if customer:
        found = api.get(f"/entities/{segment(of)}/customers/{segment(customer)}/books")
        show_json(found) if as_json else _show(found["differences"])
        _end(bool(found["differences"]))
        return
    run = api.post(f"/entities/{segment(of)}/books/checks")["run_id"]
    done = _wait_for(api, of, run)
    if as_json:
        show_json(done)
    else:
        columns = (">customers", ">differing")
        show_table("", columns, [[str(done["checked"]), str(done["differing"])]])
    if done["differing"]:
        talk().print("See duecourse tasks: one of kind books for each customer that differs.")
    _end(bool(done["differing"]))


@app.command("rebuild")
def rebuild(
    customer: Annotated[str, typer.Argument(help="Our id or the ERP's.")],
    apply: Annotated[bool, typer.Option("--apply", help="Write, instead of only showing.")] = False,
    entity: EntityName = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Make a customer's heads and credits again from the postings; show first, write with --apply.

    Example: duecourse books rebuild C-7 --apply
    """
    api = Api.found()
    path = f"/entities/{segment(api.entity(entity))}/customers/{segment(customer)}/books/rebuild"
    shown = api.post(path, {"apply": False})
    if not apply or not shown["differences"]:
        show_json(shown) if as_json else _show(shown["differences"])
        return
    if not as_json:
        _show(shown["differences"])
    confirm(f"Write {len(shown['differences'])} figures as the postings say?", yes)
    done = api.post(path, {"apply": True})
    if as_json:
        show_json(done)
    elif done["left"]:
        talk().print("These are left: a rebuild makes heads and credits, no payment.")
        _show(done["left"])
    _end(bool(done["left"]))


def _wait_for(api: Api, entity: str, run: str) -> Any:
    deadline = time.monotonic() + _WAIT_S
    with progress() as bar:
        task = bar.add_task("Comparing", total=None)
        while time.monotonic() < deadline:
            found = _status(api, entity, run)
            if found:
                bar.update(task, total=found["customers"], completed=found["checked"])
                if found["state"] == "done":
                    return found
            time.sleep(_LOOK_EVERY_S)
    raise CliError(f"check {run} is not done after {_WAIT_S} s", Exit.TIMEOUT)


def _status(api: Api, entity: str, run: str) -> Any:
    try:
        return api.get(f"/entities/{segment(entity)}/books/checks/{run}")
    except CliError as error:
        if error.code is not Exit.REFUSED:
            raise
        return None  # its customers are still being queued


def _show(differences: list[dict[str, Any]]) -> None:
    rows = [
        (
            d["figure"],
            d["document_id"],
            d["source_id"],
            str(d["instalment"] or ""),
            d["currency"],
            "lost" if d["stored"] is None else str(d["stored"]),
            str(d["posted"]),
        )
        for d in differences
    ]
    columns = ("figure", "document", "source", "part", "currency", ">stored", ">postings say")
    if rows:
        show_table("Stored figures that differ, in minor units", columns, rows)
    talk().print(
        f"{count(len(rows), 'figure differs', 'figures differ')}." if rows else "The books add up."
    )


def _end(differs: bool) -> None:
    if differs:
        raise typer.Exit(int(Exit.REFUSED))
