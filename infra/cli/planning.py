"""plan: paying in parts, within the limits of the policy."""

from typing import Annotated, Any

import typer

from infra.cli.agreed_words import About, Customer, ids, told
from infra.cli.money_words import Customer as CustomerName
from infra.cli.money_words import Key
from infra.cli.output import AsJson, EntityName, show_json, show_table, talk

app = typer.Typer(help="Instalment plans.", no_args_is_help=True)
Parts = Annotated[int, typer.Option("--parts", help="In how many parts.")]
First = Annotated[str, typer.Option("--first", help="When the first part is due, ISO.")]
PaceName = Annotated[str, typer.Option("--pace", help="weekly, fortnightly or monthly.")]


@app.command("list")
def show(customer: CustomerName, entity: EntityName = None, as_json: AsJson = False) -> None:
    """List a customer's plans and what is still to come of each."""
    found = Customer(customer, entity).agreed("plans")
    if as_json:
        show_json(found)
        return
    for plan in found:
        title = f"{plan['plan_id']}: {plan['state']}, agreed on {plan['agreed_on']}"
        _show_parts(title, plan["open_parts"] or plan["parts"])


@app.command("preview")
def preview(
    customer: CustomerName,
    parts: Parts,
    first: First,
    about: About = None,
    pace: PaceName = "monthly",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Show the parts that a plan would have. Nothing is agreed by it."""
    whose = Customer(customer, entity)
    shown = whose.post("plans/preview", _ask(whose, about, parts, first, pace))
    if as_json:
        show_json(shown)
        return
    _show_parts(f"Each may come {shown['grace_days']} days late", shown["parts"])


@app.command("agree")
def agree(
    customer: CustomerName,
    parts: Parts,
    first: First,
    consent: Annotated[str, typer.Option(help="How the customer agreed: who, when, by what.")],
    about: About = None,
    pace: PaceName = "monthly",
    key: Key = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Agree that a customer pays in parts. A part that stays away puts the ladder back.

    Example: duecourse plan agree C-7 --for INV-7 --parts 3 --first 2026-04-01 --consent "by phone"
    """
    whose = Customer(customer, entity)
    body = _ask(whose, about, parts, first, pace) | {"consent": consent}
    made = whose.make("plans", body, key)
    if as_json:
        show_json(made)
        return
    _show_parts(f"{made['plan_id']}: agreed", made["parts"])


@app.command("end")
def end(
    customer: CustomerName,
    plan: Annotated[str, typer.Argument(help="The plan's id.")],
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """End a plan: its invoices are asked for by their own due dates again."""
    ended = Customer(customer, entity).post(f"plans/{plan}/end", {})
    if as_json:
        show_json(ended)
        return
    talk().print(f"{plan}: {ended['state']}.", markup=False)


def _ask(
    whose: Customer, about: list[str] | None, parts: int, first: str, pace: str
) -> dict[str, Any]:
    documents = ids(whose.documents(about, everything=True))
    return {"documents": documents, "parts": parts, "first_on": first, "pace": pace}


def _show_parts(title: str, parts: list[Any]) -> None:
    show_table(title, ("due", ">amount"), [(p["due_on"], told(p["amount"])) for p in parts])
