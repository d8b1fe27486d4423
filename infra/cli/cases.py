"""What a named person decides: notices that wait, cases handed over, and their packs."""

import hashlib
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.errors import CliError, Exit
from infra.cli.http import request
from infra.cli.output import AsJson, EntityName, Yes, confirm, count, show_json, talk, written

_PACK_TIMEOUT_S = 120
_LOOK_EVERY_S = 1
Customer = Annotated[str, typer.Argument(help="Our id or the ERP's.")]
Notice = Annotated[int, typer.Argument(help="The number in the task's list: notice.")]


def approve(
    customer: Customer,
    notice: Notice,
    tier: Annotated[str | None, typer.Option(help="To whom a case goes: agency or lawyer.")] = None,
    yes: Yes = False,
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Let a notice go out that waits for a person, in your name.

    Example: duecourse approve C-7 4 --tier lawyer
    """
    api = Api.found()
    confirm(f"Let notice {notice} to {customer} go out{f' to the {tier}' if tier else ''}?", yes)
    place = f"{_customer_path(api, entity, customer)}/notices/{notice}/approve"
    _say(api.post(place, {"tier": tier}), as_json)


def refuse(
    customer: Customer,
    notice: Notice,
    note: Annotated[str, typer.Option("--note", help="Why not.")] = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Keep a notice that waits for a person from going out; its stage counts as done."""
    api = Api.found()
    place = f"{_customer_path(api, entity, customer)}/notices/{notice}/refuse"
    _say(api.post(place, {"note": note}), as_json)


def take_back(
    customer: Customer,
    reason: Annotated[str, typer.Option(help="Why the case comes back.")],
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Take a case back from the lawyer or agency: the hub speaks to the customer again."""
    api = Api.found()
    path = _customer_path(api, entity, customer)
    cases = [one for one in api.get(f"{path}/handovers")["items"] if not one["ended_on"]]
    if not cases:
        raise CliError("Nobody else has this customer's case.", Exit.REFUSED)
    place = f"{path}/handovers/{segment(cases[0]['handover_id'])}/take-back"
    past = api.post(place, {"reason": reason})
    if as_json:
        show_json(past)
    else:
        talk().print(f"Taken back from the {past['tier']} on {past['ended_on']}.", markup=False)


def handover(
    customer: Customer,
    to: Annotated[Path, typer.Option("-o", "--output", help="Write the ZIP to this file.")],
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Put a customer's case into one ZIP: invoices, messages as sent, promises, interest, hashes.

    Example: duecourse handover C-7 -o case.zip
    """
    api = Api.found()
    path = f"{_customer_path(api, entity, customer)}/packs"
    asked = api.post(path, {})
    until = time.monotonic() + _PACK_TIMEOUT_S
    while not asked["url"]:
        if time.monotonic() > until:
            raise CliError("The pack is not there yet: look again in a minute.", Exit.TIMEOUT)
        time.sleep(_LOOK_EVERY_S)
        asked = api.get(f"{path}/{asked['pack_id']}")
    answer = request("GET", asked["url"])
    if answer.status != 200:
        raise CliError(f"The pack could not be fetched: {answer.status}", Exit.REFUSED)
    if hashlib.sha256(answer.body).hexdigest() != asked["sha256"]:
        raise CliError("The pack came damaged: its hash is another one.", Exit.REFUSED)
    with written(to):
        to.write_bytes(answer.body)
    if as_json:
        show_json({k: v for k, v in asked.items() if k != "url"})
    else:
        talk().print(
            f"The case is in {to}: {count(len(answer.body), 'byte')}, sha256 {asked['sha256']}.",
            markup=False,
        )


def _customer_path(api: Api, entity: str | None, customer: str) -> str:
    return f"/entities/{segment(api.entity(entity))}/customers/{segment(customer)}"


def _say(decided: Any, as_json: bool) -> None:
    if as_json:
        show_json(decided)
    else:
        talk().print(f"Notice {decided['notice']} is {decided['state']}.", markup=False)
