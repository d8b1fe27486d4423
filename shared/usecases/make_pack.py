"""Put a case together for a lawyer or agency: gather what is on file, bind it, store it."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from shared.domain.case_pack import (
    Case,
    CaseFacts,
    InterestTaken,
    PackRequest,
    Spoken,
    about_case,
)
from shared.domain.clock import Now
from shared.domain.document import Document, DocumentKind
from shared.domain.entity import Entity
from shared.domain.laws.law import RateNotKnown
from shared.domain.policy_version import PolicyVersion
from shared.errors import Conflict, NotFound
from shared.usecases import interest_sheet as interest
from shared.usecases import tell_statement
from shared.usecases.ports.accounts import Customers, ReadsAccount
from shared.usecases.ports.policies import ReadsPolicy


class Accounts(Customers, ReadsAccount, Protocol):
    """Accounts, and the customers and the entity that they are of."""


class Facts(Protocol):
    def facts(self, entity_id: str, customer_id: str) -> CaseFacts: ...


class Policies(ReadsPolicy, Protocol):
    def policy_version(
        self, entity_id: str, name: str, version: int | None = None
    ) -> PolicyVersion: ...


class Packs(Protocol):
    def find(self, entity_id: str, customer_id: str, pack_id: str) -> PackRequest | None: ...
    def made(self, entity_id: str, request: PackRequest, key: str, sha256: str) -> bool: ...


class Files(Protocol):
    def read(self, key: str) -> bytes | None: ...
    def put_case(self, entity_id: str, customer_id: str, pack_id: str, body: bytes) -> str: ...


class Binder(Protocol):
    def bound(self, case: Case) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that a pack is made from, and where it goes."""

    accounts: Accounts
    facts: Facts
    books: tell_statement.Books
    ledger: interest.Ledger
    policies: Policies
    charges: interest.Charges
    packs: Packs
    files: Files
    binder: Binder


def make_pack(ports: Ports, entity_id: str, customer_id: str, pack_id: str) -> str:
    """Make the ZIP of a request, and return what was done: made, known or gone.

    It is of the moment at which it was asked for; the same facts give the same bytes.
    """
    request = ports.packs.find(entity_id, customer_id, pack_id)
    if request is None:
        return "gone"
    if request.key:
        return "known"
    now = Now(business=request.asked_at, wall=request.asked_at)
    body = ports.binder.bound(_case(ports, entity_id, customer_id, now))
    key = ports.files.put_case(entity_id, customer_id, pack_id, body)
    digest = hashlib.sha256(body).hexdigest()
    return "made" if ports.packs.made(entity_id, request, key, digest) else "known"


def _case(ports: Ports, entity_id: str, customer_id: str, now: Now) -> Case:
    entity = ports.accounts.entity(entity_id)
    account = ports.accounts.account(entity_id, customer_id)
    as_of = now.today(entity.time_zone)
    documents = tuple(sorted(account.documents, key=lambda d: (d.due_on, d.number)))
    facts = ports.facts.facts(entity_id, customer_id)
    spoken = about_case(facts, documents)
    first = min((d.issued_on for d in documents), default=as_of)
    told = tell_statement.tell_statement(
        ports.accounts, ports.books, entity_id, customer_id, now, as_of, min(first, as_of)
    )
    wanted = [d.pdf_key for d in documents if d.pdf_key] + [s.kept for s in spoken if s.kept]
    found = ((key, ports.files.read(key)) for key in wanted)
    return Case(
        entity=entity,
        customer=account.customer,
        as_of=as_of,
        documents=documents,
        facts=facts,
        interest=tuple(_interest(ports, entity, customer_id, documents, as_of, now)),
        statement=told,
        policies=_policies(ports, entity_id, spoken),
        kept={key: body for key, body in found if body is not None},
    )


def _interest(
    ports: Ports,
    entity: Entity,
    customer_id: str,
    documents: Sequence[Document],
    as_of: date,
    now: Now,
) -> Iterator[InterestTaken]:
    """Yield the interest of each invoice by the customer's policy, where it knows any."""
    reckoned_from = interest.Ports(ports.ledger, ports.policies, ports.charges)
    for document in documents:
        if document.kind is not DocumentKind.INVOICE or document.due_on >= as_of:
            continue
        whose = (entity.entity_id, customer_id, document.document_id)
        try:
            found = interest.interest_sheet(reckoned_from, *whose, as_of, "", now)
        except (Conflict, RateNotKnown):
            continue
        yield InterestTaken(document, found.rule.law, found.sheet)


def _policies(ports: Ports, entity_id: str, spoken: Sequence[Spoken]) -> Mapping[str, str]:
    used = sorted({(s.policy, s.policy_version) for s in spoken if s.policy})
    texts = {}
    for name, version in used:
        try:
            text = ports.policies.policy_version(entity_id, name, version).text
        except NotFound:
            continue
        if text:
            texts[f"{name}-v{version}.yaml"] = text
    return texts
