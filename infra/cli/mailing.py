"""mail: one sent by hand, what customers wish of mails, how they fare, and a pause that ends."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.errors import CliError, Exit
from infra.cli.notice_words import uncharged
from infra.cli.output import AsJson, EntityName, Yes, confirm, show_json, show_table, sums, talk

app = typer.Typer(help="Mails: how they fare, pauses, customers' wishes.", no_args_is_help=True)
Customer = Annotated[str, typer.Argument(help="Our id or the ERP's.")]
_WISHES = ("no-reminders", "reminders", "internal", "external", "mail-again")


def remind(
    customer: Customer,
    stage: Annotated[str, typer.Option(help="A mail of the policy; else the furthest.")] = "",
    document: Annotated[
        list[str] | None,
        typer.Option(help="An open document: our id, its number or the ERP's id. Repeat it."),
    ] = None,
    with_fee: Annotated[
        bool,
        typer.Option("--with-fee", help="Charge the stage's fee even with the first word."),
    ] = False,
    yes: Yes = False,
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Mail a stage to a customer now. It counts as that stage: the ladder does not repeat it.

    What a stage charges is left out for good where nothing was said before of what is late.

    Example: duecourse remind C-7 --stage reminder
    """
    api = Api.found()
    body = {"stage": stage, "documents": document or [], "with_fee": with_fee}
    place = f"{_path(api, entity)}/customers/{segment(customer)}"
    ahead = api.post(f"{place}/remind-preview", body)
    talk().print(asked_by_hand(ahead))
    confirm("Mail it now?", yes)
    fixed = body | {"stage": ahead["stage"]}
    made = api.post(f"{place}/remind", fixed)
    if as_json:
        show_json(made)
    else:
        words = (
            f"Notice {made['notice']}, {made['stage']}, goes out now in the name of {made['by']}."
        )
        talk().print(words, markup=False)


def asked_by_hand(ahead: Mapping[str, Any]) -> str:
    """Return what a mail by hand asks for and charges, in a line or two."""
    numbers = ", ".join(item["number"] for item in ahead["items"])
    asked = sums(item["payable"] for item in ahead["items"]).replace("\n", " and ")
    fees = [
        f"{f['amount']['amount']} {f['amount']['currency']} ({f['number']})" for f in ahead["fees"]
    ]
    charged = f"It charges {', '.join(fees)}." if fees else "It charges nothing."
    said = f"Stage {ahead['words']} to {ahead['customer']}: asks for {numbers}, {asked}. {charged}"
    return "\n".join([said, *(uncharged(one) for one in ahead["uncharged"])])


@app.command("status")
def status(entity: EntityName = None, as_json: AsJson = False) -> None:
    """Show how mails fare, and their pauses."""
    api = Api.found()
    found = api.get(f"{_path(api, entity)}/mail")
    if as_json:
        show_json(found)
        return
    state = f"paused: too many {found['paused']}" if found["paused"] else "going out"
    facts = [(name, str(found[name])) for name in ("sent", "bounced", "complained", "unknown")]
    show_table(f"Mails are {state}; last {found['days']} days", ("what", "mails"), facts)
    rows = [
        (p["began_at"], p["reason"], p["ended_at"] or "", p["ended_by"], p["note"])
        for p in found["pauses"]
    ]
    if rows:
        show_table("Pauses", ("began", "too many", "ended", "by", "note"), rows)


@app.command("resume")
def resume(
    note: Annotated[str, typer.Option(help="What was mended.")],
    yes: Yes = False,
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Let paused mails go again, in your name.

    Example: duecourse mail resume --note "old addresses removed"
    """
    api = Api.found()
    confirm("Let the mails go again?", yes)
    found = api.post(f"{_path(api, entity)}/mail/resume", {"note": note})
    if as_json:
        show_json(found)
    else:
        talk().print("Mails go out again; what waited follows within minutes.", markup=False)


@app.command("wish")
def wish(
    customer: Customer,
    what: Annotated[str, typer.Argument(help=", ".join(_WISHES))],
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Change what is mailed to a customer.

    Example: duecourse mail wish C-7 no-reminders
    """
    if what not in _WISHES:
        raise CliError(f"{what} is none of {', '.join(_WISHES)}", Exit.USAGE)
    api = Api.found()
    place = f"{_path(api, entity)}/customers/{segment(customer)}/mail"
    found = api.post(place, {"wish": what.replace("-", "_")})
    if as_json:
        show_json(found)
    else:
        talk().print(f"{customer}: {what} from today on.", markup=False)


def _path(api: Api, entity: str | None) -> str:
    return f"/entities/{segment(api.entity(entity))}"
