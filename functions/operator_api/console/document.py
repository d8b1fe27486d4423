"""One document: what it asks for, and what a person may do about it."""

import secrets
from collections.abc import Callable
from typing import get_args

from functions.edge import http
from functions.operator_api import access
from functions.operator_api.console import document_story as story
from functions.operator_api.console.asking import asked, field, money, money_or_all
from functions.operator_api.console.filled import FRESH, Filled, refused
from functions.operator_api.console.pages import Visit, page
from functions.operator_api.schema.charges import WaiverIn
from functions.operator_api.schema.invoices import Why
from shared import runtime
from shared.domain.cash_step import Asked
from shared.domain.credit_note import CreditNoteDraft
from shared.domain.document import Document
from shared.domain.roles import Role
from shared.domain.write_off import BAD_DEBT_REASONS, DEDUCTION_REASONS
from shared.errors import InvalidInput, NotFound
from shared.usecases import adjust_document as cases
from shared.usecases.change_ladder import LadderChange, change_ladder
from shared.usecases.issue_credit_note import issue_credit_note
from shared.usecases.void_invoice import void_invoice

CREDIT_REASONS: tuple[str, ...] = get_args(Why)
WAIVER_REASONS: tuple[str, ...] = get_args(WaiverIn.model_fields["reason"].annotation)
_Act = Callable[[Visit, str, Document, http.Form], object]


def document_page(
    visit: Visit, customer_id: str, document_id: str, filled: Filled = FRESH
) -> http.Answer:
    """Show one document; filled is a form of the page that was refused. Raises NotFound."""
    entity_id = visit.entity.entity_id
    document = runtime.accounts().document(entity_id, customer_id, document_id)
    whose = runtime.accounts().customer(entity_id, customer_id)
    told = story.of_document(entity_id, customer_id, document_id)
    return page(
        "document",
        visit,
        status=422 if filled.problem else 200,
        customer=whose,
        document=document,
        lines=runtime.papers().lines(entity_id, customer_id, document),
        story=told,
        words=story.STEP_WORDS,
        untouched=document.open == document.total and not told.steps,
        may_give_up=visit.role >= Role.CONTROLLER,
        policies=runtime.entities().policy_names(entity_id),
        credit_reasons=CREDIT_REASONS,
        waiver_reasons=WAIVER_REASONS,
        bad_debt_reasons=BAD_DEBT_REASONS,
        deduction_reasons=DEDUCTION_REASONS,
        request_id=secrets.token_hex(16),
        today=access.current().now.today(whose.time_zone),
        filled=filled,
    )


def pdf(visit: Visit, customer_id: str, document_id: str) -> http.Answer:
    """Lead to the document's PDF. Raises NotFound where there is none yet."""
    document = runtime.accounts().document(visit.entity.entity_id, customer_id, document_id)
    if not document.pdf_key:
        raise NotFound(document=document_id)
    return http.see_other(runtime.documents().address(document.pdf_key, f"{document.number}.pdf"))


def act(
    visit: Visit, customer_id: str, document_id: str, action: str, form: http.Form
) -> http.Answer:
    """Do one of the actions on a document, and show it as it stands then. Raises NotFound."""
    if action not in _ACTIONS:
        raise NotFound(action=action[:20])
    role, work = _ACTIONS[action]
    access.allow(role, visit.entity.entity_id)
    document = runtime.accounts().document(visit.entity.entity_id, customer_id, document_id)
    filled = refused(form, action, lambda: work(visit, customer_id, document, form))
    if filled:
        return document_page(visit, customer_id, document_id, filled)
    whose = f"{visit.base}/customers/{http.segment(customer_id)}"
    return http.see_other(f"{whose}/documents/{http.segment(document_id)}")


def _credit(visit: Visit, customer_id: str, document: Document, form: http.Form) -> object:
    draft = CreditNoteDraft(
        invoice_id=document.document_id,
        reason=_reason(form, CREDIT_REASONS),
        amount=money_or_all(form, "amount", document.total.currency),
    )
    request = asked(form, "credit-note", document.document_id)
    stores = (runtime.cash_desk(), runtime.corrections(), visit.entity.entity_id)
    return issue_credit_note(*stores, customer_id, draft, request, access.current().now)


def _void(visit: Visit, customer_id: str, document: Document, form: http.Form) -> object:
    reason = _reason(form, CREDIT_REASONS)
    whose = (visit.entity.entity_id, customer_id, document.document_id)
    said = Asked("", "", access.current().principal.name, field(form, "note"))
    stores = (runtime.cash_desk(), runtime.corrections())
    return void_invoice(*stores, *whose, reason, said, access.current().now)


def _ladder(visit: Visit, customer_id: str, document: Document, form: http.Form) -> object:
    change = LadderChange(
        document_id=document.document_id,
        policy=field(form, "policy"),
        reason=field(form, "why"),
        by=access.current().principal.name,
    )
    stores = (runtime.accounts(), runtime.entities(), runtime.ladder_moves())
    of, now = visit.entity.entity_id, access.current().now
    return change_ladder(*stores, of, customer_id, change, now)


def _waive(visit: Visit, customer_id: str, document: Document, form: http.Form) -> None:
    whose = (visit.entity.entity_id, customer_id, document.document_id)
    part = money_or_all(form, "amount", document.total.currency)
    request, reason = asked(form, "waive", document.document_id), _reason(form, WAIVER_REASONS)
    cases.waive(runtime.cash_desk(), *whose, part, reason, request, access.current().now)


def _deduct(visit: Visit, customer_id: str, document: Document, form: http.Form) -> None:
    whose = (visit.entity.entity_id, customer_id, document.document_id)
    part = money(form, "amount", document.total.currency)
    request = asked(form, "deduct", document.document_id)
    desk, now = runtime.cash_desk(), access.current().now
    cases.deduct(desk, *whose, part, field(form, "reason"), request, now)


def _write_off(visit: Visit, customer_id: str, document: Document, form: http.Form) -> None:
    whose = (visit.entity.entity_id, customer_id, document.document_id)
    part = money_or_all(form, "amount", document.total.currency)
    request = asked(form, "write-off", document.document_id)
    desk, now = runtime.cash_desk(), access.current().now
    cases.write_off(desk, *whose, part, field(form, "reason"), request, now)


def _ask_again(visit: Visit, customer_id: str, document: Document, form: http.Form) -> None:
    whose = (visit.entity.entity_id, customer_id, document.document_id)
    part = money_or_all(form, "amount", document.total.currency)
    request = asked(form, "ask-again", document.document_id)
    cases.ask_again(runtime.cash_desk(), *whose, part, request, access.current().now)


def _reason(form: http.Form, known: tuple[str, ...]) -> str:
    reason = field(form, "reason")
    if reason not in known:
        raise InvalidInput(field="reason", reason=", ".join(known))
    return reason


_ACTIONS: dict[str, tuple[Role, _Act]] = {
    "credit": (Role.CLERK, _credit),
    "void": (Role.CLERK, _void),
    "ladder": (Role.CONTROLLER, _ladder),
    "waive": (Role.CLERK, _waive),
    "deduct": (Role.CLERK, _deduct),
    "write-off": (Role.CONTROLLER, _write_off),
    "ask-again": (Role.CONTROLLER, _ask_again),
}
