"""clock: both clocks, and moving the business one in a sandbox."""

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infra.cli.api import Api, state_dir
from infra.cli.errors import CliError, Exit
from infra.cli.output import AsJson, data, show_json

if TYPE_CHECKING:
    from infra.local.stack import LocalStack

app = typer.Typer(help="The business clock (a sandbox's can be moved).", no_args_is_help=True)
_SPAN = re.compile(r"\+(\d{1,4})([dh])")


@app.command("show")
def show(as_json: AsJson = False) -> None:
    """Show the business clock and the wall clock."""
    _show(Api.found().get("/clock"), as_json)


@app.command("move")
def move(
    to: Annotated[str, typer.Argument(help="An instant or date (UTC), or +7d, +12h.")],
    as_json: AsJson = False,
) -> None:
    """Move the business clock on: to an instant, to a date at noon, or by a span.

    The first time it may go back, too; what was lived since is never lived again.

    Examples: duecourse clock move 2026-03-01, duecourse clock move +7d
    """
    from infra.local.stack import LocalStack

    api = Api.found()
    stack, business = LocalStack.attach(state_dir()), _moment(api, to)
    _show(move_to(api, stack, business, only_forward=True), as_json)


def move_to(
    api: Api, stack: "LocalStack | None", business: datetime, *, only_forward: bool = False
) -> Any:
    """Move the hub's clock, and those of the local mail and payment servers, to business."""
    body = {"business": business.isoformat(), "only_forward": only_forward}
    told = api.put("/clock", body)
    if stack is not None:
        offset = business - datetime.now(UTC)
        stack.set_business_clock(offset.total_seconds())
    return told


def _moment(api: Api, text: str) -> datetime:
    span = _SPAN.fullmatch(text)
    if span:
        now = datetime.fromisoformat(api.get("/clock")["business"])
        count = int(span.group(1))
        return now + (timedelta(days=count) if span.group(2) == "d" else timedelta(hours=count))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CliError(f"{text!r} is no instant, date or span such as +7d", Exit.USAGE) from None
    if len(text) == len("2026-01-01"):
        moment = moment.replace(hour=12)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _show(told: Any, as_json: bool) -> None:
    if as_json:
        show_json(told)
        return
    data().print(f"business  {told['business']}", markup=False)
    data().print(f"    wall  {told['wall']}", markup=False)
