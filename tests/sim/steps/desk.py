"""People at their desks: money by bank, its use, its way back, and what is given up.

Every request has a name, and somebody may send any of them once more.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from shared.domain.apply_cash import Part
from shared.domain.cash_step import Asked
from shared.domain.money import Money
from shared.domain.receive import Received
from shared.domain.refund import RefundDraft
from shared.usecases import adjust_document, allocate, record_payment
from shared.usecases.refund_payment import refund_payment
from shared.usecases.reverse_payment import REASONS, reverse_payment
from tests.sim.founding import ENTITY, NOTHING, eur
from tests.sim.steps import Step

if TYPE_CHECKING:
    from tests.sim.world import World

_USD_A_EUR = 2


def receive(world: "World") -> str:
    """Note money by bank: for named documents, for the oldest, for nothing, or announced only."""
    chance, customer_id = world.chance, world.chance.choice(world.customers)
    heads = [h for h in _heads(world) if h["customer_id"] == customer_id and h["open"]]
    known = sum(h["open"] for h in heads)
    minor = max(1, chance.choice((known, known - 3, 2_500, 12_000, known + 700)))
    parts = chance.choice((None, None, [], [_part(world, h) for h in heads[:2]]))
    abroad = chance.random() < 0.2
    received = Received(
        amount=eur(minor),
        received_on=world.now.business.date(),
        method="transfer",
        reference=chance.choice(("", "RF18", "RF23")),
        cash=Money(minor=minor * _USD_A_EUR, currency="USD") if abroad else None,
        rate="0.5" if abroad else "",
        pending=chance.random() < 0.2,
        receipt=chance.random() < 0.3,
    )

    def work(asked: Asked) -> object:
        return record_payment.record_payment(
            world.hub.desk, ENTITY, customer_id, received, parts, asked, world.now
        )

    return ask(world, "receive", work)


def announced(world: "World") -> str:
    """End an announced payment: it came, or it will not."""
    pending = [p for p in world.all("PAYMENT") if p["state"] == "pending"]
    if not pending:
        return NOTHING
    payment_id = world.chance.choice(pending)["payment_id"]
    came = world.chance.random() < 0.7

    def work(asked: Asked) -> object:
        at = (world.hub.desk, ENTITY, payment_id)
        if not came:
            return record_payment.fail_payment(*at, asked, world.now)
        return record_payment.settle_payment(*at, world.now.business.date(), asked, world.now)

    return ask(world, "announced", work)


def put_to_use(world: "World") -> str:
    """Put unapplied money to use."""
    credit = _one_of(world, world.all("CREDIT"))
    if credit is None:
        return NOTHING
    customer_id = credit["pk"].split("#")[3]
    heads = [h for h in _heads(world) if h["customer_id"] == customer_id and h["open"]]
    parts = [_part(world, world.chance.choice(heads))] if heads and _often(world) else None

    def work(asked: Asked) -> object:
        at = (world.hub.desk, ENTITY, customer_id)
        return allocate.allocate(*at, credit["source_id"], parts, asked, world.now)

    return ask(world, "allocate", work)


def move(world: "World") -> str:
    """Move money from one document to another, or make it unapplied again."""
    payment = _one_of(world, [p for p in world.all("PAYMENT") if p["allocations"]])
    if payment is None:
        return NOTHING
    line = world.chance.choice(payment["allocations"])
    others = [h for h in _heads(world) if h["customer_id"] == payment["customer_id"] and h["open"]]
    to = Part(world.chance.choice(others)["document_id"]) if others and _often(world) else None
    amount = world.chance.choice((None, eur(1), eur(line["amount"] // 2 or 1)))

    def work(asked: Asked) -> object:
        at = (world.hub.desk, ENTITY, payment["payment_id"], line["document_id"])
        return allocate.move_allocation(*at, amount, to, asked, world.now)

    return ask(world, "move", work)


def reverse(world: "World") -> str:
    """Take a payment out of the books."""
    payment = _one_of(world, [p for p in world.all("PAYMENT") if p["source"] != "gateway"])
    if payment is None:
        return NOTHING
    reason = world.chance.choice(REASONS)

    def work(asked: Asked) -> object:
        at = (world.hub.desk, ENTITY, payment["payment_id"])
        return reverse_payment(*at, reason, None, asked, world.now)

    return ask(world, "reverse", work)


def refund(world: "World") -> str:
    """Give money back: what waits, or what was used as well."""
    sources = [(p["customer_id"], p["payment_id"], p["amount"]) for p in world.all("PAYMENT")]
    sources += [
        (c["pk"].split("#")[3], c["source_id"], c["unapplied"]) for c in world.all("CREDIT")
    ]
    if not sources:
        return NOTHING
    customer_id, source_id, minor = world.chance.choice(sources)
    amount = eur(world.chance.choice((minor, minor // 2 or 1, 1)))
    release = _often(world)

    def work(asked: Asked) -> object:
        draft = RefundDraft(source_id, amount, "goodwill", release)
        return refund_payment(world.hub.desk, ENTITY, customer_id, draft, asked, world.now)

    return ask(world, "refund", work)


def write_off(world: "World") -> str:
    """Give up what is open of a document."""
    head = _one_of(world, [h for h in _heads(world) if h["open"]])
    if head is None:
        return NOTHING
    amount = world.chance.choice((None, eur(1), eur(head["open"])))

    def work(asked: Asked) -> object:
        at = (world.hub.desk, ENTITY, head["customer_id"], head["document_id"])
        return adjust_document.write_off(*at, amount, "insolvent", asked, world.now)

    return ask(world, "write_off", work)


def ask_for_it(world: "World") -> str:
    """Undo a write-off."""
    given_up = [h for h in _heads(world) if h.get("adjusted", {}).get("write_off")]
    head = _one_of(world, [h for h in given_up if h["open"] + _off(h) <= h["total"]])
    if head is None:
        return NOTHING
    amount = world.chance.choice((None, eur(1)))

    def work(asked: Asked) -> object:
        at = (world.hub.desk, ENTITY, head["customer_id"], head["document_id"])
        return adjust_document.ask_again(*at, amount, asked, world.now)

    return ask(world, "ask_for_it", work)


def deduct(world: "World") -> str:
    """Accept that some of a document is not paid."""
    head = _one_of(world, [h for h in _heads(world) if h["open"]])
    if head is None:
        return NOTHING

    def work(asked: Asked) -> object:
        at = (world.hub.desk, ENTITY, head["customer_id"], head["document_id"])
        return adjust_document.deduct(*at, eur(7), "damaged", asked, world.now)

    return ask(world, "deduct", work)


def ask_once_more(world: "World") -> str:
    """Send a request once more, word for word."""
    if not world.requests:
        return NOTHING
    request_id = world.chance.choice(list(world.requests))
    return _carry_out(world, request_id)


def use_credit(world: "World") -> str:
    """Use a customer's credit where the company wants that by itself."""
    customers = [world.chance.choice(world.customers)]
    return f"used {allocate.apply_credits(world.hub.desk, ENTITY, customers, world.now)}"


def ask(world: "World", name: str, work: Callable[[Asked], object]) -> str:
    """Carry out a request of its own name, which somebody may send once more later."""
    request_id = f"{name} {len(world.requests)}"
    world.requests[request_id] = lambda: work(Asked(request_id, request_id, "clerk", request_id))
    return _carry_out(world, request_id)


def _carry_out(world: "World", request_id: str) -> str:
    world.requests[request_id]()
    if not any(fact.get("digest") == request_id for fact in world.all("FACT")):
        world.fail_if([f"{request_id} was said to be done, and is not"])
    return "done"


def _heads(world: "World") -> list[dict[str, Any]]:
    return [head for head in world.all("HEAD") if head["kind"] != "credit_note"]


def _off(head: dict[str, Any]) -> int:
    return int(head["adjusted"]["write_off"])


def _part(world: "World", head: dict[str, Any]) -> Part:
    amount = world.chance.choice((None, eur(head["open"]), eur(head["open"] // 2 or 1)))
    kept = eur(5) if world.chance.random() < 0.1 else None
    return Part(head["document_id"], amount, deduction=kept, reason="damaged" if kept else "")


def _one_of(world: "World", items: list[dict[str, Any]]) -> dict[str, Any] | None:
    return world.chance.choice(items) if items else None


def _often(world: "World") -> bool:
    return world.chance.random() < 0.6


STEPS = {
    "receive": Step(receive, 5, race=4),
    "announced": Step(announced, 2, race=1),
    "put_to_use": Step(put_to_use, 4, race=4),
    "move": Step(move, 2, race=3),
    "reverse": Step(reverse, 2, race=2),
    "refund": Step(refund, 2, race=3),
    "write_off": Step(write_off, 2, race=2),
    "ask_for_it": Step(ask_for_it, 2, race=1),
    "deduct": Step(deduct, 1, race=1),
    "ask_once_more": Step(ask_once_more, 4, race=4),
    "use_credit": Step(use_credit, 2, race=2),
}
