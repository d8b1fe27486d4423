"""What was agreed with a customer: promises, disputes, plans, holds; make, end and decide them."""

import secrets
from collections.abc import Callable
from datetime import date

from functions.edge import http
from functions.operator_api import access
from functions.operator_api.console.asking import asked, field, money_or_all, why
from functions.operator_api.console.filled import FRESH, Filled, refused
from functions.operator_api.console.pages import Visit, page
from shared import runtime
from shared.domain.agreement import DisputeOutcome, DisputeReason
from shared.domain.agreement_drafts import DisputeDraft, HoldDraft, PlanDraft, PromiseDraft
from shared.domain.cash_step import Asked
from shared.domain.clock import Now
from shared.domain.coverage import plan_state
from shared.domain.mandate import BY_OPERATOR
from shared.domain.money import Money
from shared.domain.plan import Pace, missing
from shared.domain.policy import Policy
from shared.domain.roles import Role
from shared.errors import InvalidInput, NotFound
from shared.usecases.asked_once import asked_once
from shared.usecases.disputes import close_dispute, open_dispute, task_is_done
from shared.usecases.give_mandate import end_mandate
from shared.usecases.holds import put_hold
from shared.usecases.pay_in_parts import agree_plan
from shared.usecases.policy_of import policy_of
from shared.usecases.promise_to_pay import promise_to_pay, promises_of


def agreements_page(visit: Visit, customer_id: str, filled: Filled = FRESH) -> http.Answer:
    """Show what was agreed with one customer, what is over included.

    filled is a form of the page that was refused. Raises NotFound.
    """
    whose = (visit.entity.entity_id, customer_id)
    account = runtime.accounts().account(*whose)
    today = access.current().now.today(account.customer.time_zone)
    live = {plan.plan_id for plan in account.plans}
    return page(
        "agreements",
        visit,
        status=422 if filled.problem else 200,
        customer=account.customer,
        documents=sorted(account.documents, key=lambda d: (d.due_on, d.number)),
        numbers={d.document_id: d.number for d in account.documents},
        holds=sorted(account.holds, key=lambda hold: hold.starts_on, reverse=True),
        promises=promises_of(
            runtime.promises(), runtime.papers(), visit.entity.entity_id, account, today
        )[::-1],
        disputes=sorted(runtime.disputes().of(*whose), key=lambda d: d.opened_on, reverse=True),
        plans=[
            (plan, plan_state(account, plan, today), missing(account, plan))
            if plan.plan_id in live
            else (plan, plan.state, ())
            for plan in runtime.plans().of(*whose)
        ],
        broken=account.broken_promises,
        mandates=[m for m in runtime.mandates().of(*whose) if m.given_on is not None],
        collections=sorted(
            runtime.collections().of(*whose),
            key=lambda c: (c.take_on, c.collection_id),
            reverse=True,
        ),
        policy=_policy(visit, customer_id),
        reasons=list(DisputeReason),
        outcomes=list(DisputeOutcome),
        paces=list(Pace),
        request_id=secrets.token_hex(16),
        today=today,
        filled=filled,
    )


def make(visit: Visit, customer_id: str, what: str, form: http.Form) -> http.Answer:
    """Make a promise, a dispute, a plan or a hold of what a form says."""
    access.allow(Role.CLERK, visit.entity.entity_id)
    makers = {"promises": _promise, "disputes": _dispute, "plans": _plan, "pauses": _hold}
    if what not in makers:
        raise NotFound(path="console")
    maker = makers[what]

    def work() -> None:
        named = asked(form, what, customer_id)
        of = visit.entity.entity_id
        asked_once(runtime.requests(), of, named, lambda: maker(visit, customer_id, form, named))

    return _done(visit, customer_id, work, form, what)


def end(
    visit: Visit, customer_id: str, what: str, agreement_id: str, form: http.Form
) -> http.Answer:
    """End a promise, a plan, a hold or automatic payment, or decide a dispute."""
    access.allow(Role.CLERK, visit.entity.entity_id)
    now = access.current().now
    today = now.today(runtime.accounts().customer(visit.entity.entity_id, customer_id).time_zone)
    named = (visit.entity, customer_id, agreement_id)
    enders: dict[str, Callable[[], object]] = {
        "promises": lambda: runtime.promises().withdraw(*named, today),
        "plans": lambda: runtime.plans().end(*named, today),
        "pauses": lambda: runtime.holds().end(*named, today),
        "mandates": lambda: end_mandate(
            runtime.autopay(), visit.entity.entity_id, customer_id, agreement_id, BY_OPERATOR, now
        ),
        "disputes": lambda: _close(visit, customer_id, agreement_id, form, now),
    }
    if what not in enders:
        raise NotFound(path="console")
    return _done(visit, customer_id, enders[what], form, f"{what}/{agreement_id}")


def _promise(visit: Visit, customer_id: str, form: http.Form, named: Asked) -> None:
    draft = PromiseDraft(
        customer_id=customer_id,
        documents=_ticked(form),
        amount=_amount(visit, customer_id, form),
        pays_on=_day(form, "pays_on"),
    )
    promise_to_pay(
        runtime.accounts(),
        runtime.promises().asked(named),
        visit.entity.entity_id,
        draft,
        _policy(visit, customer_id).promises,
        access.current().now,
        by=named.by,
        request_id=named.request_id,
    )


def _dispute(visit: Visit, customer_id: str, form: http.Form, named: Asked) -> None:
    draft = DisputeDraft(
        customer_id=customer_id,
        documents=_ticked(form),
        reason=_one_of(form, "reason", DisputeReason),
        text=field(form, "text"),
        amount=_amount(visit, customer_id, form),
        line=_number(form, "line"),
    )
    open_dispute(
        runtime.accounts(),
        runtime.papers(),
        runtime.disputes().asked(named),
        visit.entity.entity_id,
        draft,
        access.current().now,
        by=named.by,
        request_id=named.request_id,
    )


def _plan(visit: Visit, customer_id: str, form: http.Form, named: Asked) -> None:
    draft = PlanDraft(
        customer_id=customer_id,
        documents=_ticked(form),
        parts=_number(form, "parts"),
        first_on=_day(form, "first_on"),
        pace=_one_of(form, "pace", Pace),
        consent=field(form, "consent"),
    )
    agree_plan(
        runtime.accounts(),
        runtime.plans().asked(named),
        visit.entity.entity_id,
        draft,
        _policy(visit, customer_id).plans,
        access.current().now,
        by=named.by,
        request_id=named.request_id,
    )


def _hold(visit: Visit, customer_id: str, form: http.Form, named: Asked) -> None:
    draft = HoldDraft(
        customer_id=customer_id,
        reason=why(form, "why"),
        ends_on=_day(form, "ends_on"),
        documents=tuple(form.get("document", [])),
        amount=_amount(visit, customer_id, form),
        line=_number(form, "line"),
    )
    put_hold(
        runtime.accounts(),
        runtime.papers(),
        runtime.holds().asked(named),
        visit.entity.entity_id,
        draft,
        access.current().now,
        by=named.by,
        request_id=named.request_id,
    )


def _close(visit: Visit, customer_id: str, dispute_id: str, form: http.Form, now: Now) -> None:
    ended = close_dispute(
        runtime.accounts(),
        runtime.disputes(),
        visit.entity.entity_id,
        customer_id,
        dispute_id,
        outcome=_one_of(form, "outcome", DisputeOutcome),
        answer=field(form, "answer"),
        now=now,
    )
    by = access.current().principal.name
    task_is_done(runtime.tasks(), visit.entity.entity_id, ended, by, now.business)


def _done(
    visit: Visit, customer_id: str, work: Callable[[], object], form: http.Form, name: str
) -> http.Answer:
    filled = refused(form, name, work)
    if filled:
        return agreements_page(visit, customer_id, filled)
    place = f"{visit.base}/customers/{http.segment(customer_id)}/agreements"
    return http.see_other(place)


def _policy(visit: Visit, customer_id: str) -> Policy:
    entity_id = visit.entity.entity_id
    return policy_of(runtime.accounts(), runtime.entities(), entity_id, customer_id)


def _ticked(form: http.Form) -> tuple[str, ...]:
    found = tuple(form.get("document", []))
    if not found:
        raise InvalidInput(field="documents", reason="tick at least one")
    return found


def _amount(visit: Visit, customer_id: str, form: http.Form) -> Money | None:
    account = runtime.accounts().account(visit.entity.entity_id, customer_id)
    named = [d for d in account.documents if d.document_id in form.get("document", [])]
    if not field(form, "amount"):
        return None
    if not named:
        raise InvalidInput(field="amount", reason="tick what it is an amount of")
    return money_or_all(form, "amount", named[0].open.currency)


def _day(form: http.Form, name: str) -> date:
    try:
        return date.fromisoformat(field(form, name))
    except ValueError:
        raise InvalidInput(field=name, reason="a day, YYYY-MM-DD") from None


def _number(form: http.Form, name: str) -> int:
    typed = field(form, name) or "0"
    if not (typed.isascii() and typed.isdigit() and len(typed) < 5):
        raise InvalidInput(field=name, reason="a number")
    return int(typed)


def _one_of[Choice: (DisputeReason, DisputeOutcome, Pace)](
    form: http.Form, name: str, choices: type[Choice]
) -> Choice:
    try:
        return choices(field(form, name))
    except ValueError:
        raise InvalidInput(field=name, reason=f"one of {', '.join(choices)}") from None
