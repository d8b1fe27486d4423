"""The books against the world outside: the gateway, the mail service, the ERP's folder."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from shared.domain.decide import Action, decide
from tests.sim.books import broken
from tests.sim.founding import ENTITY, FEE_MINOR, POLICY

if TYPE_CHECKING:
    from tests.sim.world import World

PARKED_FOR = {"total_below_paid"}
"""Nothing else in these worlds is beyond the hub: a payment parked here was not understood."""


def always(world: "World") -> Iterator[str]:
    """Yield one sentence for each thing that is wrong and may not be at any moment."""
    yield from broken(world.plain())
    yield from _booked_as_at_the_gateway(world)
    yield from _mails(world)
    for charge in (h for h in world.all("HEAD") if h["kind"] == "charge"):
        if charge["total"] != FEE_MINOR:
            yield f"a fee of {charge['total']}"
    for parked in world.all("PARKED"):
        if parked["reason"] not in PARKED_FOR:
            yield f"parked as {parked['reason']}: {parked['facts']}"


def at_rest(world: "World") -> Iterator[str]:
    """Yield one sentence for each thing that was forgotten once nothing goes wrong any more."""
    yield from (f"{i['type']} is pending still: {i['psk']}" for i in pending(world))
    yield from (f"{queue} waits still: {body}" for queue, body in world.queues.waiting)
    payments = world.all("PAYMENT")
    yield from (f"{p['payment_id']} is planned still" for p in payments if p["plan"])
    booked = {p["gateway_reference"] for p in payments}
    for payment in world.gateway.payments():
        if payment.status == "succeeded" and payment.reference not in booked:
            yield f"{payment.reference} was never booked"
    receipts = {n["payment_id"] for n in world.all("NOTICE") if n["kind"] == "receipt"}
    for item in payments:
        if (item["source"] == "gateway") != (item["payment_id"] in receipts):
            yield f"payment {item['payment_id']} has a receipt too few or too many"
    told = {name for name, note in world.folder.files.items() if note.amount.minor}
    noted = {(w["payment_id"], w["document_id"]) for w in world.all("WRITEBACK")}
    if told != noted:
        yield f"the ERP has {told} of {noted}"
    yield from (f"unsaid: {text}" for text in unsaid(world))


def in_mail(world: "World", customer_id: str, n: int, asked: Mapping[str, int]) -> Iterator[str]:
    """Yield what a mail asks for that is not payable at this very moment, or leaves out."""
    live = f"E#{ENTITY}#C#{customer_id}"
    payable = {h["document_id"]: h["open"] for h in world.all("HEAD") if h["pk"] == live}
    for checkout in world.all("CHECKOUT"):
        if checkout["pk"] == live and checkout["state"] == "processing":
            for document_id, minor in checkout["allocations"]:
                if document_id in payable:
                    payable[document_id] = max(0, payable[document_id] - minor)
    payable = {document_id: minor for document_id, minor in payable.items() if minor}
    if payable != asked:
        yield f"mail {n} to {customer_id} asks {asked} where {payable} is payable"


def pending(world: "World") -> list[dict[str, object]]:
    """Return the items that somebody must still act on."""
    return [item for item in world.plain() if "ppk" in item]


def unsaid(world: "World") -> list[str]:
    """Return what the policy would send now."""
    found = []
    for customer_id in world.customers:
        account = world.hub.accounts.account(ENTITY, customer_id)
        for decision in decide(account, POLICY, world.now.today("Europe/Berlin")):
            if decision.action is Action.SEND:
                found.append(f"{customer_id}: {decision.reason}")
    return found


def _booked_as_at_the_gateway(world: "World") -> Iterator[str]:
    real = {p.reference: p for p in world.gateway.payments() if p.status == "succeeded"}
    for payment in world.all("PAYMENT"):
        if payment["source"] != "gateway":
            continue
        told = real.get(payment["gateway_reference"])
        if told is None or told.amount is None or told.amount.minor != payment["amount"]:
            yield f"{payment['gateway_reference']} is booked, but not so at the gateway"


def _mails(world: "World") -> Iterator[str]:
    for whose, times in world.mail.delivered.items():
        if times > 1:
            yield f"mail {whose} went out {times} times"
    if world.cap is None:
        return
    days = Counter(
        notice["as_of"]
        for notice in world.all("NOTICE")
        if notice["kind"] == "stage" and notice["channel"] == "email"
    )
    for day, times in days.items():
        if times > world.cap:
            yield f"{times} messages on {day}, capped at {world.cap}"
