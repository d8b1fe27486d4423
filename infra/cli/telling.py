"""writeback: what the ERP is told, what it did not take, and what to make of that."""

from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.errors import CliError, Exit
from infra.cli.output import AsJson, EntityName, Yes, confirm, count, show_json, show_table, talk
from infra.cli.products import NO_ERP

_IN_FILES = "Until then, payments are in files for it."
app = typer.Typer(help="What the ERP is told, and what it did not take.", no_args_is_help=True)
Key = Annotated[str, typer.Argument(help="Our key of the line, as list shows it.")]


@app.command("list")
def list_(entity: EntityName = None, as_json: AsJson = False) -> None:
    """Show what waits for a person with the ERP's own words, and what is still on its way."""
    api = Api.found()
    path = _path(api, entity)
    found = api.get(path)
    while cursor := found["next"]:
        more = api.get(f"{path}?cursor={cursor}")
        found = {**found, "waits": found["waits"] + more["waits"], "next": more["next"]}
    if as_json:
        show_json(found)
        return
    columns = ("key", "as", "invoice", ">amount", ">tries", "the ERP says")
    if found["waits"]:
        show_table("Waits for you", columns, [_row(line) for line in found["waits"]])
        talk().print("Mend the cause, then: duecourse writeback again --all", markup=False)
    if found["pending"]:
        show_table("On its way", columns, [_row(line) for line in found["pending"]])
    erp = found["erp"] or found["not_begun"]
    if not erp:
        talk().print(f"{NO_ERP} {_IN_FILES}", markup=False)
    elif erp["state"] != "connected":
        talk().print(f"{erp['name']}: {erp['says']} {erp['todo']}", markup=False)
        if not found["erp"]:
            talk().print(_IN_FILES, markup=False)
    elif not found["waits"] and not found["pending"]:
        talk().print("The ERP was told everything.")


@app.command("again")
def again(
    keys: Annotated[list[str] | None, typer.Argument(help="Keys, as list shows them.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="All that wait.")] = False,
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Tell the ERP again what it did not take. Each line is looked up there before it is booked.

    Example: duecourse writeback again --all
    """
    if bool(keys) == all_:
        raise CliError("name the keys, or say --all", Exit.USAGE)
    api = Api.found()
    done = api.post(f"{_path(api, entity)}/again", {"keys": keys or []})
    if as_json:
        show_json(done)
    else:
        talk().print(f"{count(done['tried'], 'line is', 'lines are')} told again.")


@app.command("repair")
def repair(
    key: Key,
    booked: Annotated[str, typer.Option(help="What the ERP calls your own booking.")] = "",
    dropped: Annotated[str, typer.Option(help="Why the ERP is never to hear of it.")] = "",
    yes: Yes = False,
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Say that you booked a line in the ERP by hand, or that it is dropped. Later lines go on.

    Example: duecourse writeback repair KEY --booked MOVE-17
    """
    if bool(booked) == bool(dropped):
        raise CliError("say --booked ID or --dropped REASON", Exit.USAGE)
    confirm(f"The hub will not tell the ERP of {key}. Go on?", yes)
    api = Api.found()
    body = {"booked_as": booked, "dropped": dropped}
    done = api.post(f"{_path(api, entity)}/{segment(key)}/repair", body)
    show_json(done) if as_json else talk().print(f"{key} is {done['state']}.", markup=False)


def _path(api: Api, entity: str | None) -> str:
    return f"/entities/{segment(api.entity(entity))}/writebacks"


def _row(line: dict[str, Any]) -> tuple[str, ...]:
    money = line["amount"]
    return (
        line["key"],
        line["told_as"].replace("_", " "),
        line["number"],
        f"{money['amount']} {money['currency']}",
        str(line["tries"] or ""),
        line["said"] or line["code"],
    )
