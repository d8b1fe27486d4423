"""sync: what ERPs changed comes in; how each connection stands, and what is taken again."""

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from infra.cli.ages import age, minute
from infra.cli.api import Api, segment
from infra.cli.drifting import drift_line, newest_drift
from infra.cli.errors import CliError, Exit
from infra.cli.following import ask, follow
from infra.cli.output import (
    AsJson,
    EntityName,
    Yes,
    confirm,
    count,
    data,
    show_json,
    show_table,
    talk,
)
from infra.cli.products import NO_ERP

_WAIT_S = 900
app = typer.Typer(help="Syncs with ERPs: run, show, pause, remove.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name of the connection; without one, all.")]


@app.command("run")
def run(
    name: Name = "",
    full: Annotated[
        bool, typer.Option("--full", help="From the ERP's first record, looking up every one.")
    ] = False,
    wait: Annotated[
        bool | None,
        typer.Option("--wait/--no-wait", help="Show how it goes on; default on a terminal."),
    ] = None,
    wait_s: Annotated[
        int, typer.Option("--wait-s", min=1, help="Seconds to wait at most.")
    ] = _WAIT_S,
    entity: EntityName = None,
) -> None:
    """Ask ERPs for their changes now. It happens every hour by itself.

    Without a name, all that are followed are asked. Ends with 7 where none is; where it waits, with
    0 where all came, 6 where time ran out, which ends no sync, 9 where an ERP gave nothing.

    Examples: duecourse sync run tryton --full, duecourse sync run --wait --wait-s 60
    """
    api = Api.found()
    path = _path(api, entity)
    names = [name] if name else _followed(api.get(path)["items"])
    wishes = ask(api, path, names, full=full)
    if wait or (wait is None and sys.stdout.isatty()):
        raise typer.Exit(int(follow(api, path, wishes, wait_s)))
    for one in names:
        talk().print(f"{one} is asked; see `duecourse sync show`.", markup=False)


@app.command("show")
def show(name: Name = "", entity: EntityName = None, as_json: AsJson = False) -> None:
    """Show how each connection stands and why, how old its records are, and what waits.

    Example: duecourse sync show
    """
    api = Api.found()
    path = _path(api, entity)
    found = [api.get(f"{path}/{segment(name)}")] if name else api.get(path)["items"]
    if as_json:
        show_json(found)
        return
    if not found:
        talk().print(NO_ERP, markup=False)
    for connection in found:
        show_connection(connection)
        if connection["keeps_books"]:
            show_told(api, path.removesuffix("/connections"))


@app.command("pause")
def pause(name: Annotated[str, typer.Argument()], entity: EntityName = None) -> None:
    """Follow an ERP no more, and tell it nothing, until `duecourse sync begin`.

    While it is paused, nobody waits for its facts: messages go out by what is known.

    Example: duecourse sync pause tryton
    """
    api = Api.found()
    api.post(f"{_path(api, entity)}/{segment(name)}/pause")
    talk().print(f"{name} is paused.", markup=False)


@app.command("begin")
def begin(name: Annotated[str, typer.Argument()], entity: EntityName = None) -> None:
    """Follow an ERP that was tested, or paused, from now on.

    Example: duecourse sync begin tryton
    """
    api = Api.found()
    api.post(f"{_path(api, entity)}/{segment(name)}/begin")
    talk().print(f"{name} is followed.", markup=False)


@app.command("remove")
def remove(
    name: Annotated[str, typer.Argument()], yes: Yes = False, entity: EntityName = None
) -> None:
    """Remove a connection that imported nothing, with its secret. One that did is paused instead.

    Example: duecourse sync remove tryton
    """
    api = Api.found()
    path = f"{_path(api, entity)}/{segment(name)}"
    confirm(f"Remove the connection {name} and its secret, for good?", yes)
    removed = api.delete(path)["removed"]
    none = f"There is no connection {name}: duecourse sync show lists those there are."
    said = f"{name} is removed." if removed else none
    talk().print(said, markup=False)


@app.command("again")
def again(
    parked: Annotated[str, typer.Argument(help="Id, by `duecourse parked --json`.")],
    entity: EntityName = None,
) -> None:
    """Read a parked record of the ERP again, after it or the hub was corrected.

    Example: duecourse sync again 01J...
    """
    api = Api.found()
    of = segment(api.entity(entity))
    api.post(f"/entities/{of}/parked/{segment(parked)}/again")
    talk().print("It is read again; where it can be taken, it is parked no more.", markup=False)


def show_connection(connection: Mapping[str, Any]) -> None:
    """Print how a connection stands."""
    since = minute(connection["since"])
    state = f"{connection['state']} since {since}" if since else connection["state"]
    page = data()
    page.print(f"{connection['name']} ({connection['product']}), {state}", markup=False)
    trouble = connection["trouble"]
    says = [connection["says"], f"So for {age(trouble['age_s'])}." if trouble else ""]
    page.print(" ".join(filter(None, says)), markup=False)
    if connection["todo"]:
        page.print(connection["todo"], markup=False)
    if not connection["pulled"]:
        return
    counts = ("new", "updated", "unchanged", "parked")
    rows = [
        (
            p["kind"].replace("_", " "),
            _up_to(p),
            age(p["age_s"]) + (", too old" if p["too_old"] else ""),
            *(str(p[c]) for c in counts),
        )
        for p in connection["pulled"]
    ]
    columns = ("records", "as of", "age", *(f">{c}" for c in counts))
    show_table("", columns, rows)
    if (hours := connection["max_age_hours"]) is not None:
        page.print(f"Where this is older than {hours} h, nobody is asked for money.")
    if connection["parked"]:
        waits = count(connection["parked"], "record waits", "records wait")
        page.print(f"{waits} for you: duecourse parked, then duecourse sync again ID.")


def show_told(api: Api, path: str) -> None:
    """Print what the ERP of an entity at path is still to be told, and the newest comparison."""
    told = api.get(f"{path}/writebacks")
    waits = f"{len(told['waits'])}{' or more' if told['next'] else ''}"
    page = data()
    if told["waits"] or told["pending"]:
        page.print(
            f"It did not take {waits}, and {len(told['pending'])} are on their way: "
            "duecourse writeback list."
        )
    else:
        page.print("It was told everything that the hub booked.")
    page.print(drift_line(newest_drift(api, f"{path}/drift")), markup=False)


def _followed(connections: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names of those that are followed. Raises CliError where none is."""
    if not connections:
        raise CliError(NO_ERP, Exit.NO_ERP)
    names = [c["name"] for c in connections if c["state"] == "connected"]
    if not names:
        stand = "\n".join(f"{c['name']}: {c['says']} {c['todo']}" for c in connections)
        raise CliError(f"No connection is followed.\n{stand}", Exit.NO_ERP)
    return names


def _up_to(pulled: Mapping[str, Any]) -> str:
    """Return until when the hub has what the ERP had, by the ERP's clock."""
    return minute(pulled["as_of"]) or ("on its way" if pulled["cursor"] else "not begun")


def _path(api: Api, entity: str | None) -> str:
    return f"/entities/{segment(api.entity(entity))}/connections"
