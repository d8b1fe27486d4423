"""A customer's money: payments, what waits unapplied, and noting what came by bank."""

import secrets
from datetime import date

from functions.edge import http
from functions.operator_api import access
from functions.operator_api.console.asking import asked, field, money
from functions.operator_api.console.filled import FRESH, Filled, refused
from functions.operator_api.console.pages import Visit, page
from shared import runtime
from shared.domain.apply_cash import Part
from shared.domain.money import to_decimal_text
from shared.domain.receive import Received
from shared.domain.refund import RefundDraft
from shared.domain.roles import Role
from shared.errors import InvalidInput
from shared.usecases.allocate import allocate
from shared.usecases.record_payment import record_payment
from shared.usecases.refund_payment import refund_payment
from shared.usecases.reverse_payment import REASONS, reverse_payment

_REFUND_REASON = "requested_by_customer"
METHODS = ("transfer", "cheque", "cash", "direct_debit", "card", "other")


def money_page(visit: Visit, customer_id: str, filled: Filled = FRESH) -> http.Answer:
    """Show a customer's payments and unapplied money; filled is a form that was refused.

    Raises NotFound.
    """
    entity_id = visit.entity.entity_id
    account = runtime.accounts().account(entity_id, customer_id)
    payments = list(runtime.receivables().payments(entity_id, customer_id))
    return page(
        "money",
        visit,
        status=422 if filled.problem else 200,
        customer=account.customer,
        documents=sorted(account.documents, key=lambda d: (d.due_on, d.number)),
        credits=sorted(account.credits, key=lambda c: (c.received_on, c.source_id)),
        payments=sorted(payments, key=lambda p: (p.received_at, p.payment_id), reverse=True),
        paid_by={payment.payment_id for payment in payments},
        plain=to_decimal_text,
        methods=METHODS,
        reasons=REASONS,
        request_id=secrets.token_hex(16),
        today=access.current().now.today(visit.entity.time_zone),
        filled=filled,
    )


def note_payment(visit: Visit, customer_id: str, form: http.Form) -> http.Answer:
    """Note money that came by bank: for the documents ticked, the oldest, or nothing yet."""
    access.allow(Role.CLERK, visit.entity.entity_id)

    def work() -> None:
        currency = field(form, "currency").upper()
        received = Received(
            amount=money(form, "amount", currency),
            received_on=_day(field(form, "received_on")),
            method=field(form, "method"),
            reference=field(form, "reference")[:140],
            another=field(form, "another") == "yes",
        )
        if received.method not in METHODS:
            raise InvalidInput(field="method", reason=", ".join(METHODS))
        use = field(form, "use")
        ticked = form.get("document", []) if use == "ticked" else []
        if use == "ticked" and not ticked:
            raise InvalidInput(field="documents", reason="tick what the money is for")
        parts = None if use == "oldest" else [Part(document_id) for document_id in ticked]
        record_payment(
            runtime.cash_desk(),
            visit.entity.entity_id,
            customer_id,
            received,
            parts,
            asked(form, "payment", customer_id),
            access.current().now,
        )

    return _done(visit, customer_id, refused(form, "payments", work))


def use_credit(visit: Visit, customer_id: str, source_id: str, form: http.Form) -> http.Answer:
    """Put the unapplied money of one source to the documents that are due first."""
    access.allow(Role.CLERK, visit.entity.entity_id)
    now = access.current().now

    def work() -> None:
        request = asked(form, "allocate", customer_id, source_id)
        desk = runtime.cash_desk()
        allocate(desk, visit.entity.entity_id, customer_id, source_id, None, request, now)

    return _done(visit, customer_id, refused(form, f"credits/{source_id}", work))


def take_back(visit: Visit, customer_id: str, payment_id: str, form: http.Form) -> http.Answer:
    """Take a payment out of the books by counter-entries."""
    access.allow(Role.CLERK, visit.entity.entity_id)
    now = access.current().now

    def work() -> None:
        request = asked(form, "reverse", payment_id)
        reason = field(form, "reason")
        desk = runtime.cash_desk()
        reverse_payment(desk, visit.entity.entity_id, payment_id, reason, None, request, now)

    return _done(visit, customer_id, refused(form, f"payments/{payment_id}", work))


def refund(visit: Visit, customer_id: str, source_id: str, form: http.Form) -> http.Answer:
    """Give money of a payment or credit note back: through the gateway what came by it.

    Anything else a person transfers. It has to be confirmed.
    """
    access.allow(Role.CONTROLLER, visit.entity.entity_id)
    now = access.current().now

    def work() -> None:
        if field(form, "confirmation") != "yes":
            raise InvalidInput(field="confirmation", reason="tick that the money goes back")
        draft = RefundDraft(
            source_id,
            money(form, "amount", field(form, "currency")),
            _REFUND_REASON,
            field(form, "release") == "yes",
        )
        request = asked(form, "refund", customer_id, source_id)
        desk = runtime.cash_desk()
        refund_payment(desk, visit.entity.entity_id, customer_id, draft, request, now)

    return _done(visit, customer_id, refused(form, f"refund/{source_id}", work))


def _done(visit: Visit, customer_id: str, filled: Filled | None) -> http.Answer:
    if filled:
        return money_page(visit, customer_id, filled)
    return http.see_other(f"{visit.base}/customers/{http.segment(customer_id)}/money")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(field="received_on", reason="write it as YYYY-MM-DD") from None
