"""customer: its ways into the portal, invoices that change hands, and who takes whose place."""

from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.output import AsJson, EntityName, Yes, confirm, count, show_json, talk

app = typer.Typer(
    help="Links into the portal, invoices that change their customer, merges.",
    no_args_is_help=True,
)
Into = Annotated[str, typer.Argument(help="The customer it goes to: our id or the ERP's.")]
Why = Annotated[str, typer.Option("--why", help="The reason, kept in the books.")]


@app.command("end-links")
def end_links(
    customer: Annotated[str, typer.Argument(help="Whose: our id or the ERP's.")],
    yes: Yes = False,
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """End every link into the portal that a customer was mailed, and who is in by one.

    For a mail that went to the wrong person, or somebody who left. Mend the address in the ERP
    first: an ended link still offers a fresh one, mailed to the address on file.

    Example: duecourse customer end-links C-7
    """
    api = Api.found()
    confirm(f"End every link that {customer} was mailed so far?", yes)
    place = f"/entities/{segment(api.entity(entity))}/customers/{segment(customer)}/end-links"
    ended = api.post(place)
    if as_json:
        show_json(ended)
        return
    talk().print(f"What {customer} was mailed up to {ended['ended_at']} opens nothing any more.")


@app.command("move")
def move(
    invoice: Annotated[str, typer.Argument(help="The invoice: its number, the ERP's id or ours.")],
    into: Into,
    why: Why,
    yes: Yes = False,
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Give what is open of an ERP's invoice to another customer. What was paid stays.

    Example: duecourse customer move 4711 C-20 --why "billed to the wrong branch"
    """
    api = Api.found()
    confirm(f"Ask {into} for what is open of {invoice} from now on?", yes)
    place = f"/entities/{segment(api.entity(entity))}/invoices/{segment(invoice)}/move"
    moved = api.post(place, {"into": into, "note": why})
    if as_json:
        show_json(moved)
        return
    open_ = moved["open"]
    talk().print(f"{moved['number']}: {into} owes {open_['amount']} {open_['currency']} of it now.")


@app.command("merge")
def merge(
    customer: Annotated[str, typer.Argument(help="Who is no more: our id or the ERP's.")],
    into: Into,
    why: Why,
    yes: Yes = False,
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Let another customer take one's place, as the ERP did. What is open goes over.

    Example: duecourse customer merge C-19 C-20 --why "one company since June"
    """
    api = Api.found()
    confirm(f"Let {into} owe all that is open of {customer}? A merge is for good.", yes)
    place = f"/entities/{segment(api.entity(entity))}/customers/{segment(customer)}/merge"
    done: dict[str, Any] = api.post(place, {"into": into, "note": why})
    if as_json:
        show_json(done)
        return
    talk().print(f"{count(len(done['moved']), 'invoice')} went from {customer} to {into}.")
    for stayed in done["stayed"]:
        talk().print(f"{stayed['number']} stays: {stayed['reason']}.")
    if done["credits"]:
        talk().print(f"Money that waits stays with {customer}: duecourse money credits.")
