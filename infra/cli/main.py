"""The entry point: every command, one error line, stable exit codes."""

import sys
from collections.abc import Callable

import typer

from infra.cli import (
    autopaying,
    calling,
    cases,
    charging,
    checking,
    clock,
    connecting,
    demo_command,
    disputing,
    drifting,
    entity,
    holding,
    importing,
    invoicing,
    journal,
    lists,
    login,
    mailing,
    money,
    noticing,
    owners,
    planning,
    policy,
    promising,
    recurring,
    running,
    stack,
    statement,
    sweeping,
    syncing,
    tasking,
    telling,
    why,
)
from infra.cli.errors import HELP, CliError, Exit
from infra.cli.output import talk
from infra.cli.simulation import command as simulation
from infra.cli.usage import Commands

app = typer.Typer(
    name="duecourse",
    cls=Commands,
    help="Duecourse: turn open invoices into money in the bank, and never ask twice.",
    epilog=HELP,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_PANELS: dict[str, dict[str, Callable[..., None] | typer.Typer]] = {
    "Set up": {
        "up": stack.up,
        "down": stack.down,
        "demo": demo_command.demo,
        "login": login.login,
        "logout": login.logout,
        "entity": entity.app,
        "policy": policy.app,
        "import": importing.import_files,
        "clock": clock.app,
    },
    "What is owed": {
        "customers": lists.customers,
        "customer": owners.app,
        "invoices": lists.invoices,
        "payments": lists.payments,
        "charges": charging.charges,
        "figures": lists.figures,
        "statement": statement.statement,
    },
    "Invoices": {
        "invoice": invoicing.app,
        "recurring": recurring.app,
        "credit-note": invoicing.credit_note,
        "void": invoicing.void,
        "interest": charging.interest,
        "waive": charging.waive,
    },
    "Reminders and escalation": {
        "sweep": sweeping.sweep,
        "runs": running.app,
        "explain": why.explain,
        "simulate": simulation.run,
        "remind": mailing.remind,
        "notice": noticing.app,
        "mail": mailing.app,
        "approve": cases.approve,
        "refuse": cases.refuse,
        "handover": cases.handover,
        "take-back": cases.take_back,
    },
    "A clerk's day": {
        "tasks": tasking.app,
        "calls": calling.app,
        "parked": lists.parked,
        "money": money.app,
        "promise": promising.app,
        "dispute": disputing.app,
        "plan": planning.app,
        "hold": holding.app,
        "autopay": autopaying.app,
    },
    "ERP": {
        "connect": connecting.connect,
        "sync": syncing.app,
        "writeback": telling.app,
        "drift": drifting.drift,
    },
    "Books": {"books": checking.app, "journal": journal.app},
}
for _panel, _commands in _PANELS.items():
    for _name, _command in _commands.items():
        if isinstance(_command, typer.Typer):
            app.add_typer(_command, name=_name, rich_help_panel=_panel)
        else:
            app.command(_name, rich_help_panel=_panel)(_command)


def run() -> None:
    """Run the command; end with its exit code."""
    try:
        app()
    except CliError as error:
        talk().print(f"duecourse: {error}", style="red", markup=False)
        sys.exit(int(error.code))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(int(Exit.OK))
