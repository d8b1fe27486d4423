"""A late fee belongs to an invoice that is late enough for it, and to no other in the message."""

from datetime import date, timedelta

import pytest

from shared.domain.account import Account
from shared.domain.by_hand import remind_decision
from shared.domain.decide import decide
from shared.domain.document import Document, DocumentKind
from shared.domain.escalation import late_fee, reminded
from shared.domain.fee import Fee
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.stage import Stage
from tests.support.samples import customer, eur

DUE = date(2026, 3, 9)
STAGE = Stage(
    id="late_fee",
    offset_days=14,
    channel="email",
    template="late_fee",
    fee=Fee(flat={"EUR": "40.00"}, payable_in_days=7),
)


def invoice(**changes: object) -> Document:
    values: dict[str, object] = {
        "document_id": "d1",
        "kind": DocumentKind.INVOICE,
        "number": "INV-1",
        "issued_on": DUE - timedelta(days=14),
        "due_on": DUE,
        "total": eur(10_000),
        "open": eur(10_000),
    }
    return Document(**(values | changes))


def test_an_invoice_that_reached_the_stage_bears_its_fee():
    today = DUE + timedelta(days=14)
    charge = late_fee(invoice(), STAGE, today)
    assert charge is not None
    assert (charge.total, charge.due_on) == (eur(4_000), today + timedelta(days=7))
    assert (charge.kind, charge.invoice_id) == (DocumentKind.CHARGE, "d1")


@pytest.mark.parametrize("days_late", [-30, -1, 0, 13])
def test_an_invoice_of_the_same_message_that_is_not_late_enough_bears_none(days_late: int):
    assert late_fee(invoice(), STAGE, DUE + timedelta(days=days_late)) is None


def test_a_charge_bears_no_charge_and_a_currency_without_a_fee_none():
    today = DUE + timedelta(days=30)
    assert late_fee(invoice(kind=DocumentKind.CHARGE), STAGE, today) is None
    yen = STAGE.model_copy(update={"fee": Fee(flat={"JPY": "4000"}, payable_in_days=7)})
    assert late_fee(invoice(), yen, today) is None


REMINDER = Stage(id="reminder", offset_days=7, channel="email", template="reminder")
WITH_A_REMINDER = PolicyBook(Policy(name="standard", stages=(REMINDER, STAGE)))
TODAY = DUE + timedelta(days=14)


def charged(book: PolicyBook, *invoices: Document) -> tuple[str, ...]:
    account = Account(customer(), invoices)
    return reminded(account, book, decide(account, book, TODAY)[0])


@pytest.mark.rule("R22")
def test_nothing_is_charged_with_the_first_word_about_what_is_late():
    known = invoice(document_id="known", stage_done="reminder")
    assert charged(WITH_A_REMINDER, invoice(), known) == ("known",)


def test_a_ladder_without_a_reminder_before_the_fee_charges_with_its_first_word():
    assert charged(PolicyBook(Policy(name="standard", stages=(STAGE,))), invoice()) == ("d1",)


@pytest.mark.parametrize(("with_fee", "charged_for"), [(False, ()), (True, ("d1",))])
def test_by_hand_the_first_word_charges_only_where_the_person_says_so(with_fee, charged_for):
    account = Account(customer(), (invoice(),))
    decision = remind_decision(account, WITH_A_REMINDER, TODAY, "late_fee", with_fee=with_fee)
    assert reminded(account, WITH_A_REMINDER, decision) == charged_for
