"""explain: why something is, or is not, said to a customer."""

from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.errors import CliError, Exit
from infra.cli.output import AsJson, EntityName, data, show_json, show_table


def explain(
    what: Annotated[str, typer.Argument(help="A customer or an invoice: our id or the ERP's.")],
    entity: EntityName = None,
    at: Annotated[str | None, typer.Option(help="An instant; default now.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what would be said to a customer, and why.

    Examples: duecourse explain INV-1001, duecourse explain C-7 --at 2026-12-01T12:00:00Z
    """
    api = Api.found()
    told = _decisions(api, api.entity(entity), what, at)
    if as_json:
        show_json(told)
        return
    held = "  (the entity holds all messages)" if told["hold_all"] else ""
    data().print(f"{told['name']}, {told['on']}{held}", markup=False)
    data().print(f"policy {told['policy']}, version {told['policy_version']}", markup=False)
    rows = [(d["action"], d["code"], d["stage"] or "", d["reason"]) for d in told["decisions"]]
    show_table("", ("action", "code", "stage", "reason"), rows)
    names = "open processing credit in_checkout disputed promised held free"
    parts = names.split()
    covers = [
        (c["number"], *(c[p]["amount"] for p in parts), c["open"]["currency"])
        for c in told["coverage"]
    ]
    show_table("What is spoken for", ("document", *(f">{p}" for p in parts), ""), covers)


def _decisions(api: Api, entity: str, what: str, at: str | None) -> Any:
    path = f"/entities/{segment(entity)}/decisions"
    for kind in ("invoice", "customer"):
        try:
            return api.get(path, **{kind: what}, at=at)
        except CliError as error:
            if error.code is not Exit.REFUSED or not str(error).startswith("not_found"):
                raise
    raise CliError(f"{what}: no invoice or customer of {entity}")
