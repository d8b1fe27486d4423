"""The books against the world outside: the gateway, the mail service, the ERP's folder."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from shared.domain.decide import Action, decide
from shared.domain.policy_book import PolicyBook
from tests.sim.books import broken
from tests.sim.books.payments import CHARGED, came_beyond
from tests.sim.founding import ENTITY, FEE_MINOR, POLICY, TOTALS
from tests.sim.gateway import refundable

if TYPE_CHECKING:
    from tests.sim.world import World

BESIDE_OUR_REFUND = {"more_than_paid", "balance_differs"}
"""Where we reserved a refund while the gateway, or the bank, took the same money: for a while."""
INVOICE_MAX = max(TOTALS)
PARKED_FOR = {"total_below_paid"}
"""Nothing else in these worlds is beyond the hub: a payment parked here was not understood."""


def always(world: "World") -> Iterator[str]:
    """Yield one sentence for each thing that is wrong and may not be at any moment."""
    yield from broken(world.plain())
    yield from _booked_as_at_the_gateway(world)
    yield from _mails(world)
    yield from _charges(world)
    yield from _credit_of_nobody(world)
    known = PARKED_FOR | (BESIDE_OUR_REFUND if world.all("REFUND") else set())
    for parked in world.all("PARKED"):
        if parked["reason"] not in known:
            yield f"parked as {parked['reason']}: {parked['facts']}"


def at_rest(world: "World") -> Iterator[str]:
    """Yield one sentence for each thing that was forgotten once nothing goes wrong any more."""
    yield from (f"{i['type']} is pending still: {i['psk']}" for i in pending(world))
    yield from (f"{queue} waits still: {body}" for queue, body in world.queues.waiting)
    payments = world.all("PAYMENT")
    booked_ones = [p for p in payments if p["state"] != "pending"]
    yield from (f"{p['payment_id']} is planned still" for p in booked_ones if p["plan"])
    booked = {p["gateway_reference"] for p in payments}
    for payment in world.gateway.payments():
        if payment.status == "succeeded" and payment.reference not in booked:
            yield f"{payment.reference} was never booked"
    receipts = {n["payment_id"] for n in world.all("NOTICE") if n["kind"] == "receipt"}
    for item in payments:
        has_one = item["payment_id"] in receipts
        if item["source"] != "bank" and has_one != (item["source"] == "gateway"):
            yield f"payment {item['payment_id']} has a receipt too few or too many"
    told = {name for name, note in world.folder.files.items() if note.amount.minor}
    noted = {
        (w["payment_id"], w["document_id"], w["step"])
        for w in world.all("WRITEBACK")
        if w["method"] not in CHARGED
    }
    if told != noted:
        yield f"the ERP has {told} of {noted}"
    yield from _open_as_in_the_erp(world)
    if not any(posting.get("note") == "more_than_paid" for posting in world.all("POSTING")):
        yield from _moved_as_at_the_gateway(world)
    yield from (f"unsaid: {text}" for text in unsaid(world))


def in_mail(world: "World", customer_id: str, n: int, asked: Mapping[str, int]) -> Iterator[str]:
    """Yield what a mail asks for that is not payable at this very moment, or leaves out."""
    live = f"E#{ENTITY}#C#{customer_id}"
    asked = _by_document(asked)
    heads = {h["document_id"]: h for h in world.all("HEAD") if h["pk"] == live}
    payable = {document_id: head["open"] for document_id, head in heads.items()}
    on_their_way = [
        plan
        for checkout in world.all("CHECKOUT")
        if checkout["pk"] == live and checkout["state"] == "processing"
        for plan in checkout["allocations"]
    ]
    for payment in world.all("PAYMENT"):
        if payment["state"] == "pending" and payment["customer_id"] == customer_id:
            on_their_way += payment["plan"]
    for document_id, minor in on_their_way:
        if document_id in payable:
            rest = max(0, payable[document_id] - minor)
            payable[document_id] = 0 if rest <= _offered(heads[document_id]) else rest
    payable = {document_id: minor for document_id, minor in payable.items() if minor}
    if payable != asked:
        yield f"mail {n} to {customer_id} asks {asked} where {payable} is payable"


def _offered(head: Mapping[str, Any]) -> int:
    """Return what may be left off beside money that is under way: a discount not yet taken."""
    discount = head.get("discount")
    return discount["amount"] - discount["late"] if discount and not discount["taken"] else 0


def pending(world: "World") -> list[dict[str, object]]:
    """Return the items that somebody must still act on."""
    return [item for item in world.plain() if "ppk" in item]


def unsaid(world: "World") -> list[str]:
    """Return what the policy would send now."""
    found = []
    for customer_id in world.customers:
        account = world.hub.accounts.account(ENTITY, customer_id)
        for decision in decide(account, PolicyBook(POLICY), world.now.today("Europe/Berlin")):
            if decision.action is Action.SEND:
                found.append(f"{customer_id}: {decision.reason}")
    return found


def _by_document(asked: Mapping[str, int]) -> dict[str, int]:
    """Return what is asked for by document, of items that may be its instalments."""
    sums: Counter[str] = Counter()
    for item_id, minor in asked.items():
        sums[item_id.split("/")[0]] += minor
    return dict(sums)


def _booked_as_at_the_gateway(world: "World") -> Iterator[str]:
    real = {p.reference: p for p in world.gateway.payments() if p.status == "succeeded"}
    for payment in world.all("PAYMENT"):
        if payment["source"] != "gateway":
            continue
        told = real.get(payment["gateway_reference"])
        if told is None or told.amount is None or told.amount.minor != payment["amount"]:
            yield f"{payment['gateway_reference']} is booked, but not so at the gateway"


def _moved_as_at_the_gateway(world: "World") -> Iterator[str]:
    """Yield where what is left of a payment, or of the balance, is not what the gateway has."""
    left: Counter[str] = Counter()
    balance: Counter[str] = Counter()
    for posting in world.all("POSTING"):
        for movement in posting["movements"]:
            if movement.get("via") != "gateway":
                continue
            fee = movement["kind"] == "gateway_fee"
            minor, currency = movement.get("cash") or (movement["amount"], movement["currency"])
            sign = -1 if fee or (movement["amount"] < 0) != (minor < 0) else 1
            balance[currency] += sign * minor
            if not fee:
                left[movement["source_id"]] += movement["amount"]
    for payment in world.all("PAYMENT"):
        if payment["source"] == "gateway":
            page = world.gateway.pages[f"cs_{payment['checkout_id']}"]
            assert page.payment
            if left[payment["payment_id"]] != refundable(page.payment):
                there = refundable(page.payment)
                yield f"{left[payment['payment_id']]} of {page.session_id} is here, {there} there"
    there = {world.gateway.balance.currency: world.gateway.balance.total()}
    if {c: minor for c, minor in balance.items() if minor} != {
        c: minor for c, minor in there.items() if minor
    }:
        yield f"the gateway's balance is {there}, in the books {dict(balance)}"


def _open_as_in_the_erp(world: "World") -> Iterator[str]:
    """Yield where an invoice of the ERP is open for another sum by all that the ERP was told.

    What it received itself it knows, as far as it said so with the payment. A discount that such
    money earned here is told to it like any other.
    """
    settled: Counter[str] = Counter()
    for note in world.folder.files.values():
        settled[note.document_id] += note.amount.minor + note.discount_minor
    theirs = {p["payment_id"] for p in world.all("PAYMENT") if p["source"] == "elsewhere"}
    for posting in world.all("POSTING"):
        if posting["posting_id"].removeprefix("payment:") in theirs:
            for movement in posting["movements"]:
                if movement["kind"] == "allocation":
                    settled[movement["document_id"]] -= movement["amount"]
    for payment in world.all("PAYMENT"):
        if "excess" in payment:
            beyond = came_beyond(payment, world.all("POSTING"))
            settled[payment["excess"]["document_id"]] += beyond - payment["excess"]["amount"]
    for head in world.all("HEAD"):
        there = head["total"] - settled[head["document_id"]]
        if head["external_id"] and there != head["open"]:
            yield f"{head['number']} is open for {head['open']}, in the ERP for {there}"


def _credit_of_nobody(world: "World") -> Iterator[str]:
    """Yield credit that is no money that came, and no credit note."""
    sources = {p["payment_id"] for p in world.all("PAYMENT")}
    sources |= {h["document_id"] for h in world.all("HEAD") if h["kind"] == "credit_note"}
    for credit in world.all("CREDIT"):
        if credit["unapplied"] and credit["source_id"] not in sources:
            yield f"{credit['unapplied']} of {credit['source_id']} is credit, and nobody paid it"


def _charges(world: "World") -> Iterator[str]:
    """Yield fees that are no fee of the policy, and more interest than a month's percent bears."""
    interest: Counter[str] = Counter()
    since = world.first_due
    for head in world.all("HEAD"):
        if head["kind"] == "invoice":
            parts = head.get("instalments") or [[0, head["due_on"]]]
            known = since.get(head["document_id"], date.max)
            known = min(known, world.first_sent.get(head["external_id"], known))
            since[head["document_id"]] = min(
                known, *(date.fromisoformat(part[1]) for part in parts)
            )
        elif head.get("charge") == "interest":
            interest[head["invoice_id"]] += head["total"]
        elif head["kind"] == "charge" and head["total"] != FEE_MINOR:
            yield f"a fee of {head['total']}"
    for invoice, minor in interest.items():
        days = (world.now.business.date() - since[invoice]).days
        if minor > INVOICE_MAX * 12 * days / 36_500 + 1:
            yield f"{minor} of interest on {invoice} in {days} days"


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
