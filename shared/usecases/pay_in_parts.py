"""A customer pays in parts: agreed once, within the policy's limits, until somebody ends it."""

from datetime import date
from typing import Protocol

from shared.domain.account import Account
from shared.domain.agreement import Plan, PlanPart
from shared.domain.agreement_drafts import PlanDraft
from shared.domain.clock import Now
from shared.domain.entity import Entity
from shared.domain.plan_rule import PlanRule, may_plan
from shared.errors import InvalidInput
from shared.ids import requested_id
from shared.usecases.ports.accounts import Accounts

CONSENT_MAX = 2000


class Plans(Protocol):
    def agree(self, entity: Entity, customer_id: str, plan: Plan) -> bool: ...


def preview(
    accounts: Accounts,
    entity_id: str,
    draft: PlanDraft,
    rule: PlanRule,
    now: Now,
    request_id: str = "",
) -> tuple[PlanPart, ...]:
    """Return the parts as they would be agreed on now, or as this request agreed on them already.

    Raises as agree_plan does, but asks for no consent.
    """
    account = accounts.account(entity_id, draft.customer_id)
    known = _known(account, _plan_id(entity_id, draft.customer_id, request_id, now))
    if known is not None:
        return known.parts
    named = _in_order(account, draft.documents)
    today = now.today(account.customer.time_zone)
    return may_plan(account, named, draft.parts, draft.first_on, draft.pace, rule, today)


def agree_plan(
    accounts: Accounts,
    plans: Plans,
    entity_id: str,
    draft: PlanDraft,
    rule: PlanRule,
    now: Now,
    *,
    by: str,
    request_id: str = "",
) -> Plan:
    """Return the new plan over all that is payable of the documents of draft.

    The same request_id gives the same plan. Raises NotFound, InvalidInput or Conflict where it may
    not be agreed (shared.domain.plan_rule.may_plan).
    """
    consent = draft.consent.strip()
    if not 0 < len(consent) <= CONSENT_MAX:
        raise InvalidInput(field="consent", reason="say how the customer agreed, in a few words")
    entity = accounts.entity(entity_id)
    account = accounts.account(entity_id, draft.customer_id)
    today = now.today(account.customer.time_zone)
    plan_id = _plan_id(entity_id, draft.customer_id, request_id, now)
    known = _known(account, plan_id)
    if known is not None:
        return known
    named = _in_order(account, draft.documents)
    plan = Plan(
        plan_id=plan_id,
        documents=named,
        parts=may_plan(account, named, draft.parts, draft.first_on, draft.pace, rule, today),
        agreed_on=today,
        by=by,
        consent=consent,
        grace_days=rule.grace_days,
    )
    plans.agree(entity, draft.customer_id, plan)
    return plan


def _plan_id(entity_id: str, customer_id: str, request_id: str, now: Now) -> str:
    return requested_id(request_id, now.business, "plan", entity_id, customer_id)


def _known(account: Account, plan_id: str) -> Plan | None:
    return next((plan for plan in account.plans if plan.plan_id == plan_id), None)


def _in_order(account: Account, documents: tuple[str, ...]) -> tuple[str, ...]:
    """Return documents each once, the oldest due date first; what is unknown comes last."""
    due = {d.document_id: d.due_on for d in account.documents}
    return tuple(sorted(set(documents), key=lambda i: (due.get(i, date.max), i)))
