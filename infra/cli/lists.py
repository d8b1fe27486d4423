"""Lists: customers, invoices, payments, what is parked, and figures."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import islice
from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.output import AsJson, EntityName, amounts, show_json, show_table

_PAGE_MAX = 200
Most = Annotated[int, typer.Option("--limit", min=1, help="At most so many rows.")]
Customer = Annotated[str, typer.Option("--customer", help="Our id or the ERP's.")]


def customers(
    query: Annotated[str, typer.Argument(help="Part of name, e-mail or ERP id.")] = "",
    entity: EntityName = None,
    limit: Most = 100,
    as_json: AsJson = False,
) -> None:
    """List customers by name, and what they owe."""
    columns = ("id", "name", "e-mail", ">open", ">overdue", ">days late")

    def row(c: Any) -> Sequence[str]:
        return (
            c["external_id"],
            c["name"],
            c["email"],
            amounts(c["open"]),
            amounts(c["overdue"]),
            str(c["days_late"] or ""),
        )

    page = min(limit, _PAGE_MAX)
    show_list("customers", entity, limit, as_json, columns, row, page=page, q=query)


def invoices(
    customer: Customer = "",
    everything: Annotated[bool, typer.Option("--all", help="Paid ones, too.")] = False,
    entity: EntityName = None,
    limit: Most = 100,
    as_json: AsJson = False,
) -> None:
    """List invoices and charges: what is open, by due date."""
    facts = ("number", "customer", "ERP's id", "kind", "issued", "due")
    columns = (*facts, ">total", ">open", "", "state")

    def row(d: Any) -> Sequence[str]:
        total, rest = d["total"], d["open"]["amount"]
        return (
            d["number"],
            d["customer"],
            d["external_id"],
            d["kind"],
            d["issued_on"],
            d["due_on"],
            total["amount"],
            rest,
            total["currency"],
            d["state"],
        )

    state = "all" if everything else "open"
    show_list("invoices", entity, limit, as_json, columns, row, customer=customer, state=state)


def payments(
    customer: Customer = "",
    first: Annotated[str | None, typer.Option("--from", help="First value date.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last value date.")] = None,
    entity: EntityName = None,
    limit: Most = 100,
    as_json: AsJson = False,
) -> None:
    """List payments by value date, newest first.

    Example: duecourse payments --from 2026-03-01 --to 2026-03-31
    """
    columns = ("value date", "customer", ">amount", "", "method", "for", ">unapplied", "reference")

    def row(p: Any) -> Sequence[str]:
        amount = p["amount"]
        waits = p["unapplied"]["amount"]
        return (
            p["received_on"],
            p["customer"],
            amount["amount"],
            amount["currency"],
            p["method"],
            ", ".join(a["number"] for a in p["allocations"]),
            waits if Decimal(waits) else "",
            "\n".join(one for one in (p["reference"], p["gateway_reference"]) if one),
        )

    page, days = min(limit, _PAGE_MAX), {"from": first, "to": last}
    of = {"customer": customer, **days}
    show_list("payments", entity, limit, as_json, columns, row, page=page, **of)


def parked(entity: EntityName = None, limit: Most = 100, as_json: AsJson = False) -> None:
    """List what came in and could not be placed without guessing."""
    columns = ("since", "kind", "from", "reason", "facts")

    def row(p: Any) -> Sequence[str]:
        facts = ", ".join(f"{k} {v}" for k, v in p["facts"].items())
        return (p["created_at"], p["kind"], p["source"], p["reason"], facts)

    show_list("parked", entity, limit, as_json, columns, row)


def figures(
    entity: EntityName = None,
    first: Annotated[str | None, typer.Option("--from", help="First day of a period.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Its last day.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="At the end of a past day.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what is owed by age; with --from and --to, what those days brought."""
    api = Api.found()
    of = api.entity(entity)
    told = api.get(
        f"/entities/{segment(of)}/figures", **{"from": first, "to": last, "as_of": as_of}
    )
    if as_json:
        show_json(told)
        return
    names = ("not_due", "1_30", "31_60", "61_90", "over_90")
    rows = [
        (a["currency"], *(a["buckets"][n]["amount"] for n in names), a["open"]["amount"])
        for a in told["ageing"]
    ]
    titles = (">not due", ">1-30", ">31-60", ">61-90", ">over 90", ">open")
    show_table(f"Owed on {told['on']}, by days past due", ("", *titles), rows)
    period = told["period"]
    if period:
        show_turnover(period)


def show_turnover(period: Any) -> None:
    """Print what a period brought."""
    ratios = ("dso_days", "best_dso_days", "countback_days", "cei_percent")
    titles = (">DSO (days)", ">best DSO", ">countback", ">CEI %")
    columns = ("", ">invoiced", ">charged", ">collected", ">open", *titles)
    rows = [
        (
            t["currency"],
            *(t[name]["amount"] for name in ("invoiced", "charged", "collected", "open")),
            *(f"{Decimal(t[name]):.1f}" if t[name] else "-" for name in ratios),
        )
        for t in period["turnover"]
    ]
    show_table(f"{period['first']} to {period['last']}", columns, rows)


def show_list(
    name: str,
    entity: str | None,
    limit: int,
    as_json: bool,
    columns: Sequence[str],
    row: Callable[[Any], Sequence[str]],
    page: int | None = None,
    **query: Any,
) -> None:
    """Print the list of that name of an entity, at most limit rows of it, each as row makes it."""
    api = Api.found()
    of = api.entity(entity)
    listed = api.pages(f"/entities/{segment(of)}/{name}", limit=page, **query)
    items = list(islice(listed, limit))
    if as_json:
        show_json(items)
    else:
        show_table("", columns, [row(item) for item in items])
