"""Items of a customer's partitions to domain values, and back."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.domain.account import Credit
from shared.domain.agreement import Hold
from shared.domain.checkout import Checkout, CheckoutState
from shared.domain.clock import from_iso, iso
from shared.domain.customer import Contact, Customer
from shared.domain.money import Money
from shared.domain.notice import Channel, DeliveryState, Notice, NoticeItem


def customer_item(entity: str, customer: Customer) -> Item:
    return {
        **keys.profile(entity, customer.customer_id),
        "type": "CUSTOMER",
        "customer_id": customer.customer_id,
        "external_id": customer.external_id,
        "name": customer.name,
        "email": customer.email,
        "cc": list(customer.cc),
        "language": customer.language,
        "time_zone": customer.time_zone,
        "currency": customer.currency,
        "terms": customer.terms,
        "policy": customer.policy,
        "phone": customer.phone,
        "address": customer.address,
        "tax_id": customer.tax_id,
        "mail_stopped": customer.mail_stopped,
        "country": customer.country,
        "subdivision": customer.subdivision,
        "segment": customer.segment,
        "risk": customer.risk,
        "contacts": [asdict(contact) for contact in customer.contacts],
        **({"crm_contacts": [asdict(c) for c in crm]} if (crm := customer.crm_contacts) else {}),
        "reminders_off_on": (
            customer.reminders_off_on.isoformat() if customer.reminders_off_on else ""
        ),
        "internal": customer.internal,
        **({"merged_into": customer.merged_into} if customer.merged_into else {}),
        "version": customer.version,
    }


def customer_from(item: Item) -> Customer:
    return Customer(
        customer_id=item["customer_id"],
        external_id=item["external_id"],
        name=item["name"],
        email=item["email"],
        cc=tuple(item["cc"]),
        language=item["language"],
        time_zone=item["time_zone"],
        currency=item["currency"],
        terms=item["terms"],
        policy=item["policy"],
        phone=item["phone"],
        address=item["address"],
        tax_id=item["tax_id"],
        mail_stopped=item["mail_stopped"],
        country=item.get("country", ""),
        subdivision=item.get("subdivision", ""),
        segment=item.get("segment", ""),
        risk=item.get("risk", ""),
        contacts=_people(item.get("contacts", ())),
        crm_contacts=_people(item.get("crm_contacts", ())),
        reminders_off_on=date.fromisoformat(off) if (off := item.get("reminders_off_on")) else None,
        internal=item.get("internal", False),
        merged_into=item.get("merged_into", ""),
        version=item["version"],
    )


def _people(stored: Iterable[Item]) -> tuple[Contact, ...]:
    return tuple(Contact(**contact) for contact in stored)


def credit_item(entity: str, customer_id: str, credit: Credit) -> Item:
    return {
        **keys.credit(entity, customer_id, credit.source_id),
        "type": "CREDIT",
        "source_id": credit.source_id,
        "currency": credit.unapplied.currency,
        "unapplied": credit.unapplied.minor,
        "received_on": credit.received_on.isoformat(),
        "version": credit.version,
    }


def credit_from(item: Item) -> Credit:
    return Credit(
        source_id=item["source_id"],
        unapplied=Money(minor=item["unapplied"], currency=item["currency"]),
        received_on=date.fromisoformat(item["received_on"]),
        version=item["version"],
    )


def hold_item(entity: str, customer_id: str, hold: Hold) -> Item:
    return {
        **keys.hold(entity, customer_id, hold.hold_id),
        "type": "HOLD",
        "customer_id": customer_id,
        "hold_id": hold.hold_id,
        "reason": hold.reason,
        "starts_on": hold.starts_on.isoformat(),
        "ends_on": hold.ends_on.isoformat(),
        "by": hold.by,
        "documents": list(hold.documents),
        "currency": hold.amount.currency if hold.amount else "",
        "amount": hold.amount.minor if hold.amount else None,
        "line": hold.line,
        "ended_on": hold.ended_on.isoformat() if hold.ended_on else "",
    }


def hold_from(item: Item) -> Hold:
    minor, ended_on = item["amount"], item["ended_on"]
    return Hold(
        hold_id=item["hold_id"],
        reason=item["reason"],
        starts_on=date.fromisoformat(item["starts_on"]),
        ends_on=date.fromisoformat(item["ends_on"]),
        by=item["by"],
        documents=tuple(item["documents"]),
        amount=None if minor is None else Money(minor=minor, currency=item["currency"]),
        line=item["line"],
        ended_on=date.fromisoformat(ended_on) if ended_on else None,
    )


def checkout_item(entity: str, customer_id: str, checkout: Checkout) -> Item:
    """Return the checkout in its place: live while unresolved, else in history. No pending key."""
    live = checkout.state in (CheckoutState.OPEN, CheckoutState.PROCESSING)
    place = keys.open_checkout if live else keys.closed_checkout
    return {
        **place(entity, customer_id, checkout.checkout_id),
        "type": "CHECKOUT",
        "customer_id": customer_id,
        "checkout_id": checkout.checkout_id,
        "state": str(checkout.state),
        "currency": checkout.amount.currency,
        "amount": checkout.amount.minor,
        "allocations": [[doc, amount.minor] for doc, amount in checkout.allocations],
        "created_at": iso(checkout.created_at),
        "expires_at": iso(checkout.expires_at),
        "session_id": checkout.session_id,
        "url": checkout.url,
        "gateway_reference": checkout.gateway_reference,
        "version": checkout.version,
        **({"mandate_id": checkout.mandate_id} if checkout.mandate_id else {}),
        **({"called": True} if checkout.called else {}),
    }


def unresolved(item: Item) -> bool:
    """Return whether money may still come through a checkout; a paid one stays for a while."""
    return item["state"] in (CheckoutState.OPEN, CheckoutState.PROCESSING)


def checkout_from(item: Item) -> Checkout:
    currency = item["currency"]
    return Checkout(
        checkout_id=item["checkout_id"],
        state=CheckoutState(item["state"]),
        amount=Money(minor=item["amount"], currency=currency),
        allocations=tuple(
            (doc, Money(minor=minor, currency=currency)) for doc, minor in item["allocations"]
        ),
        created_at=from_iso(item["created_at"]),
        expires_at=from_iso(item["expires_at"]),
        session_id=item["session_id"],
        url=item["url"],
        gateway_reference=item["gateway_reference"],
        version=item["version"],
        mandate_id=item.get("mandate_id", ""),
        called=item.get("called", False),
        processing_at=from_iso(item["processing_at"]) if "processing_at" in item else None,
    )


def notice_item(entity: str, customer_id: str, notice: Notice) -> Item:
    """Return the notice without its pending key.

    It is kept small, since each is written once per message: a line is a row, and what says
    nothing is left out.
    """
    rarely = {
        "fee": notice.fee,
        "approval": notice.approval,
        "approved_by": notice.approved_by,
        "approved_subject": notice.approved_subject,
        "payment_id": notice.payment_id,
        "dispute_id": notice.dispute_id,
        "by_hand": notice.by_hand,
        "with_fee": notice.with_fee,
        "said_on": [day.isoformat() for day in notice.said_on],
        "ladders": dict(notice.ladders),
        "plans_over": list(notice.plans_over),
    }
    return {
        **keys.notice(entity, customer_id, notice.n),
        "type": "NOTICE",
        "customer_id": customer_id,
        "n": notice.n,
        "kind": notice.kind,
        "stage": notice.stage,
        "channel": str(notice.channel),
        "policy": notice.policy,
        "policy_version": notice.policy_version,
        "as_of": notice.as_of.isoformat(),
        "claimed_at": iso(notice.claimed_at),
        "items": [_notice_row(i) for i in notice.items],
        "done_before": dict(notice.done_before),
        "done_after": dict(notice.done_after),
        **{name: value for name, value in rarely.items() if value},
    }


def notice_from(item: Item, delivery: Item | None) -> Notice:
    """Return the notice as its delivery item (where there is one) says it stands."""
    return Notice(
        n=item["n"],
        kind=item["kind"],
        stage=item["stage"],
        channel=Channel(item["channel"]),
        policy=item["policy"],
        policy_version=item["policy_version"],
        as_of=date.fromisoformat(item["as_of"]),
        claimed_at=from_iso(item["claimed_at"]),
        items=notice_lines(item),
        done_before=item["done_before"],
        done_after=item["done_after"],
        delivery=DeliveryState(delivery["state"]) if delivery else DeliveryState.CLAIMED,
        payment_id=item.get("payment_id", ""),
        dispute_id=item.get("dispute_id", ""),
        fee=item.get("fee", False),
        approval=item.get("approval", False),
        approved_by=item.get("approved_by", ""),
        approved_subject=item.get("approved_subject", ""),
        tier=item.get("tier", ""),
        said_on=tuple(date.fromisoformat(day) for day in item.get("said_on", ())),
        ladders=item.get("ladders", {}),
        by_hand=item.get("by_hand", ""),
        with_fee=item.get("with_fee", False),
        plans_over=tuple(item.get("plans_over", ())),
    )


def notice_lines(item: Item) -> tuple[NoticeItem, ...]:
    """Return what a notice lists."""
    return tuple(_notice_line(row) for row in item["items"])


def _notice_row(item: NoticeItem) -> list[object]:
    row: list[object] = [
        item.document_id,
        item.number,
        item.due_on.isoformat(),
        item.payable.currency,
        item.payable.minor,
        item.asked,
    ]
    if item.off is not None and item.off_until is not None:
        row += [item.off.minor, item.off_until.isoformat()]
    return row


def _notice_line(row: list[Any]) -> NoticeItem:
    document_id, number, due_on, currency, payable, asked, *offer = row
    off, off_until = offer or (None, None)
    return NoticeItem(
        document_id=document_id,
        number=number,
        due_on=date.fromisoformat(due_on),
        payable=Money(minor=payable, currency=currency),
        asked=asked,
        off=None if off is None else Money(minor=off, currency=currency),
        off_until=None if off_until is None else date.fromisoformat(off_until),
    )
