"""statement: what a customer owes, as a table, CSV, JSON or PDF."""

import time
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from infra.cli.api import Api, segment
from infra.cli.errors import CliError, Exit
from infra.cli.http import request
from infra.cli.output import AsJson, EntityName, show_json, show_table, talk, written

_PDF_TIMEOUT_S = 60
_LOOK_EVERY_S = 1


def statement(
    customer: Annotated[str, typer.Argument(help="Our id or the ERP's.")],
    first: Annotated[str | None, typer.Option("--from", help="First day of activity.")] = None,
    on: Annotated[str | None, typer.Option("--on", help="Its day; default today.")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write rows to this file.")] = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Write a PDF to this file.")] = None,
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Show a customer's statement of account at the end of a day.

    Example: duecourse statement C-001 --from 2026-03-01 --on 2026-03-31 --pdf march.pdf
    """
    api = Api.found()
    path = f"/entities/{segment(api.entity(entity))}/customers/{segment(customer)}"
    if csv is not None:
        asked = urlencode({k: v for k, v in {"from": first, "on": on}.items() if v})
        read = api.file(f"{path}/statement.csv?{asked}")
        with written(csv):
            csv.write_bytes(read)
        talk().print(f"The statement is in {csv}.")
    if pdf is not None:
        read = _pdf(api, path, on, first)
        with written(pdf):
            pdf.write_bytes(read)
        talk().print(f"The statement is in {pdf}.")
    told = api.get(f"{path}/statement", **{"from": first, "on": on})
    if as_json:
        show_json(told)
    elif csv is None and pdf is None:
        _show(told)


def _pdf(api: Api, path: str, on: str | None, first: str | None) -> bytes:
    asked = api.post(f"{path}/statements", {"on": on, "first": first})
    until = time.monotonic() + _PDF_TIMEOUT_S
    while not asked["url"]:
        if time.monotonic() > until:
            raise CliError("The PDF is not there yet: look again in a minute.")
        time.sleep(_LOOK_EVERY_S)
        asked = api.get(f"{path}/statements/{asked['statement_id']}")
    answer = request("GET", asked["url"])
    if answer.status != 200:
        raise CliError(f"The PDF could not be fetched: {answer.status}", Exit.REFUSED)
    return answer.body


def _show(told: Any) -> None:
    if not told["currencies"]:
        talk().print("Nothing is open.")
    for one in told["currencies"]:
        balance = f"{one['balance']['amount']} {one['currency']}"
        rows = [
            (
                item["number"],
                item["issued_on"],
                item["due_on"],
                str(item["days_late"] or ""),
                item["total"]["amount"],
                item["open"]["amount"],
            )
            for item in one["items"]
        ]
        rows += [
            ("credit", credit["received_on"], "", "", "", f"-{credit['amount']['amount']}")
            for credit in one["credits"]
        ]
        title = f"{told['name']} on {told['on']}: {balance}"
        show_table(title, ("number", "issued", "due", ">days late", ">total", ">open"), rows)
        if told["first"]:
            _show_activity(told, one)


def _show_activity(told: Any, one: Any) -> None:
    rows = [(told["first"], "brought forward", "", "", one["brought_forward"]["amount"])]
    rows += [
        (
            line["date"],
            line["kind"].replace("_", " "),
            line["number"],
            line["amount"]["amount"],
            line["balance"]["amount"],
        )
        for line in one["activity"]
    ]
    show_table("", ("date", "what", "number", ">amount", ">balance"), rows)
