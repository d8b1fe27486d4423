"""A charge speaks with its invoice; alone it is asked for gently, and never bears a charge."""

from dataclasses import replace
from datetime import date, timedelta

from shared.domain.account import Account
from shared.domain.decide import Action, Decision, decide
from shared.domain.document import Document, DocumentKind
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from tests.support.samples import customer, eur

DUE = date(2026, 3, 2)
STAGES = (
    {"id": "due", "offset_days": 0, "channel": "email", "template": "due_today"},
    {"id": "reminder", "offset_days": 7, "channel": "email", "template": "reminder"},
    {"id": "fee", "offset_days": 14, "channel": "email", "template": "late_fee",
     "fee": {"flat": {"EUR": "5.00"}, "payable_in_days": 7}},
    {"id": "call", "offset_days": 21, "channel": "call"},
    {"id": "final", "offset_days": 30, "channel": "email", "template": "final_notice"},
)  # fmt: skip
LADDER = Policy.model_validate({"name": "standard", "send_on": list(range(1, 8)), "stages": STAGES})
INVOICE = Document(
    document_id="i1",
    kind=DocumentKind.INVOICE,
    number="I1",
    issued_on=DUE - timedelta(days=30),
    due_on=DUE,
    total=eur(10_000),
    open=eur(10_000),
    stage_done="fee",
)
FEE = replace(
    INVOICE,
    document_id="f1",
    kind=DocumentKind.CHARGE,
    number="I1-FEE",
    issued_on=DUE + timedelta(days=14),
    due_on=DUE + timedelta(days=21),
    total=eur(500),
    open=eur(500),
    invoice_id="i1",
    charge="late_fee",
)


def decided(days_late: int, *documents: Document) -> tuple[Decision, ...]:
    account = Account(customer(), documents)
    return decide(account, PolicyBook(LADDER), DUE + timedelta(days=days_late))


def test_a_charge_that_is_due_is_asked_for_with_its_invoice() -> None:
    (found,) = decided(30, INVOICE, FEE)
    assert found.stage is not None
    assert (found.stage.id, set(found.documents)) == ("final", {"i1", "f1"})
    assert {item.document_id for item in found.items if item.asked} == {"i1", "f1"}
    assert found.done_after is not None
    assert found.done_after["i1"] == found.done_after["f1"]


def test_a_charge_that_is_not_due_yet_is_listed_only() -> None:
    later = replace(FEE, due_on=DUE + timedelta(days=60))
    found, rest = decided(30, INVOICE, later)
    assert found.documents == ("i1",)
    assert {item.document_id: item.asked for item in found.items} == {"i1": True, "f1": False}
    assert (rest.documents, rest.code) == (("f1",), "with_its_invoice")


def test_a_charge_never_speaks_while_its_invoice_is_open() -> None:
    late = replace(FEE, due_on=DUE + timedelta(days=15))
    for days in range(60, 90):
        said = [d for d in decided(days, replace(INVOICE, stage_done="final"), late)]
        assert all(d.action is Action.NOTHING for d in said), said


def test_a_charge_whose_invoice_is_paid_is_reminded_of_first_and_bears_no_fee_and_no_call() -> None:
    said = [d.stage.id for days in range(21, 90) for d in decided(days, FEE)[:1] if d.stage]
    assert said[0] == "reminder"
    assert list(dict.fromkeys(said)) == ["reminder", "final"]
