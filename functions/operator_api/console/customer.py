"""One customer: what is open, why it is or is not chased, holds, and its story."""

from collections.abc import Iterable
from datetime import date

from functions.edge import http
from functions.operator_api import access
from functions.operator_api.console.asking import field, why
from functions.operator_api.console.filled import FRESH, Filled, refused
from functions.operator_api.console.pages import Visit, page
from functions.operator_api.console.to_do import rows
from functions.operator_api.console.waiting import Waiting, waiting
from shared import runtime
from shared.domain.agreement_drafts import HoldDraft
from shared.domain.awaited import awaited
from shared.domain.figures import ageing
from shared.domain.hold import DAYS_MAX
from shared.domain.money import parse_money
from shared.domain.notice import Channel
from shared.domain.phone import e164
from shared.domain.roles import Role
from shared.domain.stage import Stage
from shared.domain.tasks import Task
from shared.errors import InvalidInput
from shared.usecases.explain import Explanation, explain
from shared.usecases.holds import put_hold
from shared.usecases.timeline import timeline
from shared.usecases.work_list import work_list

_EVENTS_SHOWN = 300


def customer(visit: Visit, customer_id: str, filled: Filled = FRESH) -> http.Answer:
    """Show one customer; filled is a form of the page that was refused. Raises NotFound."""
    entity_id = visit.entity.entity_id
    now = access.current().now
    on = now.today(runtime.accounts().customer(entity_id, customer_id).time_zone)
    ports = (runtime.accounts(), runtime.entities(), runtime.as_swept)
    told = explain(*ports, entity_id, customer_id, on, now)
    events = timeline(runtime.receivables().story(entity_id, customer_id))
    tasks = list(work_list(runtime.tasks(), entity_id, customer_id))
    agreeing = _waiting(told, entity_id, tasks)
    return page(
        "customer",
        visit,
        status=422 if filled.problem else 200,
        customer=told.account.customer,
        documents=sorted(told.account.documents, key=lambda d: (d.due_on, d.number)),
        ages=ageing(told.account.documents, told.account.credits, on),
        decisions=awaited(told.decisions, (one.notice for one in agreeing.values())),
        cases=[case for case in told.account.handovers if case.in_force(on)],
        numbers={d.document_id: d.number for d in told.account.documents},
        holds=[hold for hold in told.account.holds if hold.in_force(on)],
        tasks=rows(entity_id, tasks, len(tasks))[0],
        waiting=agreeing,
        events=events[:_EVENTS_SHOWN],
        day_of=lambda at: date.fromisoformat(at[:10]),
        sum_of=parse_money,
        dial=e164(told.account.customer.phone),
        more_events=len(events) > _EVENTS_SHOWN,
        mails=_mails(told.account.customer.policy, entity_id),
        today=on,
        filled=filled,
    )


def _waiting(told: Explanation, entity_id: str, tasks: Iterable[Task]) -> dict[int, Waiting]:
    """Return what waits to be agreed to, by the number of its notice."""
    customer_id = told.account.customer.customer_id
    asked = {task.notice for task in tasks if task.kind == "approve" and task.notice}
    found = (waiting(told, runtime.accounts().notice(entity_id, customer_id, n)) for n in asked)
    return {one.notice.n: one for one in found if one is not None}


def _mails(policy: str, entity_id: str) -> list[Stage]:
    """Return the stages of the customer's policy that are mails."""
    stages = runtime.entities().policy(entity_id, policy).stages
    return [stage for stage in stages if stage.channel is Channel.EMAIL]


def add_hold(visit: Visit, customer_id: str, form: http.Form) -> http.Answer:
    """Put the customer, or the documents ticked, on hold."""
    access.allow(Role.CLERK, visit.entity.entity_id)
    filled = refused(form, "holds", lambda: _hold(visit, customer_id, form))
    if filled:
        return customer(visit, customer_id, filled)
    return http.see_other(_address(visit, customer_id))


def _hold(visit: Visit, customer_id: str, form: http.Form) -> None:
    request = access.current()
    draft = HoldDraft(
        customer_id=customer_id,
        ends_on=_day(form, "ends_on"),
        reason=why(form, "reason"),
        documents=tuple(form.get("document", [])),
    )
    stores = (runtime.accounts(), runtime.papers(), runtime.holds())
    put_hold(*stores, visit.entity.entity_id, draft, request.now, by=request.principal.name)


def _day(form: http.Form, name: str) -> date:
    try:
        return date.fromisoformat(field(form, name))
    except ValueError:
        reason = f"a day from today, within {DAYS_MAX} days (YYYY-MM-DD)"
        raise InvalidInput(field=name, reason=reason) from None


def end_hold(visit: Visit, customer_id: str, hold_id: str) -> http.Answer:
    """End a hold before its day."""
    access.allow(Role.CLERK, visit.entity.entity_id)
    whose = runtime.accounts().customer(visit.entity.entity_id, customer_id)
    today = access.current().now.today(whose.time_zone)
    runtime.holds().end(visit.entity, customer_id, hold_id, today)
    return http.see_other(_address(visit, customer_id))


def task_done(visit: Visit, task_id: str, form: http.Form) -> http.Answer:
    """Note that a task is done, and go on with the list."""
    access.allow(Role.CLERK, visit.entity.entity_id)
    request = access.current()
    note = form.get("note", [""])[0].strip()[:1000]
    runtime.tasks().done(
        visit.entity.entity_id, task_id, request.now.business, request.principal.name, note
    )
    return http.see_other(f"{visit.base}/tasks")


def _address(visit: Visit, customer_id: str) -> str:
    return f"{visit.base}/customers/{http.segment(customer_id)}"
