"""invoice, credit-note and void: issue an invoice, look at it, and take it back."""

from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.currencies import of_customer, said
from infra.cli.errors import CliError, Exit
from infra.cli.money_words import CustomersCurrency, Key, money, place_of, post
from infra.cli.output import AsJson, EntityName, Yes, confirm, show_json, show_table, talk

app = typer.Typer(help="Invoices of this hub: issue one, show one.", no_args_is_help=True)
Number = Annotated[str, typer.Argument(help="Our number, our id or the ERP's id.")]
Reason = Annotated[
    str,
    typer.Option(help="return, price, quantity, duplicate, cancelled, goodwill, error or other."),
]
Text = Annotated[str, typer.Option(help="In words; a credit note shows it.")]
_LINE_PARTS = 5


@app.command("issue")
def issue(
    customer: Annotated[str, typer.Argument(help="The customer's id or the ERP's.")],
    issued_on: Annotated[str, typer.Option(help="ISO date.")],
    line: Annotated[
        list[str] | None,
        typer.Option(help="description;quantity;unit price;tax %;discount %, from the left."),
    ] = None,
    total: Annotated[str, typer.Option(help="With tax; needed without lines.")] = "",
    currency: CustomersCurrency = "",
    with_tax: Annotated[bool, typer.Option("--with-tax", help="Prices include tax.")] = False,
    due_on: Annotated[str, typer.Option(help="ISO date; default by terms.")] = "",
    terms: Annotated[str, typer.Option(help="Such as 2/10 net 30.")] = "",
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    po_number: Annotated[str, typer.Option(help="The customer's order number.")] = "",
    series: Annotated[str, typer.Option(help="A number series of the entity.")] = "INV",
    policy: Annotated[str, typer.Option(help="Default the customer's.")] = "",
    key: Key = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Issue an invoice. It is final: credit-note and void take it back.

    Example: duecourse invoice issue C-7 --issued-on 2026-03-01 --line "Desk;2;100.00;19"
    """
    api, place = place_of(entity)
    whose = api.get(f"{place}/customers/{segment(customer)}")
    currency = said(currency) or of_customer(api, place, whose)
    body: dict[str, Any] = {
        "customer_id": whose["customer_id"],
        "currency": currency,
        "issued_on": issued_on,
        "terms": terms,
        "description": description,
        "po_number": po_number,
        "lines": [_line(text) for text in line or ()],
        "prices_include_tax": with_tax,
        "series": series,
        "policy": policy,
    }
    if total:
        body["total"] = money(total, currency)
    if due_on:
        body["due_on"] = due_on
    made = post("/invoices", body, key, entity)
    _tell(made, as_json, f"{made['number']}: {_money(made['total'])}, due {made['due_on']}.")


@app.command("show")
def show(number: Number, entity: EntityName = None, as_json: AsJson = False) -> None:
    """Show an invoice, charge or credit note with its lines and the tax on them."""
    api, place = _place(entity, number)
    found = {**api.get(place), **api.get(f"{place}/lines")}
    if as_json:
        show_json(found)
        return
    facts = ("kind", "state", "issued_on", "due_on", "po_number", "description")
    title = f"{found['number']}: {_money(found['total'])}, open {_money(found['open'])}"
    show_table(title, ("", ""), [(name, found[name]) for name in facts if found[name]])
    rows = [
        (
            str(line["line"]),
            line["description"],
            line["quantity"],
            line["unit_price"]["amount"],
            line["discount"]["amount"] if line["discount"] else "",
            line["tax_rate_percent"],
            line["net"]["amount"],
        )
        for line in found["lines"]
    ]
    if rows:
        columns = (">line", "", ">quantity", ">price", ">discount", ">tax %", ">net")
        show_table("", columns, rows)


def credit_note(
    number: Number,
    reason: Reason,
    line: Annotated[
        list[str] | None,
        typer.Option(help="A line by its place: 2 (its rest), 2=1.5 (a quantity), 2:9.50 (money)."),
    ] = None,
    amount: Annotated[str, typer.Option(help="With tax, of an invoice without lines.")] = "",
    text: Text = "",
    yes: Yes = False,
    key: Key = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Credit an invoice: all that is left of it, some of its lines, or an amount.

    Example: duecourse credit-note INV-000012 --reason return --line 2=1
    """
    api, place = _place(entity, number)
    body: dict[str, Any] = {
        "reason": reason,
        "text": text,
        "lines": [_part(asked) for asked in line or ()],
    }
    if amount:
        currency = api.get(place)["total"]["currency"]
        body["amount"] = money(amount, currency)
    if not line and not amount:
        confirm(f"Credit all that is left of {number}?", yes)
    made = post(f"/invoices/{segment(number)}/credit-notes", body, key, entity)
    _tell(made, as_json, f"{made['number']} credits {_money(made['total'])} of {number}.")


def void(
    number: Number,
    reason: Reason,
    text: Text = "",
    yes: Yes = False,
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Void an invoice on which nothing was applied. Its number stays used.

    Example: duecourse void INV-000012 --reason duplicate
    """
    api, place = _place(entity, number)
    confirm(f"Void {number}? Nobody owes it then.", yes)
    voided = api.post(f"{place}/void", {"reason": reason, "text": text})
    _tell(voided, as_json, f"{voided['number']} is void.")


@app.command("ladder")
def ladder(
    number: Number,
    reason: Annotated[str, typer.Option(help="Why, in a few words.")],
    policy: Annotated[str, typer.Option(help="Its name; default that of the customer.")] = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Let an issued invoice climb another ladder from now on; what was said stays said.

    Example: duecourse invoice ladder INV-7 --policy gentle --reason "an old customer"
    """
    api, place = _place(entity, number)
    changed = api.patch(place, {"policy": policy, "reason": reason})
    name = changed["policy"] or "that of the customer"
    _tell(changed, as_json, f"{changed['number']} climbs {name} from now on.")


def _place(entity: str | None, number: str) -> tuple[Api, str]:
    api = Api.found()
    return api, f"/entities/{segment(api.entity(entity))}/invoices/{segment(number)}"


def _line(text: str) -> dict[str, str]:
    parts = [part.strip() for part in text.split(";")]
    if not 2 < len(parts) <= _LINE_PARTS:
        raise CliError("Write a line as description;quantity;unit price;tax %.", Exit.USAGE)
    names = ("description", "quantity", "unit_price", "tax_rate_percent", "discount_percent")
    return {name: part for name, part in zip(names, parts, strict=False) if part}


def _part(asked: str) -> dict[str, Any]:
    for sign, name in (("=", "quantity"), (":", "amount")):
        place, found, value = asked.partition(sign)
        if found and place.isdecimal():
            return {"line": int(place), name: value}
    if not asked.isdecimal():
        raise CliError("Write a line as 2, 2=1.5 or 2:9.50.", Exit.USAGE)
    return {"line": int(asked)}


def _money(amount: dict[str, str]) -> str:
    return f"{amount['amount']} {amount['currency']}"


def _tell(made: Any, as_json: bool, sentence: str) -> None:
    if as_json:
        show_json(made)
    else:
        talk().print(sentence, markup=False)
