"""Why a stage that has a fee or interest charges none: told, so that nobody looks for it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from shared.domain.account import Account
from shared.domain.decide import Action, Decision
from shared.domain.document import Document, DocumentKind
from shared.domain.escalation import chaseable_late, fee_charge_id, fee_rule, reminded
from shared.domain.fee import Fee
from shared.domain.interest_charges import interest_charge_id
from shared.domain.interest_rule import Claim
from shared.domain.money import Money
from shared.domain.open_items import document_ids_of
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.stage import Stage


@dataclass(frozen=True, slots=True)
class Uncharged:
    """A charge that a stage names and does not make. what is fee or interest; code is stable."""

    document_id: str
    number: str
    what: str
    code: str
    reason: str


def uncharged(
    account: Account, book: PolicyBook, decision: Decision, today: date, charged: Collection[str]
) -> tuple[Uncharged, ...]:
    """Return what decision's stage leaves out on the invoices that it asks for, and why.

    charged are the ids of the charges that were made before, waived ones included.
    """
    stage = decision.stage
    if decision.action is not Action.SEND or stage is None or not stage.charges:
        return ()
    heard = reminded(account, book, decision)
    found: list[Uncharged] = []
    for document_id in document_ids_of(decision.documents):
        invoice = account.document(document_id)
        if invoice is not None and invoice.kind is DocumentKind.INVOICE:
            is_heard = document_id in heard
            found += _of_fee(account, invoice, stage, today, is_heard, charged)
            found += _of_interest(invoice, book.of(invoice), stage, is_heard, charged)
    return tuple(found)


def _of_fee(
    account: Account,
    invoice: Document,
    stage: Stage,
    today: date,
    is_heard: bool,
    charged: Collection[str],
) -> Iterator[Uncharged]:
    if stage.fee is None:
        return
    number, words = invoice.number, stage.words
    charge_id = fee_charge_id(invoice.document_id, fee_rule(stage, stage.fee))
    told: tuple[str, str] | None = None
    if stage.reached_on(invoice) > today:
        told = "stage_not_reached", f"{number} itself has not reached stage {words}."
    elif not is_heard:
        told = _first_word(number, words)
    else:
        base = invoice.open
        if not stage.fee.compensation:
            base = chaseable_late(account, invoice, stage, today)
        if stage.fee.amount(invoice.total, base) is None:
            told = _no_amount(invoice, stage.fee, base)
        elif charge_id in charged:
            reason = f"{number} bore it before, and it is charged once, waived or not."
            told = "charged_once", reason
    if told is not None:
        yield Uncharged(invoice.document_id, number, "fee", *told)


def _of_interest(
    invoice: Document, policy: Policy, stage: Stage, is_heard: bool, charged: Collection[str]
) -> Iterator[Uncharged]:
    if not stage.interest:
        return
    number, rule = invoice.number, policy.interest
    told: tuple[str, str] | None = None
    if rule is None:
        told = "no_interest_rule", f"Policy {policy.name} of {number} knows no interest."
    elif rule.claim is Claim.THREAT:
        told = "interest_is_named_only", f"Policy {policy.name} names interest and charges none."
    elif interest_charge_id(invoice.document_id, stage.id) in charged:
        told = "charged_once", f"{number} bore this stage's interest before: it is charged once."
    elif not is_heard:
        told = _first_word(number, stage.words)
    if told is not None:
        yield Uncharged(invoice.document_id, number, "interest", *told)


def _first_word(number: str, words: str) -> tuple[str, str]:
    reason = f"No reminder of {number} went out before: stage {words} speaks as that one."
    return "first_word", reason


def _no_amount(invoice: Document, fee: Fee, base: Money) -> tuple[str, str]:
    """Return code and sentence of a fee that comes to nothing."""
    number, currency = invoice.number, invoice.total.currency
    if fee.compensation:
        reason = f"The fixed sum of law {fee.compensation} is for none such as {base} of {number}."
        return "no_fixed_sum", reason
    if fee.flat and currency not in fee.flat:
        return "no_amount_in_currency", f"The fee names no amount in {currency}, that of {number}."
    if fee.percent and not base:
        return "nothing_chaseable", f"Nothing of {number} is uncovered, and the fee is its share."
    if fee.maximum_percent:
        reason = f"{fee.maximum_percent} % of {number} is the most, and comes to nothing."
        return "fee_capped", reason
    return "fee_comes_to_nothing", f"The share of {base} of {number} comes to nothing."
