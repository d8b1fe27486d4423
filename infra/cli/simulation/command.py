"""simulate: what a policy would have said over a known history, beside another one."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from infra.cli.errors import CliError, Exit
from infra.cli.output import AsJson, count, progress, show_json, show_table, talk, written
from infra.cli.simulation.history import History, Shape, parse_names, read_history
from infra.cli.simulation.left_out import LeftOut, as_values, kinds
from infra.cli.simulation.outcome import Outcome, simulate
from infra.cli.simulation.report import both, facts, report, signed
from shared.domain.replay import days_of

_NO_COUNTRY = "It keeps holidays, but whose? Say --country DE, or DE-BY; none are kept now."


def run(
    policy: Annotated[Path, typer.Option(help="The policy to try, in YAML.")],
    history: Annotated[list[Path], typer.Option(help="CSV, also as .gz; more than once.")],
    against: Annotated[Path | None, typer.Option(help="The policy to compare it with.")] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write the report with its charts here.")
    ] = None,
    log: Annotated[Path | None, typer.Option(help="Write every message here, a line each.")] = None,
    columns: Annotated[
        str, typer.Option(help="Names of a foreign file's columns: invoice=invoiceNumber,...")
    ] = "",
    dates: Annotated[str, typer.Option(help="How a foreign file writes dates.")] = "%Y-%m-%d",
    currency: Annotated[
        str, typer.Option(help="Of amounts without one; there is no default.")
    ] = "",
    country: Annotated[
        str, typer.Option(help="Whose holidays the policy keeps, such as DE or DE-BY.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Replay a history day by day: messages, fees and tasks that a policy would have made.

    Needs no hub. Payments are seen on their day, no earlier.

    Example: duecourse simulate --policy new.yaml --history payments.csv --against old.yaml
    """
    shape = Shape(parse_names(columns), dates, currency)
    told = read_history(history, shape)
    new = _outcome(policy, told, country, "Replaying")
    old = _outcome(against, told, country, "Replaying the old one") if against else None
    if old is not None and against is not None and old.policy.name == new.policy.name:
        named = _told_apart(policy, against)
        new, old = replace(new, file=named[0]), replace(old, file=named[1])
    if log is not None:
        _write(log, "".join(f"{json.dumps(line)}\n" for line in lines(new)))
    if html is not None:
        _write(html, report(told, new, old))
    first, last = (day.isoformat() for day in days_of(told.invoices))
    if as_json:
        period = {"from": first, "to": last, "invoices": len(told.invoices)}
        left_out = as_values(told.left_out)
        summed = {"new": _summary(new), "old": _summary(old) if old else None}
        show_json({"period": period, "left_out": left_out} | summed)
    else:
        of = f"{count(len(told.invoices), 'invoice')} of {count(len(told.by_customer), 'customer')}"
        _show(f"{first} to {last}: {of}", new, old)
        _show_left_out(told.left_out)
    if html is not None:
        talk().print(f"The report is in {html}.", markup=False)


def _show_left_out(left_out: Sequence[LeftOut]) -> None:
    if left_out:
        rows = [(k.words, f"{len(k.lines):,}", k.places, k.reason) for k in kinds(left_out)]
        title = f"Left out: {count(len(left_out), 'line')}"
        show_table(title, ("why", ">lines", "where", "the first of them"), rows)


def lines(outcome: Outcome) -> list[dict[str, Any]]:
    """Return every message and task in the order of its day, as plain values.

    A line tells of its own day only: later payments change no line before them.
    """
    return [
        {
            "on": said.on.isoformat(),
            "customer": said.customer,
            "stage": said.stage,
            "channel": str(said.channel),
            "asked": [[a.number, a.days_late, str(a.open)] for a in said.asked],
            "fees": [[number, str(money)] for number, money in said.fees],
        }
        for said in outcome.said
    ]


def _outcome(file: Path, history: History, country: str, talk_of: str) -> Outcome:
    from shared.adapters.holiday_calendar import closed_days
    from shared.adapters.policy_yaml import PolicyInvalid, read_policy
    from shared.domain.policy_book import PolicyBook

    try:
        policy = read_policy(file.read_text(encoding="utf-8"))
    except OSError as exc:
        raise CliError(f"{file} cannot be read: {exc.strerror}", Exit.USAGE) from exc
    except UnicodeDecodeError as exc:
        raise CliError(f"{file}:1:1: this is not UTF-8 text", Exit.REFUSED) from exc
    except PolicyInvalid as exc:
        told = "\n".join(f"{file}:{problem}" for problem in exc.problems)
        raise CliError(told, Exit.REFUSED) from exc
    land, _, part = country.partition("-")
    closed_on, note = closed_days(land, part) if policy.holidays else (frozenset(), "")
    if note:
        talk().print(f"{file}: {note if country else _NO_COUNTRY}", markup=False)
    book = PolicyBook(policy, closed_on=closed_on, note=note)
    with progress() as bar:
        task = bar.add_task(talk_of, total=len(history.by_customer))
        return simulate(policy, history, lambda _: book, lambda: bar.advance(task))


def _told_apart(one: Path, other: Path) -> tuple[str, str]:
    """Return what two files are called, by as much of their paths as tells them apart."""
    if one.name != other.name:
        return one.name, other.name
    return str(one), str(other)


def _write(file: Path, text: str) -> None:
    with written(file):
        file.write_text(text, encoding="utf-8")


def _summary(outcome: Outcome) -> dict[str, Any]:
    return {
        "policy": outcome.policy.name,
        "messages": outcome.messages,
        "tasks": outcome.tasks,
        "customers": outcome.customers,
        "false_alarms": outcome.alarms,
        "fees": [str(money) for money in outcome.fee_money],
        "stages": [
            {
                "stage": s.stage,
                "channel": str(s.channel),
                "messages": s.messages,
                "invoices": s.documents,
                "false_alarms": s.alarms,
                "fees": [str(money) for money in s.fee_money.values()],
            }
            for s in outcome.stages
        ],
        "months": outcome.months,
        "alarmed": [
            {"customer": a.customer, "messages": a.messages, "invoices": a.documents}
            for a in outcome.alarmed
        ],
    }


def _show(period: str, new: Outcome, old: Outcome | None) -> None:
    heads = [(fact.name, fact.text, fact.change) for fact in facts(new, old)]
    columns = ("", f">{new.name}", *((f">against {old.name}",) if old else ()))
    show_table(period, columns, [row if old else row[:2] for row in heads])
    rows = []
    for name, was, now in both(new, old):
        before, after = was.messages if was else 0, now.messages if now else 0
        told = now or was
        change = (f"{before:,}", signed(after - before)) if old else ()
        fees = ", ".join(str(m) for m in now.fee_money.values()) if now else ""
        alarms = str(now.alarms) if now else ""
        rows.append((name, str(told.channel) if told else "", f"{after:,}", *change, fees, alarms))
    compared = (">old", ">change") if old else ()
    shown = ("stage", "by", ">said", *compared, ">fees", ">false alarms")
    show_table("By stage", shown, rows)
