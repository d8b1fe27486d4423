"""Promises, disputes and plans as items, and back. The place (live or past) is the caller's."""

from datetime import date

from shared.adapters.codec import Item, day_from, day_text
from shared.adapters.keys import Key
from shared.domain.agreement import (
    Dispute,
    DisputeOutcome,
    DisputeReason,
    Plan,
    PlanPart,
    PlanState,
    Promise,
)
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
        "made_on": day_text(promise.made_on),
        "by": promise.by,
        "withdrawn_on": day_text(promise.withdrawn_on),
        "outcome": promise.outcome,
        "decided_on": day_text(promise.decided_on),
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
        made_on=day_from(item["made_on"]),
        by=item["by"],
        withdrawn_on=day_from(item["withdrawn_on"]),
        was_open=None if was_open is None else Money(minor=was_open, currency=currency),
        outcome=item["outcome"],
        decided_on=day_from(item["decided_on"]),
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
        "closed_on": day_text(dispute.closed_on),
        "outcome": str(dispute.outcome) if dispute.outcome else "",
        "answer": dispute.answer,
        "quiet_through": day_text(dispute.quiet_through),
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
        closed_on=day_from(item["closed_on"]),
        outcome=DisputeOutcome(item["outcome"]) if item["outcome"] else None,
        answer=item["answer"],
        quiet_through=day_from(item["quiet_through"]),
        version=item["version"],
    )


def plan_item(place: Key, customer_id: str, plan: Plan) -> Item:
    return {
        **place,
        "type": "PLAN",
        "customer_id": customer_id,
        "plan_id": plan.plan_id,
        "documents": list(plan.documents),
        "currency": plan.parts[0].amount.currency,
        "parts": [[part.due_on.isoformat(), part.amount.minor] for part in plan.parts],
        "agreed_on": plan.agreed_on.isoformat(),
        "by": plan.by,
        "consent": plan.consent,
        "grace_days": plan.grace_days,
        "state": str(plan.state),
        "ended_on": day_text(plan.ended_on),
        "version": plan.version,
    }


def plan_from(item: Item) -> Plan:
    currency = item["currency"]
    return Plan(
        plan_id=item["plan_id"],
        documents=tuple(item["documents"]),
        parts=tuple(
            PlanPart(date.fromisoformat(day), Money(minor=minor, currency=currency))
            for day, minor in item["parts"]
        ),
        agreed_on=date.fromisoformat(item["agreed_on"]),
        by=item["by"],
        consent=item["consent"],
        grace_days=item["grace_days"],
        state=PlanState(item["state"]),
        ended_on=day_from(item["ended_on"]),
        version=item["version"],
    )
