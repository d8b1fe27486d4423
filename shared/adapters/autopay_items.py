"""Mandates and collections as items, and back. The place (live or past) is the caller's."""

from datetime import date

from shared.adapters.codec import Item, day_from, day_text
from shared.adapters.keys import Key
from shared.domain.clock import from_iso, iso
from shared.domain.collection import Collection, Try
from shared.domain.mandate import Mandate, Method
from shared.domain.money import Money


def mandate_item(place: Key, customer_id: str, mandate: Mandate) -> Item:
    return {
        **place,
        "type": "MANDATE",
        "customer_id": customer_id,
        "mandate_id": mandate.mandate_id,
        "currency": mandate.currency,
        "asked_at": iso(mandate.asked_at),
        "by": mandate.by,
        "session_id": mandate.session_id,
        "url": mandate.url,
        "given_on": day_text(mandate.given_on),
        "method": _method_row(mandate.method) if mandate.method else None,
        "ended_on": day_text(mandate.ended_on),
        "ended_why": mandate.ended_why,
        "version": mandate.version,
    }


def mandate_from(item: Item) -> Mandate:
    return Mandate(
        mandate_id=item["mandate_id"],
        currency=item["currency"],
        asked_at=from_iso(item["asked_at"]),
        by=item["by"],
        session_id=item["session_id"],
        url=item["url"],
        given_on=day_from(item["given_on"]),
        method=Method(*item["method"]) if item["method"] else None,
        ended_on=day_from(item["ended_on"]),
        ended_why=item["ended_why"],
        version=item["version"],
    )


def collection_item(place: Key, customer_id: str, collection: Collection) -> Item:
    return {
        **place,
        "type": "COLLECTION",
        "customer_id": customer_id,
        "collection_id": collection.collection_id,
        "mandate_id": collection.mandate_id,
        "account": _method_row(collection.account),
        "currency": collection.amount.currency,
        "lines": [[item_id, amount.minor] for item_id, amount in collection.lines],
        "announced_on": collection.announced_on.isoformat(),
        "take_on": collection.take_on.isoformat(),
        "notice": collection.notice,
        "retry_on": [day.isoformat() for day in collection.retry_on],
        "next_on": day_text(collection.next_on),
        "tries": [_try_row(one) for one in collection.tries],
        "outcome": collection.outcome,
        "ended_on": day_text(collection.ended_on),
        "version": collection.version,
    }


def collection_from(item: Item) -> Collection:
    currency = item["currency"]
    return Collection(
        collection_id=item["collection_id"],
        mandate_id=item["mandate_id"],
        account=Method(*item["account"]),
        lines=tuple((i, Money(minor=minor, currency=currency)) for i, minor in item["lines"]),
        announced_on=date.fromisoformat(item["announced_on"]),
        take_on=date.fromisoformat(item["take_on"]),
        notice=item["notice"],
        retry_on=tuple(date.fromisoformat(day) for day in item["retry_on"]),
        next_on=day_from(item["next_on"]),
        tries=tuple(_try(*row) for row in item["tries"]),
        outcome=item["outcome"],
        ended_on=day_from(item["ended_on"]),
        version=item["version"],
    )


def _try_row(one: Try) -> list[str]:
    return [one.on.isoformat(), one.checkout_id, one.code, day_text(one.known_on)]


def _try(on: str, checkout_id: str, code: str, known_on: str) -> Try:
    return Try(date.fromisoformat(on), checkout_id, code, day_from(known_on))


def _method_row(method: Method) -> list[str]:
    return [method.payer, method.reference, method.kind, method.brand, method.last4]
