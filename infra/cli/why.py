"""explain: why something is, or is not, said to a customer on a day."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.errors import CliError, Exit
from infra.cli.moments import local, when
from infra.cli.notice_words import became, stage, uncharged, verdict, what
from infra.cli.output import AsJson, EntityName, data, show_json, show_table

_PARTS = (
    "open",
    "processing",
    "credit",
    "in_checkout",
    "disputed",
    "promised",
    "planned",
    "held",
    "free",
)
_DECIDES = "Next a controller decides on what waits: duecourse approve, or refuse."
_UNDATED = {
    "settings": "the customer's settings (addresses, policy, zone, whether mail is off)",
    "due_dates": "due dates that the ERP moved later",
    "announced_payments": "payments that were announced",
    "paid_checkouts": "payment pages, which are forgotten a week after they were paid",
}


def explain(
    what: Annotated[str, typer.Argument(help="A customer or an invoice: our id or the ERP's.")],
    entity: EntityName = None,
    at: Annotated[
        str | None, typer.Option(help="A day, such as 2026-03-01, or an instant; default now.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what is said to a customer on a day and why; a past day is told by its own facts.

    Examples: duecourse explain INV-1001, duecourse explain C-7 --at 2026-03-01
    """
    api = Api.found()
    told = _decisions(api, api.entity(entity), what, at)
    if as_json:
        show_json(told)
        return
    for line in _head(told):
        data().print(line, markup=False, highlight=False)
    rows = [
        (verdict(d["action"]), stage(d["stage"] or ""), d["reason"], d["code"])
        for d in told["decisions"]
    ]
    if rows:
        show_table("", ("verdict", "stage", "why", "code"), rows)
    if told["coverage"]:
        covers = [
            (c["number"], *(c[p]["amount"] for p in _PARTS), c["open"]["currency"])
            for c in told["coverage"]
        ]
        columns = ("document", *(f">{p.replace('_', ' ')}" for p in _PARTS), "")
        show_table("What is spoken for", columns, covers)
    for line in _foot(told):
        data().print(line, markup=False, highlight=False)


def _head(told: Mapping[str, Any]) -> list[str]:
    held = "  (the entity holds all messages)" if told["hold_all"] else ""
    lines = [
        f"{told['name']}, {told['on']}{held}",
        f"policy {told['policy']}, version {told['policy_version']};"
        f" by the facts of {local(told['facts_as_of'], told['time_zone'])}",
    ]
    for notice in told["notices"]:
        asked = ", ".join(told["numbers"].get(i, i) for i in notice["documents"])
        decided = local(notice["claimed_at"], told["time_zone"])
        lines.append(
            f"No. {notice['n']}, stage {stage(notice['stage'])}: {what(notice['channel'])} about"
            f" {asked}, decided on {decided}; {became(notice['state'])}."
        )
    if not told["decisions"]:
        lines.append("Nothing was open then, as far as the hub knew.")
    return lines


def _foot(told: Mapping[str, Any]) -> list[str]:
    lines = [uncharged(one) for one in told.get("uncharged", [])]
    after = told["coming"]
    if after:
        asked = ", ".join(told["numbers"].get(i, i) for i in after["documents"])
        lines.append(
            f"Next, if nothing happens: on {after['on']} stage {stage(after['stage'])},"
            f" {what(after['channel'])} about {asked}."
        )
    elif any(decision["code"] == "awaits_approval" for decision in told["decisions"]):
        lines.append(_DECIDES)
    elif told["decisions"]:
        lines.append("Nothing comes next, if nothing happens.")
    if told["undated"]:
        names = "; ".join(_UNDATED.get(name, name) for name in told["undated"])
        lines.append(f"Kept without their days, so as they are now: {names}.")
    return lines


def _decisions(api: Api, entity: str, what: str, at: str | None) -> Any:
    path = f"/entities/{segment(entity)}/decisions"
    for kind in ("invoice", "customer"):
        try:
            return api.get(path, **{kind: what}, **when(at))
        except CliError as error:
            if error.code is not Exit.REFUSED or not str(error).startswith("not_found"):
                raise
    raise CliError(f"{what}: no invoice or customer of {entity}")
