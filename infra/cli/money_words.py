"""What the money commands are given and how they show what came of it."""

import secrets
from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.errors import CliError, Exit
from infra.cli.output import show_json, show_table, talk

Customer = Annotated[str, typer.Argument(help="The customer's id or the ERP's.")]
Payment = Annotated[str, typer.Argument(help="The payment's id, as payments --json shows it.")]
Source = Annotated[str, typer.Argument(help="A payment's or credit note's id: see money credits.")]
Document = Annotated[str, typer.Argument(help="Our id, the ERP's id or the number.")]
Amount = Annotated[str, typer.Argument(help="Decimal text, such as 49.90.")]
Currency = Annotated[
    str, typer.Option(help="ISO 4217 code of the amounts; default that of what they are about.")
]
CustomersCurrency = Annotated[
    str, typer.Option(help="ISO 4217 code; default the customer's, else the entity's.")
]
Note = Annotated[str, typer.Option(help="For people: why, or from whom.")]
For = Annotated[
    list[str] | None,
    typer.Option(
        "--for",
        help="DOCUMENT, DOCUMENT=AMOUNT, DOCUMENT#2=AMOUNT for an instalment, or "
        "DOCUMENT=AMOUNT-DEDUCTION:REASON for short pay; repeat it.",
    ),
]
OldestFirst = Annotated[bool, typer.Option("--oldest-first", help="For whatever is open.")]
Key = Annotated[
    str,
    typer.Option(help="Name of the request: the same one is carried out once, however repeated."),
]


def place_of(entity: str | None) -> tuple[Api, str]:
    """Return the API and the path of the entity meant. Raises CliError."""
    api = Api.found()
    return api, f"/entities/{segment(api.entity(entity))}"


def post(path: str, body: dict[str, Any], key: str, entity: str | None) -> Any:
    """Return the answer to a request that is carried out once: by key, or by a new one.

    Raises CliError, which names the key where nobody knows what became of the request.
    """
    api, place = place_of(entity)
    return post_once(api, f"{place}{path}", body, key)


def post_once(api: Api, path: str, body: dict[str, Any], key: str) -> Any:
    """Do as post() for a whole path."""
    name = key or secrets.token_hex(16)
    try:
        return api.post(path, body, name)
    except CliError as error:
        if error.code is not Exit.NO_STACK:
            raise
        again = f"{error}\nNobody knows whether it was done: repeat it with --key {name}"
        raise CliError(again, error.code) from None


def source_path(customer: str, source: str) -> str:
    return f"/customers/{segment(customer)}/credits/{segment(source)}"


def money(amount: str, currency: str) -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def document_of(text: str) -> str:
    """Return the document that --for names."""
    return text.partition("=")[0].partition("#")[0]


def part(text: str, currency: str) -> dict[str, Any]:
    """Return what --for says: DOCUMENT[#INSTALMENT][=AMOUNT[-DEDUCTION:REASON]]."""
    name, _, said = text.partition("=")
    document, _, instalment = name.partition("#")
    part: dict[str, Any] = {"document": document}
    if instalment:
        part["instalment"] = int(instalment) if instalment.isdigit() else 0
    amount, _, kept = said.partition("-")
    if amount:
        part["amount"] = money(amount, currency)
    if kept:
        deduction, _, reason = kept.partition(":")
        part |= {"deduction": money(deduction, currency), "reason": reason}
    return part


def received_in(text: str) -> dict[str, Any]:
    arrived, _, rate = text.partition("@")
    amount, _, currency = arrived.partition("-")
    if not (amount and currency and rate):
        raise CliError("Write --received like 107.07-USD@0.92.", Exit.USAGE)
    return {"received": money(amount, currency), "rate": rate}


def show_payment(payment: Any, as_json: bool) -> None:
    if as_json:
        show_json(payment)
        return
    amount, rest = payment["amount"], payment["unapplied"]["amount"]
    talk().print(
        f"{payment['payment_id']}: {amount['amount']} {amount['currency']}, {payment['state']}, "
        f"{rest} unapplied.",
        markup=False,
    )
    rows = [(a["number"], a["amount"]["amount"]) for a in payment["allocations"]]
    if rows:
        show_table("", ("for", ">amount"), rows)


def show_credits(found: Any, as_json: bool) -> None:
    if as_json:
        show_json(found["items"])
        return
    rows = [
        (c["source_id"], c["received_on"], c["unapplied"]["amount"], c["unapplied"]["currency"])
        for c in found["items"]
    ]
    show_table("", ("source", "since", ">unapplied", ""), rows)


def show_document(document: Any, as_json: bool) -> None:
    if as_json:
        show_json(document)
        return
    opened = document["open"]
    talk().print(
        f"{document['number']}: {document['state']}, {opened['amount']} {opened['currency']} open.",
        markup=False,
    )
