"""connect: an ERP or CRM, tested and looked at before anything is imported."""

import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.errors import CliError, Exit
from infra.cli.output import AsJson, EntityName, Yes, confirm, progress, show_json, talk
from infra.cli.products import PRODUCTS, Question
from infra.cli.syncing import show_connection

_LOOK_EVERY_S = 0.5
_STUCK_AFTER_S = 120


def connect(
    product: Annotated[str, typer.Argument(help=f"One of {', '.join(PRODUCTS)}.")],
    name: Annotated[str, typer.Option(help="Name of the connection; default the product.")] = "",
    given: Annotated[
        list[str] | None, typer.Option("--set", help="A setting as name=value; repeatable.")
    ] = None,
    from_stdin: Annotated[
        bool, typer.Option("--secret-stdin", help="Read the secret as JSON from stdin.")
    ] = False,
    yes: Yes = False,
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Connect an entity to its ERP: ask, test, show what is there, import.

    What lets the hub in is typed unseen and goes to the secret store, to no file and no log. The
    same name again takes a new key. Ends with 9 where the import stopped, and says why.

    Example: duecourse connect tryton --set url=https://erp.example.com --set database=books
    """
    if product not in PRODUCTS:
        raise CliError(f"{product}: one of {', '.join(PRODUCTS)}", Exit.USAGE)
    api = Api.found()
    of = api.entity(entity)
    path = f"/entities/{segment(of)}/connections/{segment(name or product)}"
    settings = _settings(product, given or [], asks=not from_stdin and sys.stdin.isatty())
    secret = _secret(product, from_stdin)
    api.put(path, {"product": product, "settings": settings, "secret": secret})
    with progress() as bar:
        bar.add_task("testing", total=None)
        tested = _followed(api, path, lambda c: c["found"] is not None, lambda _: None)
    found = tested["found"]
    if found["code"]:
        raise CliError(f"{found['code']}: {tested['says']}\n{tested['todo']}")
    _show_found(found)
    imported = tested["state"] != "connected"
    if imported:
        kept = name or product
        confirm(
            "Import it now, and follow it from now on?",
            yes,
            f"Nothing was imported. `duecourse sync begin {kept}` does it later, "
            f"`duecourse sync remove {kept}` forgets the connection and its secret.",
        )
        tested = _imported(api, path, found)
    if as_json:
        show_json(tested)
    else:
        show_connection(tested)
    if imported and tested["trouble"]:
        raise typer.Exit(int(Exit.NOT_SYNCED))


def _settings(product: str, given: list[str], *, asks: bool) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    if bad := [name for name, equals, _ in pairs if not equals]:
        raise CliError(f"--set {bad[0]}: write name=value", Exit.USAGE)
    settings = {name: value for name, _, value in pairs}
    known = PRODUCTS[product].names
    if strange := sorted(settings.keys() - set(known)):
        said = f"{', '.join(strange)}: {product} has the settings {', '.join(known)}"
        raise CliError(said, Exit.USAGE)
    for question in PRODUCTS[product].settings:
        if question.name not in settings:
            answer = _asked(question, hidden=False) if asks else question.default
            if answer == "":
                raise CliError(f"say --set {question.name}=…: {question.text}", Exit.USAGE)
            if answer is not None:
                settings[question.name] = answer
    return settings


def _secret(product: str, from_stdin: bool) -> dict[str, str]:
    if from_stdin:
        try:
            read = json.loads(sys.stdin.read())
        except ValueError:
            read = None
        if not isinstance(read, dict) or not all(isinstance(v, str) for v in read.values()):
            raise CliError("stdin holds no JSON object of texts", Exit.USAGE)
        _check_secret(product, read)
        return read
    if not sys.stdin.isatty():
        raise CliError("Nobody is here to type a secret: say --secret-stdin.", Exit.USAGE)
    asked = ((q.name, _asked(q, hidden=True)) for q in PRODUCTS[product].secrets)
    return {name: answer for name, answer in asked if answer}


def _check_secret(product: str, given: Mapping[str, str]) -> None:
    """Raise CliError for names that product does not ask for, and for those that are missing.

    Nothing at all leaves the secret that the connection has.
    """
    asked = PRODUCTS[product].secrets
    strange = sorted(given.keys() - {q.name for q in asked})
    if strange:
        names = ", ".join(q.name for q in asked)
        raise CliError(f"{', '.join(strange)}: the secret of {product} has {names}", Exit.USAGE)
    missing = [q.name for q in asked if q.default is not None and not given.get(q.name)]
    if given and missing:
        raise CliError(f"the secret on stdin lacks {', '.join(missing)}", Exit.USAGE)


def _asked(question: Question, *, hidden: bool) -> str | None:
    default = "" if question.default is None else question.default or None
    answer = typer.prompt(
        question.text, default=default, hide_input=hidden, err=True, show_default=bool(default)
    )
    return str(answer) or None


def _show_found(found: Mapping[str, Any]) -> None:
    counts = [
        f"{found[key]} {words}"
        for key, words in (("customers", "customers"), ("open_invoices", "open invoices"))
        if found[key] is not None
    ]
    has = f": {', '.join(counts)}" if counts else ""
    talk().print(f"{found['company']} ({found['currency']}){has}.", markup=False)
    gives = ", ".join(found["kinds"]).replace("_", " ")
    takes = "takes what the hub books" if found["takes_entries"] else "takes nothing"
    talk().print(f"It gives {gives}; it {takes}.", markup=False)
    for warning in found["warnings"]:
        talk().print(f"Note: {warning}", style="yellow", markup=False)


def _imported(api: Api, path: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """Begin, and return the connection once it has everything; bars show what comes in."""
    known = {"customers": found["customers"]}
    api.post(f"{path}/begin")
    with progress() as bar:
        bars = {
            kind: bar.add_task(kind.replace("_", " "), total=known.get(kind))
            for kind in ("customers", "invoices", "credit_notes", "payments")
            if kind in found["kinds"]
        }

        def tell(connection: Mapping[str, Any]) -> None:
            for pulled in connection["pulled"]:
                done = sum(pulled[what] for what in ("new", "updated", "unchanged", "parked"))
                total = done if pulled["as_of"] else known.get(pulled["kind"])
                bar.update(bars[pulled["kind"]], completed=done, total=total)

        def all_there(connection: Mapping[str, Any]) -> bool:
            there = {p["kind"] for p in connection["pulled"] if p["as_of"]}
            return connection["trouble"] is not None or there >= set(bars)

        return _followed(api, path, all_there, tell)


def _followed(
    api: Api,
    path: str,
    over: Callable[[Mapping[str, Any]], bool],
    tell: Callable[[Mapping[str, Any]], None],
) -> dict[str, Any]:
    """Return the connection once it is over; tell hears how it stands. Raises CliError."""
    seen: object = None
    since = time.monotonic()
    while True:
        connection: dict[str, Any] = api.get(path)
        tell(connection)
        if over(connection):
            return connection
        if connection["pulled"] != seen:
            seen, since = connection["pulled"], time.monotonic()
        if time.monotonic() - since > _STUCK_AFTER_S:
            raise CliError("Nothing moves; see `duecourse sync show` later.", Exit.TIMEOUT)
        time.sleep(_LOOK_EVERY_S)
