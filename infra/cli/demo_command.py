"""demo: a sample company lives for some months on the local cloud."""

from typing import Annotated

import typer

from infra.cli.output import AsJson
from infra.cli.stack import StateDir, keep_state_in


def demo(
    days: Annotated[int, typer.Option(min=1, max=366, help="Days to live.")] = 90,
    seed: Annotated[int, typer.Option(help="The same seed gives the same figures.")] = 1,
    customers: Annotated[int, typer.Option(min=1, max=500)] = 25,
    invoices: Annotated[int, typer.Option(min=1, max=5000)] = 150,
    leave: Annotated[bool, typer.Option("--exit", help="End the local cloud afterwards.")] = False,
    folder: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """Start the local cloud, load a sample company, and live some months of it.

    Its payers read their mails, click the links and pay through the hosted page. Afterwards
    everything stays up to look at, unless --exit says otherwise.

    Example: duecourse demo --days 15 --seed 7 --exit --json
    """
    keep_state_in(folder)
    from infra.cli.demo.run import run

    run(days, seed, customers, invoices, leave, as_json)
