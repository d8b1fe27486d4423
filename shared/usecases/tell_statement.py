"""Statements of account: told at once, or asked for as a PDF that is made elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from shared.domain.account import Credit
from shared.domain.clock import Now
from shared.domain.document import Document
from shared.domain.movement import Posting
from shared.domain.statement_of_account import Statement, statement
from shared.domain.statement_request import StatementRequest
from shared.errors import InvalidInput, NotFound
from shared.ids import new_id
from shared.usecases.ports.accounts import Customers


class Standing(Protocol):
    @property
    def open(self) -> tuple[Document, ...]: ...
    @property
    def credits(self) -> tuple[Credit, ...]: ...
    @property
    def closed(self) -> tuple[Document, ...]: ...


class Books(Protocol):
    def standing(self, entity_id: str, customer_id: str) -> Standing: ...
    def postings(self, entity_id: str, customer_id: str) -> Iterator[Posting]: ...


class Requests(Protocol):
    def add(self, entity_id: str, request: StatementRequest, now: Now) -> None: ...
    def find(
        self, entity_id: str, customer_id: str, statement_id: str
    ) -> StatementRequest | None: ...
    def made(self, entity_id: str, request: StatementRequest, pdf_key: str) -> bool: ...


class Printer(Protocol):
    def statement(self, told: Statement) -> bytes: ...


class Store(Protocol):
    def put_statement(
        self, entity_id: str, customer_id: str, statement_id: str, body: bytes
    ) -> str: ...


def tell_statement(
    accounts: Customers,
    books: Books,
    entity_id: str,
    customer_id: str,
    now: Now,
    on: date | None = None,
    first: date | None = None,
) -> Statement:
    """Return a customer's statement at the end of on, by default today in the entity's zone.

    Raises NotFound for an unknown customer, and InvalidInput where first is later than on.
    """
    entity = accounts.entity(entity_id)
    customer = accounts.customer(entity_id, customer_id)
    on = on or now.today(entity.time_zone)
    if first is not None and first > on:
        raise InvalidInput(field="from", reason="it is later than the statement's day")
    standing = books.standing(entity_id, customer_id)
    heads = (*standing.open, *standing.closed)
    return statement(entity, customer, heads, books.postings(entity_id, customer_id), on, first)


def ask_for_statement(
    accounts: Customers,
    requests: Requests,
    entity_id: str,
    customer_id: str,
    now: Now,
    on: date | None = None,
    first: date | None = None,
) -> StatementRequest:
    """Write down that a statement is wanted as a PDF, and return the request.

    Raises what tell_statement raises.
    """
    entity = accounts.entity(entity_id)
    accounts.customer(entity_id, customer_id)
    on = on or now.today(entity.time_zone)
    if first is not None and first > on:
        raise InvalidInput(field="from", reason="it is later than the statement's day")
    request = StatementRequest(new_id(now.wall), customer_id, on, first)
    requests.add(entity_id, request, now)
    return request


def statement_asked_for(
    requests: Requests, entity_id: str, customer_id: str, statement_id: str
) -> StatementRequest:
    """Return a request as it stands. Raises NotFound."""
    found = requests.find(entity_id, customer_id, statement_id)
    if found is None:
        raise NotFound(statement=statement_id[:64])
    return found


@dataclass(frozen=True, slots=True)
class Ports:
    """What a statement is made from and printed with, and where it goes."""

    accounts: Customers
    books: Books
    requests: Requests
    printer: Printer
    store: Store


def render_statement(
    ports: Ports, entity_id: str, customer_id: str, statement_id: str, now: Now
) -> str:
    """Make the PDF of a request, and return what was done: rendered, known or gone."""
    request = ports.requests.find(entity_id, customer_id, statement_id)
    if request is None:
        return "gone"
    if request.pdf_key:
        return "known"
    whose = (entity_id, customer_id)
    told = tell_statement(ports.accounts, ports.books, *whose, now, request.on, request.first)
    key = ports.store.put_statement(*whose, statement_id, ports.printer.statement(told))
    return "rendered" if ports.requests.made(entity_id, request, key) else "known"
