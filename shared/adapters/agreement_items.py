"""Promises and disputes as items, and back. The place (live or past) is the caller's."""

from datetime import date

from shared.adapters.codec import Item
from shared.adapters.keys import Key
from shared.domain.account import Dispute, DisputeOutcome, DisputeReason, Promise
from shared.domain.money import Money


def promise_item(place: Key, customer_id: str, promise: Promise) -> Item:
    return {
        **place,
        "type": "PROMISE",
        "customer_id": customer_id,
        "promise_id": promise.promise_id,
        "documents": list(promise.documents),
        "currency": promise.amount.currency,
        "amount": promise.amount.minor,
        "was_open": promise.was_open.minor if promise.was_open else None,
        "pays_on": promise.pays_on.isoformat(),
        "grace_days": promise.grace_days,
        "made_on": _text(promise.made_on),
        "by": promise.by,
        "withdrawn_on": _text(promise.withdrawn_on),
        "version": promise.version,
    }


def promise_from(item: Item) -> Promise:
    currency, was_open = item["currency"], item["was_open"]
    return Promise(
        promise_id=item["promise_id"],
        documents=tuple(item["documents"]),
        amount=Money(minor=item["amount"], currency=currency),
        pays_on=date.fromisoformat(item["pays_on"]),
        grace_days=item["grace_days"],
        made_on=_day(item["made_on"]),
        by=item["by"],
        withdrawn_on=_day(item["withdrawn_on"]),
        was_open=None if was_open is None else Money(minor=was_open, currency=currency),
        version=item["version"],
    )


def dispute_item(place: Key, customer_id: str, dispute: Dispute) -> Item:
    return {
        **place,
        "type": "DISPUTE",
        "customer_id": customer_id,
        "dispute_id": dispute.dispute_id,
        "documents": list(dispute.documents),
        "reason": str(dispute.reason),
        "opened_on": dispute.opened_on.isoformat(),
        "by": dispute.by,
        "currency": dispute.amount.currency if dispute.amount else "",
        "amount": dispute.amount.minor if dispute.amount else None,
        "line": dispute.line,
        "text": dispute.text,
        "closed_on": _text(dispute.closed_on),
        "outcome": str(dispute.outcome) if dispute.outcome else "",
        "answer": dispute.answer,
        "quiet_through": _text(dispute.quiet_through),
        "version": dispute.version,
    }


def dispute_from(item: Item) -> Dispute:
    minor = item["amount"]
    return Dispute(
        dispute_id=item["dispute_id"],
        documents=tuple(item["documents"]),
        reason=DisputeReason(item["reason"]),
        opened_on=date.fromisoformat(item["opened_on"]),
        by=item["by"],
        amount=None if minor is None else Money(minor=minor, currency=item["currency"]),
        line=item["line"],
        text=item["text"],
        closed_on=_day(item["closed_on"]),
        outcome=DisputeOutcome(item["outcome"]) if item["outcome"] else None,
        answer=item["answer"],
        quiet_through=_day(item["quiet_through"]),
        version=item["version"],
    )


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
