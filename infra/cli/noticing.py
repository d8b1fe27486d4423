"""notice: what was sent to a customer, and one of them as it was sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.errors import CliError, Exit
from infra.cli.money_words import Customer
from infra.cli.output import AsJson, EntityName, data, show_json, show_table, talk, written

app = typer.Typer(help="Notices: what was sent to a customer.", no_args_is_help=True)
_FORMS = {".html": "html", ".txt": "text"}


@app.command("list")
def list_(customer: Customer, entity: EntityName = None, as_json: AsJson = False) -> None:
    """Show what was sent to a customer, newest first.

    Example: duecourse notice list C-7
    """
    api = Api.found()
    found = _notices(api, _of(api, customer, entity))
    if as_json:
        show_json({"items": found})
        return
    rows = [
        (
            str(event["facts"]["n"]),
            event["at"][:16].replace("T", " "),
            event["title"],
            event["facts"]["channel"],
            " ".join(part for part in (event["state"], event["facts"]["code"]) if part),
            ", ".join(event["facts"]["documents"]),
        )
        for event in found
    ]
    show_table("Notices", (">no.", "decided", "what", "by", "state", "asks for"), rows)


@app.command("show")
def show(
    customer: Customer,
    number: Annotated[int, typer.Argument(help="Its number; else the newest.", min=0)] = 0,
    out: Annotated[
        Path | None, typer.Option(help="Keep its words in this file, .html or .txt.")
    ] = None,
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Show one notice as it was sent: to whom, what became of it, and its words.

    What opens the customer's account is cut out of it. Name the customer, then the number.

    Example: duecourse notice show C-7 3
    """
    if out is not None and out.suffix not in _FORMS:
        raise CliError("--out ends in .html or .txt.", Exit.USAGE)
    api = Api.found()
    of = _of(api, customer, entity)
    with _named(customer, number):
        told = api.get(f"{of}/notices/{number or _newest(api, of)}/message")
    if as_json:
        show_json(told)
        return
    _show(told)
    if out is not None and told["subject"]:
        with written(out):
            out.write_text(told[_FORMS[out.suffix]], encoding="utf-8")


def _show(told: dict[str, Any]) -> None:
    facts = [
        ("by", told["channel"]),
        ("state", " ".join(part for part in (told["state"], told["code"]) if part)),
        ("decided", told["claimed_at"][:16].replace("T", " ")),
        ("to", ", ".join((*told["to"], *told["cc"]))),
        ("policy", f"{told['policy']}, version {told['policy_version']}" if told["policy"] else ""),
        ("approved by", told["approved_by"]),
        ("by hand of", told["by_hand"]),
        ("letter", told["letter_url"]),
    ]
    name = (told["stage"] or told["kind"]).replace("_", " ")
    show_table(
        f"Notice {told['notice']}: {name}", ("what", ""), [fact for fact in facts if fact[1]]
    )
    if told["subject"]:
        for words in (told["subject"], "", told["text"]):
            data().print(words, markup=False, highlight=False, soft_wrap=True)
    elif not told["letter_url"]:
        talk().print("Nothing was sent, or it is kept no more.", markup=False)


@contextmanager
def _named(customer: str, number: int) -> Iterator[None]:
    """Say what is wanted where what looks like a number alone names no customer."""
    try:
        yield
    except CliError as refused:
        if refused.refused != "not_found" or number or not customer.isdigit():
            raise
        usage = f"duecourse notice show CUSTOMER {customer}"
        told = f"There is no customer {customer}. For notice {customer} name the customer first"
        listed = "duecourse notice list CUSTOMER shows the numbers"
        raise CliError(f"{told}: {usage}; {listed}.", Exit.USAGE) from None


def _of(api: Api, customer: str, entity: str | None) -> str:
    return f"/entities/{segment(api.entity(entity))}/customers/{segment(customer)}"


def _notices(api: Api, of: str) -> list[dict[str, Any]]:
    return [event for event in api.get(f"{of}/timeline")["items"] if event["kind"] == "notice"]


def _newest(api: Api, of: str) -> int:
    numbers = [event["facts"]["n"] for event in _notices(api, of)]
    if not numbers:
        raise CliError("Nothing was ever sent to this customer.", Exit.REFUSED)
    return max(numbers)
