"""entity: open, look at, release, hold; and its policies."""

from pathlib import Path
from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.errors import CliError, Exit
from infra.cli.output import AsJson, Yes, confirm, data, show_json, show_table, talk
from infra.cli.sweeping import all_of_dry_run, show_dry_run
from shared.domain.numbering import STANDARD

app = typer.Typer(help="Legal entities: open, release, policies.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(help="Entity id, such as demo.")]


@app.command("create")
def create(
    entity: Id,
    name: Annotated[str, typer.Option(help="The company's name, as customers know it.")],
    email: Annotated[str, typer.Option(help="Where customers can write to.")],
    currency: Annotated[str, typer.Option(help="ISO 4217 code of its books.")],
    time_zone: Annotated[str, typer.Option(help="IANA name.")] = "Europe/Berlin",
    language: Annotated[str, typer.Option(help="Two letters.")] = "en",
    phone: Annotated[str, typer.Option(help="Shown to customers.")] = "",
    address: Annotated[str, typer.Option(help="Shown on invoices.")] = "",
    bank_account: Annotated[str, typer.Option(help="Shown to customers.")] = "",
    terms: Annotated[str, typer.Option(help="Of its invoices, such as 2/10 net 30.")] = "net 30",
    as_json: AsJson = False,
) -> None:
    """Open an entity. It decides and shows everything, and sends nothing until released.

    Example: duecourse entity create demo --name Acme --email ar@acme.example --currency EUR
    """
    made = _opened(
        {
            "entity_id": entity,
            "name": name,
            "contact_email": email,
            "currency": currency,
            "time_zone": time_zone,
            "language": language,
            "contact_phone": phone,
            "address": address,
            "bank_account": bank_account,
            "default_terms": terms,
        },
    )
    if as_json:
        show_json(made)
    else:
        talk().print(f"{entity} is open and holds all messages.", markup=False)


def _opened(asked: dict[str, str]) -> Any:
    """Return the new entity. Raises CliError, which says what to do where it is there already."""
    try:
        return Api.found().post("/entities", asked)
    except CliError as refused:
        if refused.refused != "conflict":
            raise
        name = asked["entity_id"]
        told = f"{name} exists already. See it: duecourse entity show {name}; change it:"
        told += f" duecourse entity --help, or PATCH /api/v1/entities/{name}."
        raise CliError(told, refused.code, refused.refused) from None


@app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """List the entities in which you have a role."""
    items = Api.found().get("/entities")["items"]
    if as_json:
        show_json(items)
        return
    rows = [(e["entity_id"], e["name"], e["currency"], e["time_zone"], _state(e)) for e in items]
    show_table("", ("entity", "name", "currency", "zone", "sending"), rows)


@app.command("show")
def show(entity: Id, as_json: AsJson = False) -> None:
    """Show one entity."""
    found = Api.found().get(f"/entities/{segment(entity)}")
    if as_json:
        show_json(found)
        return
    show_table("", ("field", "value"), [(k, "" if v is None else str(v)) for k, v in found.items()])


@app.command("release")
def release(
    entity: Id,
    cap: Annotated[int | None, typer.Option(min=1, help="Most messages a day, at first.")] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Show what would be sent, ask, and let the entity send.

    Example: duecourse entity release demo --cap 50
    """
    api = Api.found()
    dry = all_of_dry_run(api, entity, None)
    if not as_json:
        show_dry_run(dry)
    count = sum(m["channel"] == "email" for m in dry["messages"])
    limit = f", at most {cap} a day" if cap else ""
    confirm(f"Let {entity} send{limit}? The next sweep mails {count} customers.", yes)
    released = api.post(f"/entities/{segment(entity)}/release", {"daily_cap": cap})
    if as_json:
        show_json(released)
    else:
        talk().print(f"{entity} is released{limit}.", markup=False)


@app.command("hold")
def hold(entity: Id, as_json: AsJson = False) -> None:
    """Stop every message of the entity until it is released again."""
    held = Api.found().patch(f"/entities/{segment(entity)}", {"hold_all": True})
    if as_json:
        show_json(held)
    else:
        talk().print(f"{entity} holds all messages.", markup=False)


@app.command("numbers")
def numbers(
    entity: Id,
    series: Annotated[
        list[str] | None,
        typer.Option(help="A series and its pattern, such as INV=INV-{year}-{n:5}."),
    ] = None,
    gapless: Annotated[
        bool | None, typer.Option(help="May no number be missing? Invoices wait for each other.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show how documents are numbered, or change it. Numbers that are given out stay.

    Example: duecourse entity numbers demo --series "INV={year}-{n:5}" --gapless
    """
    api, path = Api.found(), f"/entities/{segment(entity)}"
    changes: dict[str, object] = {} if gapless is None else {"gapless_numbers": gapless}
    if series:
        known = api.get(path)["series"]
        pairs = [text.partition("=") for text in series]
        changes["series"] = {**known, **{name: pattern for name, _, pattern in pairs}}
    found = api.patch(path, changes) if changes else api.get(path)
    if as_json:
        show_json({name: found[name] for name in ("series", "gapless_numbers")})
        return
    gaps = "none may be missing" if found["gapless_numbers"] else "one may be missing"
    show_table(gaps, ("series", "pattern"), list({**STANDARD, **found["series"]}.items()))


@app.command("policy")
def policy(
    entity: Id,
    name: Annotated[str, typer.Argument(help="The policy's name.")] = "standard",
    put: Annotated[
        Path | None, typer.Option("--put", help="Write this file as the next version.")
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Print a policy as YAML, or write its next version.

    Example: duecourse entity policy demo standard --put standard.yaml
    """
    api, path = Api.found(), f"/entities/{segment(entity)}/policies/{segment(name)}"
    if put is None:
        found = api.get(path)
        if as_json:
            show_json(found)
        else:
            data().print(found["yaml"], markup=False, end="", soft_wrap=True)
        return
    try:
        text = put.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CliError(f"{put}: {error}", Exit.USAGE) from None
    confirm(f"Make {put} the next version of {name}? It holds from now on.", yes)
    try:
        written = api.put(path, text)
    except CliError as error:
        raise CliError(f"{put}: {error}", error.code) from None
    if as_json:
        show_json(written)
    else:
        talk().print(f"{name} is now version {written['version']}.", markup=False)


def _state(entity: dict[str, object]) -> str:
    if entity["hold_all"]:
        return "holds all"
    cap = entity["daily_cap"]
    return f"at most {cap} a day" if cap else "released"
