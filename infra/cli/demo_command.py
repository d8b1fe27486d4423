"""demo: a sample company lives for some months on the local cloud."""

import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from infra.cli import stack as stacks
from infra.cli.api import STATE_DIR, Api, state_dir
from infra.cli.demo.company import Company, sample_company
from infra.cli.demo.life import ENTITY, Life
from infra.cli.demo.mailbox import Mailbox, raise_rate
from infra.cli.demo.report import report, show
from infra.cli.output import AsJson, data, progress, show_json, talk
from infra.local.stack import LocalStack


def demo(
    days: Annotated[int, typer.Option(min=1, max=366, help="Days to live.")] = 90,
    seed: Annotated[int, typer.Option(help="The same seed gives the same figures.")] = 1,
    customers: Annotated[int, typer.Option(min=1, max=500)] = 25,
    invoices: Annotated[int, typer.Option(min=1, max=5000)] = 150,
    leave: Annotated[bool, typer.Option("--exit", help="End the local cloud afterwards.")] = False,
    folder: Annotated[
        Path | None, typer.Option("--state-dir", help=f"Where it keeps its state ({STATE_DIR}).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Start the local cloud, load a sample company, and live some months of it.

    Its payers read their mails, click the links and pay through the hosted page. Afterwards
    everything stays up to look at, unless --exit says otherwise.

    Example: duecourse demo --days 15 --seed 7 --exit --json
    """
    if folder is not None:
        os.environ[STATE_DIR] = str(folder.resolve())
    company = sample_company(seed, days, customers, invoices)
    options = stacks.options()
    limits = replace(options.limits, schedules_enabled=False)
    stack = stacks.start(replace(options, entity=ENTITY, limits=limits), quiet=as_json)
    keep = False
    try:
        if not as_json:
            stacks.show(stack, False)
        figures = _live(stack, company, seed, as_json)
        keep = not leave
    finally:
        if not keep:
            LocalStack.stop(state_dir())
    if as_json:
        show_json({k: v for k, v in figures.items() if k != "period"})
        return
    show(figures)
    if keep:
        data().print()
        stacks.show(stack, False)
        talk().print("It stays up. End it with: duecourse down")


def _live(stack: LocalStack, company: Company, seed: int, quiet: bool) -> dict[str, Any]:
    raise_rate(stack.state["mail_url"])
    api = Api(stack.state["api_url"], stack.state["token"])
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="duecourse-demo-") as folder, progress() as bar:
        life = Life(company, seed, api, stack, Path(folder), Mailbox(stack.state["mail_url"]))
        task = bar.add_task("Opening", total=(company.last - company.first).days)
        opened = life.open()
        if not quiet:
            words = f"The dry run names {opened['messages']} messages; released with a cap of "
            talk().print(words + f"{opened['daily_cap']} a day.")
        life.live(
            lambda day: bar.update(
                task, description=day.isoformat(), completed=(day - company.first).days
            )
        )
    talk().print(
        f"Lived {(company.last - company.first).days} days in {time.monotonic() - started:.0f} s."
    )
    return report(api, ENTITY, company, seed)
