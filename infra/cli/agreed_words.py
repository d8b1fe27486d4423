"""What the commands about promises, disputes, plans and holds are given, and whom it is about."""

from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.errors import CliError, Exit
from infra.cli.money_words import post_once

About = Annotated[
    list[str] | None,
    typer.Option("--for", help="An invoice: our id, its number or the ERP's id. Repeat it."),
]
Amount = Annotated[str, typer.Option(help="Decimal text; left out: all of it.")]
Line = Annotated[int, typer.Option(help="The line of the invoice that it is about.")]


class Customer:
    """One customer of an entity, as the API knows it."""

    def __init__(self, named: str, entity: str | None) -> None:
        self._api = Api.found()
        self._place = f"/entities/{segment(self._api.entity(entity))}"
        found = self._api.get(f"{self._place}/customers/{segment(named)}")
        self.customer_id = str(found["customer_id"])

    def agreed(self, what: str) -> list[Any]:
        """Return the customer's promises, disputes, plans or holds."""
        return list(self._api.get(f"{self._place}/{what}", customer=self.customer_id)["items"])

    def post(self, path: str, body: dict[str, Any], key: str = "") -> Any:
        """Return the answer to body, with the customer in it. Raises CliError.

        Without key the same words on one day are the same thing.
        """
        return self._api.post(f"{self._place}/{path}", self._about(body), key)

    def make(self, path: str, body: dict[str, Any], key: str) -> Any:
        """Do as post() for what no words tell apart: it is made once by key, or by a new one."""
        return post_once(self._api, f"{self._place}/{path}", self._about(body), key)

    def _about(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"customer_id": self.customer_id} | body

    def documents(self, named: list[str] | None, everything: bool = False) -> list[Any]:
        """Return the open documents of those names; all of them for none, where that is meant."""
        opened = list(self._api.pages(f"{self._place}/invoices", customer=self.customer_id))
        if not named and everything:
            return opened
        if not named:
            raise CliError("Name the invoices: --for NUMBER, as often as needed.", Exit.USAGE)
        return chosen(opened, named)


def chosen(opened: list[Any], named: list[str]) -> list[Any]:
    """Return those of the open documents that have these names: our id, number or ERP's id.

    Raises CliError for a name that none of them has.
    """
    return [_named(opened, name) for name in named]


def ids(documents: list[Any]) -> list[str]:
    return [document["document_id"] for document in documents]


def numbers(documents: list[Any], of: list[str]) -> str:
    known = {d["document_id"]: d["number"] for d in documents}
    return ", ".join(known.get(document_id, "paid") for document_id in of) or "everything"


def amount_of(text: str, documents: list[Any]) -> dict[str, Any]:
    """Return the request fields for an amount, in the currency of documents; none for no text.

    Raises CliError where the documents have several currencies.
    """
    if not text:
        return {}
    known = sorted({document["open"]["currency"] for document in documents})
    if len(known) > 1:
        several = " and ".join(known)
        raise CliError(f"The documents are in {several}: name those of one currency.", Exit.USAGE)
    return {"amount": {"amount": text, "currency": known[0]}}


def told(amount: Any) -> str:
    return f"{amount['amount']} {amount['currency']}" if amount else "all"


def _named(opened: list[Any], name: str) -> Any:
    for document in opened:
        if name in (document["document_id"], document["number"], document["external_id"]):
            return document
    raise CliError(f"{name} is not open for this customer.", Exit.USAGE)
