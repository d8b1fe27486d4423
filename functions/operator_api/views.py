"""Domain values as the API shows them."""

from collections.abc import Iterable, Sequence
from datetime import date

from functions.operator_api.schema.customers import CoverOut, CustomerOut, CustomerRow
from functions.operator_api.schema.documents import (
    DiscountOut,
    DocumentOut,
    DocumentRow,
    InstalmentOut,
)
from functions.operator_api.schema.entities import EntityOut
from functions.operator_api.schema.figures import AgeingOut
from functions.operator_api.schema.messages import DecisionOut, ItemOut, UnchargedOut
from functions.operator_api.schema.payments import (
    AllocationOut,
    PaymentOut,
    PaymentRow,
    RefundOut,
)
from functions.operator_api.schema.wire import Amount, amount
from functions.operator_api.schema.work import HoldOut, ParkedOut, TaskOut
from shared.adapters.receivables import Listed
from shared.domain.account import Account, Credit
from shared.domain.agreement import Hold
from shared.domain.coverage import Cover
from shared.domain.decide import Decision
from shared.domain.document import Discount, Document
from shared.domain.document_state import state_of
from shared.domain.entity import Entity
from shared.domain.figures import BUCKETS, Ageing, ageing
from shared.domain.money import Money
from shared.domain.notice import NoticeItem
from shared.domain.open_items import all_open_items
from shared.domain.parked import Parked
from shared.domain.payment import Payment, PaymentState
from shared.domain.refund import Refund
from shared.domain.tasks import Task
from shared.domain.uncharged import Uncharged


def entity_out(entity: Entity) -> EntityOut:
    return EntityOut(**{name: getattr(entity, name) for name in EntityOut.model_fields})


def item_out(item: NoticeItem) -> ItemOut:
    return ItemOut(
        document_id=item.document_id,
        number=item.number,
        due_on=item.due_on,
        payable=amount(item.payable),
        asked=item.asked,
    )


def document_out(customer_id: str, document: Document) -> DocumentOut:
    currency = document.total.currency
    return DocumentOut(
        document_id=document.document_id,
        customer_id=customer_id,
        kind=str(document.kind),
        number=document.number,
        external_id=document.external_id,
        issued_on=document.issued_on,
        due_on=document.due_on,
        total=amount(document.total),
        open=amount(document.open),
        instalments=[
            InstalmentOut(
                number=part.number,
                due_on=part.due_on,
                total=amount(part.total),
                open=amount(part.open),
            )
            for part in document.instalments
        ],
        discount=_discount_out(document.discount),
        tax={
            rate: amount(Money(minor=minor, currency=currency))
            for rate, minor in document.tax_minor.items()
        },
        state=state_of(document),
        description=document.description,
        po_number=document.po_number,
        stage_done=document.stage_done,
        policy=document.policy,
        invoice_id=document.invoice_id,
        version=document.version,
    )


def document_row(customer_id: str, document: Document, whose: Listed | None) -> DocumentRow:
    """Return a document of a list; whose is None where the directory has no such customer."""
    return DocumentRow(
        **dict(document_out(customer_id, document)),
        customer=whose.name if whose else "",
        customer_external_id=whose.external_id if whose else "",
    )


def _discount_out(discount: Discount | None) -> DiscountOut | None:
    if discount is None:
        return None
    taken = Money(minor=discount.taken_minor, currency=discount.amount.currency)
    return DiscountOut(
        percent=discount.percent,
        last_day=discount.last_day,
        amount=amount(discount.amount),
        treatment=str(discount.treatment),
        taken=amount(taken),
    )


def hold_out(customer_id: str, hold: Hold) -> HoldOut:
    return HoldOut(
        hold_id=hold.hold_id,
        customer_id=customer_id,
        reason=hold.reason,
        starts_on=hold.starts_on,
        ends_on=hold.ends_on,
        by=hold.by,
        documents=list(hold.documents),
        amount=amount(hold.amount) if hold.amount else None,
        line=hold.line,
        ended_on=hold.ended_on,
    )


def sums(amounts: Iterable[Money]) -> list[Amount]:
    """Return the sum per currency, by currency code; zero sums are left out."""
    by_currency: dict[str, Money] = {}
    for money in amounts:
        known = by_currency.get(money.currency, Money.zero(money.currency))
        by_currency[money.currency] = known + money
    return [amount(by_currency[c]) for c in sorted(by_currency) if by_currency[c]]


def customer_row(listed: Listed, documents: Sequence[Document], today: date) -> CustomerRow:
    late = [item for item in all_open_items(documents) if item.days_late(today) > 0]
    return CustomerRow(
        customer_id=listed.customer_id,
        external_id=listed.external_id,
        name=listed.name,
        email=listed.email,
        open=sums(d.open for d in documents),
        overdue=sums(item.open for item in late),
        days_late=max((item.days_late(today) for item in late), default=0),
    )


def customer_out(account: Account, today: date) -> CustomerOut:
    customer = account.customer
    ages = ageing(account.documents, account.credits, today)
    by_due = sorted(account.documents, key=lambda d: (d.due_on, d.number))
    return CustomerOut(
        customer_id=customer.customer_id,
        external_id=customer.external_id,
        name=customer.name,
        email=customer.email,
        cc=list(customer.cc),
        language=customer.language,
        time_zone=customer.time_zone,
        currency=customer.currency,
        policy=customer.policy,
        terms=customer.terms,
        phone=customer.phone,
        address=customer.address,
        tax_id=customer.tax_id,
        mail_stopped=customer.mail_stopped,
        open=[amount(age.open) for age in ages if age.open],
        overdue=[amount(age.overdue) for age in ages if age.overdue],
        unapplied=_unapplied(account.credits),
        documents=[document_out(customer.customer_id, d) for d in by_due],
        holds=[hold_out(customer.customer_id, h) for h in account.holds],
    )


def decision_out(decision: Decision) -> DecisionOut:
    return DecisionOut(
        action=str(decision.action),
        code=decision.code,
        reason=decision.reason,
        documents=list(decision.documents),
        stage=decision.stage.id if decision.stage else None,
        channel=str(decision.stage.channel) if decision.stage else None,
        items=[item_out(i) for i in decision.items],
    )


def uncharged_out(one: Uncharged) -> UnchargedOut:
    return UnchargedOut(
        document_id=one.document_id,
        number=one.number,
        what=one.what,
        code=one.code,
        reason=one.reason,
    )


def cover_out(document: Document, cover: Cover) -> CoverOut:
    return CoverOut(
        document_id=document.document_id,
        number=document.number,
        open=amount(cover.open),
        processing=amount(cover.processing),
        credit=amount(cover.credit),
        in_checkout=amount(cover.in_checkout),
        disputed=amount(cover.disputed),
        promised=amount(cover.promised),
        planned=amount(cover.planned),
        held=amount(cover.held),
        free=amount(cover.free),
    )


def task_out(task: Task, whose: Listed | None = None) -> TaskOut:
    return TaskOut(
        task_id=task.task_id,
        kind=task.kind,
        customer_id=task.customer_id,
        customer=whose.name if whose else "",
        external_id=whose.external_id if whose else "",
        title=task.title,
        detail=task.detail,
        documents=list(task.documents),
        created_at=task.created_at,
        due_on=task.due_on,
        status=task.status,
        done_at=task.done_at,
        done_by=task.done_by,
        note=task.note,
        notice=task.notice,
        not_before=task.not_before,
    )


def parked_out(parked: Parked) -> ParkedOut:
    return ParkedOut(
        parked_id=parked.parked_id,
        kind=parked.kind,
        source=parked.source,
        reason=parked.reason,
        created_at=parked.created_at,
        facts=dict(parked.facts),
    )


def payment_out(customer_id: str, payment: Payment) -> PaymentOut:
    currency = payment.amount.currency
    return PaymentOut(
        payment_id=payment.payment_id,
        customer_id=customer_id,
        amount=amount(payment.amount),
        unapplied=amount(_waiting(payment)),
        state=str(payment.state),
        given_back=amount(Money(minor=payment.gone_minor, currency=currency)),
        received=amount(payment.cash) if payment.cash else None,
        method=payment.method,
        source=payment.source,
        received_on=payment.received_on,
        reference=payment.external_id,
        gateway_reference=payment.gateway_reference,
        allocations=[
            AllocationOut(
                document_id=a.document_id,
                number=a.number,
                amount=amount(a.amount),
                instalments={
                    str(n): amount(Money(minor=minor, currency=currency)) for n, minor in a.parts
                },
            )
            for a in payment.allocations
        ],
        left_to_allocate=len(payment.plan),
        version=payment.version,
    )


def payment_row(payment: Payment, whose: Listed | None) -> PaymentRow:
    """Return a payment of a list; whose is None where the directory has no such customer."""
    return PaymentRow(
        **dict(payment_out(payment.customer_id, payment)),
        customer=whose.name if whose else "",
        external_id=whose.external_id if whose else "",
    )


def _waiting(payment: Payment) -> Money:
    """Return what of a payment is here for nothing; what was only announced is not here."""
    announced = payment.state in (PaymentState.PENDING, PaymentState.FAILED)
    return Money.zero(payment.amount.currency) if announced else payment.unapplied


def refund_out(refund: Refund) -> RefundOut:
    return RefundOut(
        refund_id=refund.refund_id,
        customer_id=refund.customer_id,
        source_id=refund.source_id,
        amount=amount(refund.amount),
        via=refund.via,
        reason=refund.reason,
        state=str(refund.state),
        by=refund.by,
        created_at=refund.created_at,
        reference=refund.reference,
    )


def ageing_out(age: Ageing, with_unapplied: bool) -> AgeingOut:
    return AgeingOut(
        currency=age.currency,
        buckets={name: amount(m) for name, m in zip(BUCKETS, age.buckets, strict=True)},
        counts=dict(zip(BUCKETS, age.counts, strict=True)),
        open=amount(age.open),
        overdue=amount(age.overdue),
        unapplied=amount(age.unapplied) if with_unapplied else None,
    )


def _unapplied(credits: Iterable[Credit]) -> list[Amount]:
    return sums(credit.unapplied for credit in credits)
