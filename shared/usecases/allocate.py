"""Unapplied money, put to use by a person or by the entity's setting; and an allocation moved."""

from collections.abc import Sequence

from shared.domain.apply_cash import Part, after, apply_cash, oldest_first
from shared.domain.cash_rules import ApplyCredit
from shared.domain.cash_step import Asked, Step
from shared.domain.clock import Now
from shared.domain.counter_entries import freed_by, taken_back
from shared.domain.coverage import coverage
from shared.domain.limits import amount_within
from shared.domain.money import Money
from shared.domain.movement import Posting
from shared.domain.payment import Payment
from shared.domain.payment_use import used
from shared.domain.remittance import said
from shared.domain.step_size import DOCUMENTS_MAX
from shared.errors import Conflict, InvalidInput, NotFound
from shared.ids import derived_id
from shared.usecases.cash_desk import (
    Desk,
    Look,
    finish_plan,
    is_here,
    look,
    once,
    planned_on,
    write,
)
from shared.usecases.try_again import try_again

_HUB = Asked("", "", "")


class UsedByErp(Conflict):
    """The credit note is the ERP's, which says what it is used for."""

    code = "credit_of_the_erp"
    help = "Use the credit note in the ERP: what it pays there comes here with the next sync."


def allocate(
    desk: Desk,
    entity_id: str,
    customer_id: str,
    source_id: str,
    parts: Sequence[Part] | None,
    asked: Asked,
    now: Now,
) -> None:
    """Put the unapplied money of a payment or credit note to use for parts: None, oldest first.

    A credit note goes to DOCUMENTS_MAX documents at a time. Raises NotFound where nothing of the
    source is unapplied or for an unknown document, InvalidInput, CurrencyMismatch, RequestReused,
    and Conflict for a credit note that the ERP wrote: two would put it to use.
    """

    def work() -> str:
        named = [p.document_id for p in parts or ()]
        at = look(desk, entity_id, customer_id, [source_id, *named])
        _allocate(desk, at, source_id, parts, asked, now)
        return source_id

    once(desk, entity_id, asked, work)
    if desk.cash.find_payment(entity_id, source_id) is not None:
        finish_plan(desk, entity_id, source_id, now)


def move_allocation(
    desk: Desk,
    entity_id: str,
    payment_id: str,
    document_id: str,
    amount: Money | None,
    to: Part | None,
    asked: Asked,
    now: Now,
) -> Payment:
    """Take amount (None: all) of a payment from a document, put it to another, and return it.

    Without another document the money is unapplied again. One posting holds both. Raises NotFound
    where the payment is not allocated to the document, Conflict where its money is not here, and
    InvalidInput for more than was allocated.
    """

    def work() -> str:
        payment = desk.cash.payment(entity_id, payment_id)
        if not is_here(payment):
            raise Conflict(payment=payment_id, reason=f"it is {payment.state}")
        named = [document_id, *([to.document_id] if to else [])]
        at = look(desk, entity_id, payment.customer_id, named)
        write(desk, at, _moved(at, payment, document_id, amount, to, asked, now), now)
        return payment_id

    once(desk, entity_id, asked, work)
    return desk.cash.payment(entity_id, payment_id)


def apply_credits(desk: Desk, entity_id: str, customers: Sequence[str], now: Now) -> int:
    """Use the unapplied money of customers for what they owe, where the entity wants it by itself.

    Returns of how many customers money was used. It is no payer's and no person's doing: what the
    hub does by itself is safe to repeat.
    """
    if desk.accounts.entity(entity_id).apply_credit != ApplyCredit.AUTO:
        return 0
    return sum(use_credit(desk, entity_id, customer, _HUB, now) for customer in customers)


def use_credit(desk: Desk, entity_id: str, customer_id: str, asked: Asked, now: Now) -> bool:
    """Use a customer's unapplied money for their oldest debts first; return whether any was used.

    Documents for which a payment is under way are left to it. Each source is a step of its own, so
    that a repeat goes on where another stopped.
    """
    account = desk.accounts.account(entity_id, customer_id)
    sources = sorted(account.credits, key=lambda c: (c.received_on, c.source_id))
    return any([_use(desk, entity_id, customer_id, c.source_id, asked, now) for c in sources])


def _use(
    desk: Desk, entity_id: str, customer_id: str, source_id: str, asked: Asked, now: Now
) -> bool:
    def work() -> bool:
        account = desk.accounts.account(entity_id, customer_id)
        covers = coverage(account, now.today(account.customer.time_zone))
        free = {d for d, c in covers.items() if not c.processing and not c.in_checkout}
        at = look(desk, entity_id, customer_id, [source_id])
        credit = at.books.credit(source_id)
        documents = [d for d in at.books.documents if d.document_id in free]
        if credit is None:
            return False
        parts = oldest_first(documents, credit.unapplied.currency, credit.received_on)
        parts = _as_far_as(parts, credit.unapplied)
        if not parts:
            return False
        _allocate(desk, at, source_id, parts, asked, now)
        return True

    try:
        return try_again(desk.pause, work)
    except Conflict:  # it is being allocated or was taken back: not free to be used
        return False


def _as_far_as(parts: Sequence[Part], money: Money) -> tuple[Part, ...]:
    """Return the leading parts that money covers, at most DOCUMENTS_MAX."""
    found: list[Part] = []
    for part in parts[:DOCUMENTS_MAX]:
        if part.amount is not None and money:
            amount = min(part.amount, money)
            money -= amount
            found.append(Part(part.document_id, amount))
    return tuple(found)


def _allocate(
    desk: Desk,
    at: Look,
    source_id: str,
    parts: Sequence[Part] | None,
    asked: Asked,
    now: Now,
) -> None:
    entity_id = at.entity.entity_id
    credit = at.books.credit(source_id)
    if credit is None:
        raise NotFound(source=source_id[:64])
    note = at.books.document(source_id)
    if note is not None and note.external_id:
        raise UsedByErp(source=source_id[:64])
    day, money = credit.received_on, credit.unapplied
    payment = desk.cash.find_payment(entity_id, source_id)
    if payment is not None:
        day = payment.received_on
        if not is_here(payment):
            raise Conflict(payment=source_id, reason=f"it is {payment.state}")
        if payment.plan:
            raise Conflict(payment=source_id, reason="it is being allocated")
    if parts is None:
        plan = oldest_first(at.books.documents, money.currency, day)
    else:
        plan = said(parts, at.books, money, day, together_max=DOCUMENTS_MAX)
    if payment is None and len({p.document_id for p in plan}) > DOCUMENTS_MAX:
        if parts is not None:
            raise InvalidInput(field="parts", reason=f"at most {DOCUMENTS_MAX} of a credit note")
        plan = plan[:DOCUMENTS_MAX]
    done = apply_cash(source_id, money, plan, at.books, day, at.tolerance, DOCUMENTS_MAX)
    if not done.movements:
        raise InvalidInput(field="parts", reason="nothing of it is open")
    step = str(payment.version) if payment else _credit_step(at, source_id)
    posting = Posting(
        f"allocation:{source_id}:{step}", day, now.business, done.movements, asked.by, asked.note
    )
    changed: tuple[tuple[Payment | None, Payment], ...] = ()
    if payment is not None:
        after_it = planned_on(used(payment, done.movements, at.books.documents), done.left)
        changed = ((payment, after_it),)
    write(desk, at, Step(posting, changed, source_id, asked), now)


def _credit_step(at: Look, source_id: str) -> str:
    """Return what tells this allocation of a credit note from every other one.

    What is unapplied and what is open then are never the same twice: an allocation lowers both,
    and each write of a document counts its version.
    """
    credit = at.books.credit(source_id)
    versions = [f"{d.document_id}:{d.version}" for d in at.books.documents]
    known = f"{credit.version}:{credit.unapplied.minor}" if credit else ""
    return derived_id("allocation", source_id, known, *sorted(versions))


def _moved(
    at: Look,
    payment: Payment,
    document_id: str,
    amount: Money | None,
    to: Part | None,
    asked: Asked,
    now: Now,
) -> Step:
    known = next((a for a in payment.allocations if a.document_id == document_id), None)
    if known is None or (to is not None and to.document_id == document_id):
        raise NotFound(document=document_id[:64])
    wanted = amount_within("amount", known.amount if amount is None else amount, known.amount)
    day = payment.received_on
    movements = taken_back(payment.payment_id, [known], wanted, at.books, day, "moved")
    freed = Money(minor=freed_by(movements, payment.payment_id), currency=wanted.currency)
    if to is not None:
        books = after(at.books, movements, day)
        (part,) = said([to], books, freed, day, together_max=DOCUMENTS_MAX, bounded=False)
        done = apply_cash(
            payment.payment_id, freed, [part], books, day, at.tolerance, DOCUMENTS_MAX
        )
        movements = (*movements, *done.movements)
    moved = used(payment, movements, at.books.documents)
    posting = Posting(
        f"deallocation:{payment.payment_id}:{payment.version}",
        day,
        now.business,
        movements,
        asked.by,
        asked.note,
    )
    look_why = f"payment:{payment.payment_id}:{moved.version}"
    return Step(posting, ((payment, moved),), payment.payment_id, asked, look=look_why)
