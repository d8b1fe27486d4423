"""sync: what ERPs changed comes in; how far each is, and what is taken again."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.output import AsJson, EntityName, show_json, show_table, talk

app = typer.Typer(help="Syncs with ERPs: run, show, take again.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name of the connection; without one, all.")]


@app.command("run")
def run(
    name: Name = "",
    full: Annotated[
        bool, typer.Option("--full", help="From the ERP's first record, looking up every one.")
    ] = False,
    entity: EntityName = None,
) -> None:
    """Ask ERPs for their changes now. It happens every hour by itself.

    Example: duecourse sync run tryton --full
    """
    api = Api.found()
    path = _path(api, entity)
    names = [name] if name else [c["name"] for c in api.get(path)["items"]]
    for one in names:
        api.post(f"{path}/{segment(one)}/sync", {"full": full})
        talk().print(f"{one} is asked; see `duecourse sync show`.", markup=False)


@app.command("show")
def show(name: Name = "", entity: EntityName = None, as_json: AsJson = False) -> None:
    """Show how far each connection is, and why one gives nothing.

    Example: duecourse sync show
    """
    api = Api.found()
    path = _path(api, entity)
    found = [api.get(f"{path}/{segment(name)}")] if name else api.get(path)["items"]
    if as_json:
        show_json(found)
        return
    for connection in found:
        show_connection(connection)


@app.command("pause")
def pause(name: Annotated[str, typer.Argument()], entity: EntityName = None) -> None:
    """Follow an ERP no more, and tell it nothing, until `duecourse sync begin`.

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
    trouble = connection["trouble"]
    state = connection["state"]
    if trouble:
        state += f", but gives nothing since {trouble['since']}: {trouble['code']}"
        state += f" ({trouble['says']})" if trouble["says"] else ""
    counts = ("new", "updated", "unchanged", "parked")
    rows = [
        (p["kind"].replace("_", " "), p["as_of"] or "not yet", *(str(p[c]) for c in counts))
        for p in connection["pulled"]
    ]
    title = f"{connection['name']} ({connection['product']}): {state}"
    show_table(title, ("records", "as of", *(f">{c}" for c in counts)), rows)


def _path(api: Api, entity: str | None) -> str:
    return f"/entities/{segment(api.entity(entity))}/connections"
