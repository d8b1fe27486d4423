"""What a stage costs and asks of people beyond a mail."""

from datetime import date, timedelta

from shared.domain.account import Account
from shared.domain.coverage import item_coverage
from shared.domain.decide import Decision
from shared.domain.document import Document, DocumentKind
from shared.domain.due_stage import NEVER
from shared.domain.fee import Fee
from shared.domain.interest_charges import interest_charge_id
from shared.domain.money import Money, total
from shared.domain.open_items import document_id_of, document_ids_of, open_items
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.stage import Anchor, Stage
from shared.ids import derived_id

_COMPENSATION = "compensation"


def reminded(account: Account, book: PolicyBook, decision: Decision) -> tuple[str, ...]:
    """Return the documents that decision asks for and on which its stage may put a charge.

    They were asked for before by a message after their due date, where their ladder has such a
    stage before the charge: nothing is charged with the first word about what is late. Only a
    person who sends it by hand may say that it charges all the same.
    """
    asked, said = document_ids_of(decision.documents), decision.done_before or {}
    if decision.with_fee or decision.stage is None:
        return asked
    furthest: dict[str, int] = {}
    for item_id in decision.documents:
        document_id, position = document_id_of(item_id), said.get(item_id, NEVER)
        furthest[document_id] = max(position, furthest.get(document_id, position))
    found = []
    for document_id in asked:
        document = account.document(document_id)
        first = _first_reminder(book.of(document), decision.stage) if document else None
        if first is None or furthest[document_id] >= first.position:
            found.append(document_id)
    return tuple(found)


def _first_reminder(policy: Policy, stage: Stage) -> Stage | None:
    """Return the first stage before stage that asks for what is late and charges nothing."""
    return next(
        (
            one
            for one in policy.stages
            if one.anchor is Anchor.DUE_DATE
            and 0 < one.offset_days < stage.offset_days
            and one.channel.is_message
            and not one.charges
        ),
        None,
    )


def fee_charge_id(document_id: str, rule: str) -> str:
    """Return the id of the fee that rule puts on a document: one, however often asked."""
    return derived_id("charge", document_id, rule)


def fee_rule(stage: Stage, fee: Fee) -> str:
    """Return under which name a document bears fee once: the stage's, or the law's fixed sum's."""
    return _COMPENSATION if fee.compensation else stage.id


def late_fee(
    invoice: Document, stage: Stage, today: date, free: Money | None = None, suffix: str = "FEE"
) -> Document | None:
    """Return the charge that stage puts on invoice on today, or None where it names no fee.

    A message speaks in the tone of the stage that one of its documents has reached; an invoice
    beside it that has not reached that stage bears no fee. A fee in percent is of free, what is not
    covered yet; by default of all that is open. The charge is a document of its own, in the
    invoice's currency; the invoice never changes. It starts on the ladder where its stage stands,
    so that it is not announced twice. A charge bears no charge.
    """
    if stage.fee is None or invoice.kind is not DocumentKind.INVOICE:
        return None
    if stage.reached_on(invoice) > today:
        return None
    base = invoice.open if free is None or stage.fee.compensation else free
    amount = stage.fee.amount(invoice.total, base)
    if amount is None:
        return None
    rule = fee_rule(stage, stage.fee)
    return Document(
        document_id=fee_charge_id(invoice.document_id, rule),
        kind=DocumentKind.CHARGE,
        number=f"{invoice.number}-{'COMP' if stage.fee.compensation else suffix}",
        issued_on=today,
        due_on=today + timedelta(days=stage.fee.payable_in_days),
        total=amount,
        open=amount,
        description=f"{stage.fee.kind.replace('_', ' ')} {invoice.number}",
        stage_done=stage.id,
        invoice_id=invoice.document_id,
        charge=stage.fee.kind,
        policy=invoice.policy,
    )


def fee_ahead(
    account: Account, invoice: Document, policy: Policy, stage: Stage, today: date
) -> tuple[Document, ...]:
    """Return the fee that stage of policy puts on invoice of account on today, if any."""
    free = chaseable_late(account, invoice, stage, today)
    fee = late_fee(invoice, stage, today, free, fee_suffix(policy, stage))
    return () if fee is None else (fee,)


def fee_suffix(policy: Policy, stage: Stage) -> str:
    """Return what a fee's number ends with: FEE, or FEE2 for the policy's second stage with one."""
    with_fee = [s.id for s in policy.stages if s.fee is not None and not s.fee.compensation]
    place = with_fee.index(stage.id) + 1 if stage.id in with_fee else 1
    return "FEE" if place == 1 else f"FEE{place}"


def chaseable_late(account: Account, invoice: Document, stage: Stage, today: date) -> Money:
    """Return what is chaseable on today of the parts of invoice that have reached stage."""
    covers = item_coverage(account, today)
    late = (item for item in open_items(invoice) if stage.reached_on(item) <= today)
    return total((covers[item.document_id].chaseable for item in late), invoice.open.currency)


def stage_charge_ids(document_id: str, stage: Stage) -> frozenset[str]:
    """Return the ids of all charges that stage may put on a document."""
    ids = set()
    if stage.fee is not None:
        ids.add(fee_charge_id(document_id, fee_rule(stage, stage.fee)))
    if stage.interest:
        ids.add(interest_charge_id(document_id, stage.id))
    return frozenset(ids)
