"""autopay: what customers gave leave to take, what was taken, and its end."""

from typing import Any

import typer

from infra.cli.agreed_words import Customer, told
from infra.cli.errors import CliError, Exit
from infra.cli.money_words import Customer as CustomerName
from infra.cli.output import AsJson, EntityName, show_json, show_table, talk

app = typer.Typer(help="Automatic payment: what is taken by itself.", no_args_is_help=True)


@app.command("show")
def show(customer: CustomerName, entity: EntityName = None, as_json: AsJson = False) -> None:
    """Show what a customer turned on and off, and what was announced and taken."""
    whose = Customer(customer, entity)
    mandates, collections = whose.agreed("mandates"), whose.agreed("collections")
    if as_json:
        show_json({"mandates": mandates, "collections": collections})
        return
    rows = [
        (m["mandate_id"], m["account"], m["given_on"], m["ended_on"] or "", m["ended_why"])
        for m in mandates
    ]
    show_table("Turned on", ("id", "from", "since", "ended", "why"), rows)
    rows = [
        (c["take_on"], told(c["amount"]), c["account"], _tries(c), c["next_on"] or "", c["outcome"])
        for c in collections
    ]
    show_table("Taken", ("day", ">amount", "from", "tries", "next", "outcome"), rows)


@app.command("end")
def end(customer: CustomerName, entity: EntityName = None, as_json: AsJson = False) -> None:
    """Turn a customer's automatic payment off; what the bank is moving still arrives.

    Example: duecourse autopay end C-7
    """
    whose = Customer(customer, entity)
    live = [m for m in whose.agreed("mandates") if m["ended_on"] is None]
    if not live:
        raise CliError("Automatic payment is not on.", Exit.REFUSED)
    ended = whose.post(f"mandates/{live[0]['mandate_id']}/end", {})
    if as_json:
        show_json(ended)
        return
    talk().print(f"{ended['account']}: off since {ended['ended_on']}.", markup=False)


def _tries(collection: dict[str, Any]) -> str:
    return ", ".join(f"{t['on']} {t['code'] or 'under way'}" for t in collection["tries"])
