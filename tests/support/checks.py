"""What must be true of mails and money, whatever happened. The witnesses are not our code."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tests.support.company import Company
from tests.support.stack import Json

_EXPAND = {"expand": ["payment_intent.latest_charge"]}


def each_message_once(mails: Iterable[Json]) -> int:
    """Return how many mails there are, no two of them under one number or of one kind a day."""
    seen = list(mails)
    tags = [mail["tags"] for mail in seen]
    numbers = Counter((t["entity"], t["customer"], t["notice"]) for t in tags)
    assert set(numbers.values()) <= {1}, numbers.most_common(3)
    words = Counter((m["business_time"][:10], m["tags"]["customer"], m["subject"]) for m in seen)
    assert set(words.values()) <= {1}, words.most_common(3)
    return len(seen)


def charged_once(company: Company, session_id: str) -> str:
    """Return the payment intent of a hosted page: charged, booked, receipted, written back, once.

    The charge is read with the official stripe package.
    """
    hub = company.hub
    session = hub.stripe.v1.checkout.sessions.retrieve(session_id, _EXPAND)
    intent: Any = session.payment_intent
    assert session.payment_status == "paid"
    charges = hub.stripe.v1.charges.list({"payment_intent": intent.id}).data
    assert [c.amount for c in charges if c.paid and not c.refunded] == [session.amount_total]
    booked = [p for p in company.payments() if p["gateway_reference"] == intent.id]
    assert len(booked) == 1, booked
    assert minor(booked[0]["amount"]["amount"]) == session.amount_total
    lines = [x for x in company.lines_out() if x["gateway_reference"] == intent.id]
    allocated = booked[0]["allocations"]
    assert len(lines) == len(allocated) > 0, lines
    assert sum(minor(x["amount"]) for x in lines) == session.amount_total
    receipts = [m for m in company.mails() if intent.id in m["text"]]
    assert len(receipts) == 1, [m["subject"] for m in receipts]
    return str(intent.id)


def sums_agree(company: Company) -> int:
    """Return how many charges of the entity there are: booked, and the books and lines agree."""
    charges = [
        c
        for c in company.hub.stripe.v1.charges.list({"limit": 100}).auto_paging_iter()
        if c.paid and c.metadata.to_dict().get("entity", company.entity) == company.entity
        if intent_entity(company, c) == company.entity
    ]
    charged = sum(c.amount for c in charges)
    booked = company.payments()
    assert len(booked) == len(charges)
    assert sum(minor(p["amount"]["amount"]) for p in booked) == charged
    assert sum(minor(line["amount"]) for line in company.lines_out()) == charged
    return len(charges)


def intent_entity(company: Company, charge: Any) -> str:
    intent = company.hub.stripe.v1.payment_intents.retrieve(charge.payment_intent)
    return str(intent.metadata.to_dict().get("entity", ""))


def minor(text: str) -> int:
    """Return decimal text of two digits as whole cents."""
    return int(Decimal(text) * 100)
