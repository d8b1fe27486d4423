"""The entry point: every command, one error line, stable exit codes."""

import sys

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
app.command("up")(stack.up)
app.command("down")(stack.down)
app.command("demo")(demo_command.demo)
app.command("login")(login.login)
app.command("logout")(login.logout)
app.command("import")(importing.import_files)
app.command("connect")(connecting.connect)
app.add_typer(syncing.app, name="sync")
app.add_typer(entity.app, name="entity")
app.add_typer(clock.app, name="clock")
app.add_typer(recurring.app, name="recurring")
app.add_typer(invoicing.app, name="invoice")
app.command("credit-note")(invoicing.credit_note)
app.command("void")(invoicing.void)
app.add_typer(money.app, name="money")
app.add_typer(promising.app, name="promise")
app.add_typer(disputing.app, name="dispute")
app.add_typer(planning.app, name="plan")
app.add_typer(holding.app, name="hold")
app.add_typer(autopaying.app, name="autopay")
app.add_typer(policy.app, name="policy")
app.add_typer(checking.app, name="books")
app.add_typer(journal.app, name="journal")
app.command("sweep")(sweeping.sweep)
app.add_typer(running.app, name="runs")
app.command("explain")(why.explain)
app.command("simulate")(simulation.run)
app.add_typer(owners.app, name="customer")
app.command("customers")(lists.customers)
app.command("invoices")(lists.invoices)
app.command("payments")(lists.payments)
app.command("charges")(charging.charges)
app.command("waive")(charging.waive)
app.command("interest")(charging.interest)
app.command("remind")(mailing.remind)
app.add_typer(mailing.app, name="mail")
app.add_typer(noticing.app, name="notice")
app.command("approve")(cases.approve)
app.command("refuse")(cases.refuse)
app.command("handover")(cases.handover)
app.command("take-back")(cases.take_back)
app.add_typer(calling.app, name="calls")
app.add_typer(telling.app, name="writeback")
app.command("drift")(drifting.drift)
app.command("tasks")(lists.tasks)
app.command("parked")(lists.parked)
app.command("figures")(lists.figures)
app.command("statement")(statement.statement)


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
