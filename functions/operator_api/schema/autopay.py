"""Automatic payment on the wire: what customers gave leave for, and what was taken by it."""

from datetime import date

from functions.operator_api.schema.wire import Amount, Ulid, Wire


class MandateOut(Wire):
    """account is what payers know the card or bank account by; no number of it is kept here."""

    mandate_id: str
    customer_id: str
    account: str
    given_on: date | None
    by: str
    ended_on: date | None
    ended_why: str


class MandateList(Wire):
    items: list[MandateOut]


class MandateEndIn(Wire):
    customer_id: Ulid


class TryOut(Wire):
    """code is "" while nobody knows the outcome."""

    on: date
    code: str


class CollectionOut(Wire):
    """What was announced and is taken; outcome is "" while it runs, next_on the next try."""

    collection_id: str
    customer_id: str
    mandate_id: str
    account: str
    documents: list[str]
    amount: Amount
    announced_on: date
    take_on: date
    next_on: date | None
    tries: list[TryOut]
    outcome: str
    ended_on: date | None


class CollectionList(Wire):
    items: list[CollectionOut]
