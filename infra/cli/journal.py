"""journal: export the books for another program to check, and name their accounts."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.errors import CliError, Exit
from infra.cli.output import AsJson, EntityName, progress, show_json, show_table, talk, written
from shared.adapters.beancount_journal import beancount_lines
from shared.adapters.csv_journal import journal_csv_lines
from shared.adapters.hledger_journal import hledger_lines
from shared.domain.journal import JournalEntry, JournalLine
from shared.domain.journal_book import TOLD, Asserted, CustomerEntries, JournalBook
from shared.domain.money import Money, parse_money
from shared.errors import InvalidInput

app = typer.Typer(help="The books: export them, name their accounts.", no_args_is_help=True)
_MOVED_MAX = 20


class Format(StrEnum):
    HLEDGER = "hledger"
    BEANCOUNT = "beancount"
    CSV = "csv"


_WRITERS: dict[Format, Callable[[JournalBook, date], Iterator[str]]] = {
    Format.HLEDGER: hledger_lines,
    Format.BEANCOUNT: beancount_lines,
    Format.CSV: lambda book, as_of: journal_csv_lines(book),
}


@app.command("export")
def export(
    form: Annotated[Format, typer.Option("--format", help="For which program.")] = Format.HLEDGER,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="Last value date; default: all."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write here, not to stdout.")] = None,
    also: Annotated[
        list[str] | None,
        typer.Option(
            "--assert",
            help="A balance that somebody else tells, such as the gateway's or the bank's: "
            "'Assets:Cash:Gateway=1234.56 EUR'.",
        ),
    ] = None,
    entity: EntityName = None,
) -> None:
    """Write the books as balanced transactions, with balances from elsewhere to check them by.

    Example: duecourse journal export --format hledger --out books.journal
    Then: hledger -f books.journal check --strict
    """
    api = Api.found()
    of = api.entity(entity)
    through = as_of.date() if as_of else None
    told = [_told(text) for text in also or []]
    book = read_book(api, of, through)
    book = replace(book, asserted=(*book.asserted, *told))
    today = date.fromisoformat(api.get(f"/entities/{segment(of)}/figures")["on"])
    lines = _WRITERS[form](book, through or today)
    if out is None:
        for line in lines:
            print(line)
    else:
        with written(out), out.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines)
    entries = sum(len(c.entries) for c in book.customers)
    talk().print(
        f"{entries} postings of {len(book.customers)} customers, "
        f"{len(book.asserted)} balances asserted.",
        markup=False,
    )


def _told(text: str) -> Asserted:
    """Return the balance that an option tells. Raises CliError."""
    account, _, balance = text.partition("=")
    amount, _, currency = balance.strip().partition(" ")
    try:
        return Asserted(account.strip(), parse_money(amount, currency), TOLD)
    except InvalidInput:
        example = "Assets:Cash:Gateway=1234.56 EUR"
        raise CliError(f"Write a balance like {example}, not {text}.", Exit.USAGE) from None


@app.command("accounts")
def accounts(
    renamed: Annotated[
        list[str] | None,
        typer.Option("--set", help="role=Account:Name; role= gives the first name back."),
    ] = None,
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Show the chart of accounts, or rename some of it.

    Example: duecourse journal accounts --set revenue=Income:Services
    """
    api = Api.found()
    path = f"/entities/{segment(api.entity(entity))}/chart"
    if renamed:
        wrong = next((text for text in renamed if "=" not in text), None)
        if wrong:
            raise CliError(f"Write role=Account:Name, not {wrong}.", Exit.USAGE)
        pairs = (text.split("=", 1) for text in renamed)
        told = api.patch(path, {"accounts": dict(pairs)})
    else:
        told = api.get(path)
    if as_json:
        show_json(told)
    else:
        show_table("", ("role", "account"), list(told["accounts"].items()))


def read_book(api: Api, entity: str, through: date | None) -> JournalBook:
    """Return the books of an entity through a value date (None: all). Raises CliError.

    A customer whose books move while they are read is read again.
    """
    found: dict[str, list[Any]] = {}
    names: dict[str, str] = {}
    moved: dict[str, int] = {}
    asserted: list[Asserted] = []
    not_asserted = 0
    path = f"/entities/{segment(entity)}/journal"
    with progress() as bar:
        task = bar.add_task("postings", total=None)
        for part in api.pages(path, as_of=through.isoformat() if through else None):
            customer = part["customer_id"]
            if part["moved"]:
                moved[customer] = moved.get(customer, 0) + 1
                if moved[customer] > _MOVED_MAX:
                    raise CliError(f"The books of {part['external_id']} do not stand still.")
                found.pop(customer, None)
                continue
            names[customer] = part["name"]
            found.setdefault(customer, []).extend(part["entries"])
            asserted += [
                Asserted(a["account"], _money(a["balance"]), a["origin"]) for a in part["asserted"]
            ]
            not_asserted += part["last"] and part["left_out"]
            bar.advance(task, len(part["entries"]))
    return JournalBook(
        entity_id=entity,
        customers=tuple(
            CustomerEntries(customer, names[customer], tuple(_entry(e) for e in entries))
            for customer, entries in found.items()
        ),
        asserted=tuple(asserted),
        notes=_notes(asserted, not_asserted, through),
    )


def _notes(asserted: list[Asserted], not_asserted: int, through: date | None) -> tuple[str, ...]:
    told: dict[str, int] = {}
    for one in asserted:
        told[one.origin] = told.get(one.origin, 0) + 1
    notes = [f"Asserted: {count} balances as {origin} say." for origin, count in told.items()]
    if not_asserted and through:
        notes.append(
            f"Not asserted: {not_asserted} customers with postings after {through.isoformat()}; "
            "what is stored includes them."
        )
    return tuple(notes)


def _entry(told: Any) -> JournalEntry:
    return JournalEntry(
        posting_id=told["posting_id"],
        value_date=date.fromisoformat(told["value_date"]),
        recorded_at=datetime.fromisoformat(told["recorded_at"]),
        lines=tuple(
            JournalLine(
                account=line["account"],
                amount=_money(line["amount"]),
                cost=_money(line["cost"]) if line["cost"] else None,
                document=line["document"],
                source=line["source"],
            )
            for line in told["lines"]
        ),
        by=told["by"],
        note=told["note"],
    )


def _money(told: Any) -> Money:
    return parse_money(told["amount"], told["currency"])
