"""One run of the demo: start, live, show, and leave it up or end it."""

import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from infra.cli import stack as stacks
from infra.cli.api import Api, state_dir
from infra.cli.demo.company import Company, sample_company
from infra.cli.demo.life import ENTITY, Life
from infra.cli.demo.mailbox import Mailbox, raise_rate
from infra.cli.demo.report import report, show
from infra.cli.output import count, data, progress, show_json, talk
from infra.local.stack import LocalStack


def run(days: int, seed: int, customers: int, invoices: int, leave: bool, as_json: bool) -> None:
    """Live a sample company's days and print its figures; leave ends the local cloud after."""
    stacks.end_on_signals()
    company = sample_company(seed, days, customers, invoices)
    options = stacks.options()
    limits = replace(options.limits, schedules_enabled=False)
    stack = stacks.start(replace(options, entity=ENTITY, limits=limits), quiet=as_json)
    keep = False
    try:
        if not as_json:
            stacks.show(stack, False)
        figures, somebody = _live(stack, company, seed, as_json)
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
        if somebody is not None:
            name, link = somebody
            data().print(f"The portal as {name} sees it, by the link of a mail:", markup=False)
            data().print(f"{' ':8}  {link}", markup=False, soft_wrap=True)
        stacks.say_how_to_end()


def _live(
    stack: LocalStack, company: Company, seed: int, quiet: bool
) -> tuple[dict[str, Any], tuple[str, str] | None]:
    """Return the figures, and a customer with a mailed link, if there is one."""
    raise_rate(stack.state["mail_url"])
    api = Api(stack.state["api_url"], stack.state["token"])
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="duecourse-demo-") as folder, progress() as bar:
        life = Life(company, seed, api, stack, Path(folder), Mailbox(stack.state["mail_url"]))
        task = bar.add_task("Opening", total=(company.last - company.first).days)
        opened = life.open()
        if not quiet:
            words = (
                f"The dry run names {count(opened['messages'], 'message')}; released with a cap of "
            )
            talk().print(words + f"{opened['daily_cap']} a day.")
        life.live(
            lambda day: bar.update(
                task, description=day.isoformat(), completed=(day - company.first).days
            )
        )
    talk().print(
        f"Lived {(company.last - company.first).days} days in {time.monotonic() - started:.0f} s. "
        "The figures begin with the oldest invoice that was imported."
    )
    return report(api, ENTITY, company, seed), life.somebody()
