"""Charges through the real handlers and the table: once, right by value date, never an edit."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import BytesIO

import boto3
import pytest
from pypdf import PdfReader

from shared import runtime
from shared.adapters.charges import Charges
from shared.adapters.ledger import Ledger
from shared.adapters.table import Table
from shared.domain.account import Document, Hold
from shared.domain.cash_step import Step
from shared.domain.clock import Now
from shared.domain.interest import debts_of, interest, rounded
from shared.domain.laws.packs import LAWS
from shared.domain.movement import Movement, MovementKind, Posting, fold
from shared.domain.payment import Payment, payment_posting
from shared.domain.payment_use import used
from shared.domain.policy import Policy
from shared.domain.settle import settle
from shared.usecases.charging import charges_ahead
from shared.usecases.dry_run import dry_run
from shared.usecases.entities import change_policy
from tests.integration import hub
from tests.support.samples import eur

DUE = date(2025, 1, 31)
MARCH = date(2025, 3, 3)
STAGES = [{"id": "reminder", "offset_days": 300, "channel": "email", "template": "reminder"}]
FEE = {"flat": {"EUR": "40.00"}}
FEES = [{"id": "fee", "offset_days": 14, "channel": "email", "template": "late_fee", "fee": FEE}]
SPOKEN = [
    {
        "id": "final",
        "offset_days": 28,
        "channel": "email",
        "template": "final_notice",
        "interest": True,
    }
]


def policy(stages=STAGES, **interest) -> Policy:
    rule = {"law": "de", **interest}
    return Policy.model_validate({"name": "standard", "stages": stages, "interest": rule})


def at(day: date) -> None:
    hub.move_clock(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))


def accrue(day: date, *, times: int = 1, customer: str = "c1") -> None:
    """Let the janitor hand out and the worker look, at nine on day."""
    at(day)
    for _ in range(times):
        body = {"kind": "accrue", "entity": "demo", "customers": [customer]}
        hub.invoke("functions.escalation.handler", [json.dumps(body)])


def ledger() -> Ledger:
    return Ledger(runtime.table())


def pay(name: str, minor: int, value_date: date, *wanted: str) -> None:
    """Book money with a value date, on documents in their order."""
    cash, of = runtime.cash_desk().cash, runtime.entities().get("demo")
    customer, books = ledger().look("demo", "c1")
    plan = [(i, books.document(i).open) for i in wanted]
    arrived = datetime.now(UTC)
    payment = Payment(name, "c1", eur(minor), "transfer", value_date, arrived, source="bank")
    moves = settle(name, payment.amount, plan, books.documents).movements
    now = Now(arrived, arrived)
    posting = payment_posting(payment, moves, now)
    after = replace(used(payment, moves, books.documents), version=1)
    assert cash.write(of, customer, books, Step(posting, ((None, after),), name), now)


def postings() -> tuple[Posting, ...]:
    return tuple(ledger().postings("demo", "c1"))


def documents() -> dict[str, Document]:
    """Every document that a posting names, as stored, open or closed, by number."""
    named = {m.document_id for p in postings() for m in p.movements if m.document_id}
    _, books = ledger().look("demo", "c1", sorted(named))
    sums = fold(postings())
    for document in books.documents:
        assert document.open.minor == sums.open.get((document.document_id, "EUR"), 0)
    unapplied = {c.source_id: c.unapplied.minor for c in books.credits}
    assert unapplied == {source: minor for (source, _), minor in sums.unapplied.items()}
    return {d.number: d for d in books.documents}


def kinds() -> list[str]:
    return sorted(str(m.kind) for p in postings() for m in p.movements)


def net(document: Document) -> int:
    """Return what a charge stands at: charged less corrected."""
    wanted = (MovementKind.CHARGE, MovementKind.CORRECTION)
    moves = [m for p in postings() for m in p.movements if m.document_id == document.document_id]
    return sum(m.amount.minor for m in moves if m.kind in wanted)


def reckoned(invoice: Document, through: date) -> int:
    """Return the interest of all days through one, from the ledger alone."""
    return rounded(interest(debts_of(invoice, postings()), LAWS["de"], None, through))


@pytest.fixture
def overdue(table: Table):
    def make(of: Policy, minor: int = 1_000_000):
        seller = hub.seed(of)
        whose = hub.add_customer(seller)
        hub.add_invoice(seller, whose, "inv1", DUE, minor)
        return seller

    return make


@pytest.mark.rule("R2", "R21")
@pytest.mark.law("18")
def test_a_month_s_interest_is_charged_once_however_often_one_looks(overdue):
    overdue(policy(payable_in_days=14))
    accrue(date(2025, 2, 20), times=2)
    assert kinds() == ["invoice"]
    accrue(MARCH, times=3)
    accrue(MARCH + timedelta(days=9))
    charge = documents()["INV1-INT-20250228"]
    assert charge.total == eur(8645)  # 10,000.00 * 11.27 % * 28 / 365
    assert (charge.issued_on, charge.due_on) == (MARCH, MARCH + timedelta(days=14))
    assert (charge.charge, charge.invoice_id) == ("interest", "inv1")
    assert kinds() == ["charge", "invoice"]
    sheet = runtime.charges().sheet("demo", "c1", charge.document_id)
    assert [(line.days, line.percent, line.amount) for line in sheet.lines] == [
        (28, "11.27", eur(8645))
    ]
    (line,) = runtime.papers().lines("demo", "c1", charge.document_id)
    assert line.description == "2025-02-01 - 2025-02-28: 10000.00 EUR, 11.27 %, 28 d"
    assert line.amount == charge.total


@pytest.mark.rule("R21")
def test_missed_months_come_in_one_charge_and_together_they_are_what_the_days_bear(overdue):
    overdue(policy())
    accrue(date(2025, 6, 1))
    assert [d.document_id for d in documents().values() if d.charge]
    pay("p1", 400_000, date(2025, 6, 10), "inv1")
    accrue(date(2025, 9, 2))
    charges = [d for d in documents().values() if d.charge]
    assert len(charges) == 2
    invoice = documents()["INV1"]
    assert abs(sum(map(net, charges)) - reckoned(invoice, date(2025, 8, 31))) <= 1


@pytest.mark.rule("R21")
@pytest.mark.law("17")
def test_money_with_an_earlier_value_date_corrects_the_interest_by_a_counter_entry(overdue):
    overdue(policy())
    accrue(MARCH)
    before = documents()["INV1-INT-20250228"]
    pay("p1", 400_000, date(2025, 2, 10), "inv1")
    accrue(MARCH + timedelta(days=1), times=3)
    found = documents()
    charge = found["INV1-INT-20250228"]
    assert charge.total == before.total
    assert net(charge) == reckoned(found["INV1"], date(2025, 2, 28)) < before.total.minor
    assert kinds().count("correction") == 1


@pytest.mark.rule("R21")
def test_what_was_paid_of_interest_that_turned_out_too_high_goes_back_as_credit(overdue):
    overdue(policy())
    accrue(MARCH)
    charge = documents()["INV1-INT-20250228"]
    pay("p1", charge.open.minor, MARCH, charge.document_id)
    pay("p2", 1_000_000, date(2025, 2, 10), "inv1")
    accrue(MARCH + timedelta(days=1), times=2)
    found = documents()
    after = found["INV1-INT-20250228"]
    assert not after.open
    assert net(after) == reckoned(found["INV1"], date(2025, 2, 28))
    paid = runtime.cash_desk().cash.payment("demo", "p1")
    assert paid.unapplied.minor == charge.total.minor - net(after)
    assert [a.amount.minor for a in paid.allocations] == [net(after)]
    _, books = ledger().look("demo", "c1")
    assert [(c.source_id, c.unapplied) for c in books.credits] == [("p1", paid.unapplied)]


def test_money_that_waits_bears_no_interest(overdue):
    overdue(policy())
    pay("p1", 400_000, date(2025, 2, 10))
    accrue(MARCH)
    assert documents()["INV1-INT-20250228"].total == eur(
        round((1_000_000 * 10 + 600_000 * 18) * 1127 / 365 / 10_000)
    )


@pytest.mark.rule("R21")
def test_interest_that_a_return_brings_comes_with_the_next_charge(overdue):
    overdue(policy())
    pay("p1", 400_000, date(2025, 2, 10), "inv1")
    accrue(MARCH)
    low = documents()["INV1-INT-20250228"].total
    _, books = ledger().look("demo", "c1")
    back = (
        Movement(MovementKind.DEALLOCATION, eur(400_000), document_id="inv1", source_id="p1"),
        Movement(MovementKind.RETURN, eur(-400_000), source_id="p1", via="bank"),
    )
    posting = Posting("return:p1", date(2025, 2, 12), datetime.now(UTC), back)
    assert ledger().post("demo", books, posting)
    accrue(MARCH + timedelta(days=1))
    assert kinds().count("correction") == 0
    accrue(date(2025, 4, 1))
    found = documents()
    second = found["INV1-INT-20250331"]
    assert found["INV1-INT-20250228"].total == low
    assert abs(net(second) + low.minor - reckoned(found["INV1"], date(2025, 3, 31))) <= 1
    sheet = runtime.charges().sheet("demo", "c1", second.document_id)
    assert sheet.carried.minor > 0
    lines = runtime.papers().lines("demo", "c1", second.document_id)
    assert sum(line.amount.minor for line in lines) == second.total.minor
    assert (
        sum(line.amount.minor for line in sheet.lines) + sheet.carried.minor == second.total.minor
    )


@pytest.mark.rule("R20")
def test_claim_the_paid_principal_leaves_its_interest_and_bears_that_of_its_last_days(overdue):
    overdue(policy(claim="claim"))
    accrue(MARCH)
    pay("p1", 1_000_000, date(2025, 3, 11), "inv1")
    accrue(date(2025, 3, 12))
    accrue(date(2025, 4, 2), times=2)
    found = documents()
    assert found["INV1-INT-20250228"].open == found["INV1-INT-20250228"].total
    assert found["INV1-INT-20250331"].total == eur(round(1_000_000 * 11 * 1127 / 365 / 10_000))
    assert list(runtime.charges().watched("demo")) == []
    accrue(date(2025, 5, 2))
    assert kinds().count("charge") == 2


@pytest.mark.rule("R20")
def test_waive_on_principal_gives_the_interest_up_with_a_reason_once_the_rest_is_paid(overdue):
    overdue(policy(claim="waive_on_principal"))
    accrue(MARCH)
    pay("p1", 1_000_000, date(2025, 3, 11), "inv1")
    accrue(date(2025, 3, 12), times=2)
    accrue(date(2025, 4, 2))
    charge = documents()["INV1-INT-20250228"]
    assert not charge.open
    (waived,) = (m for p in postings() for m in p.movements if m.kind is MovementKind.WAIVER)
    assert (waived.amount, waived.reason) == (-charge.total, "principal_paid")
    assert kinds().count("charge") == 1


@pytest.mark.rule("R20")
def test_a_threat_is_never_booked(overdue):
    overdue(policy(claim="threat"))
    accrue(MARCH)
    pay("p1", 1_000_000, date(2025, 3, 11), "inv1")
    accrue(date(2025, 4, 2))
    assert kinds() == ["allocation", "invoice", "payment"]


@pytest.mark.rule("R20", "R22")
def test_a_threat_is_named_in_the_reminder_with_its_figure(overdue):
    seller = overdue(policy([{**STAGES[0], "offset_days": 28}], claim="threat"))
    at(date(2025, 2, 28))
    hub.sweep(seller)
    hub.relay(seller)
    hub.drain("NOTICE")
    (mail,) = hub.sent_mails()
    assert "Interest to date, not charged so far: €86.45" in mail.body
    assert kinds() == ["invoice"]


@pytest.mark.rule("R32")
def test_a_day_without_a_known_rate_asks_a_person_and_charges_nothing_until_it_is_there(table):
    seller = hub.seed(policy(law="uk"))
    whose = hub.add_customer(seller)
    hub.add_invoice(seller, whose, "inv1", date(2026, 7, 10))
    accrue(date(2026, 8, 1), times=2)
    (task,) = runtime.tasks().list_open("demo")
    assert task.kind == "rate"
    assert kinds() == ["invoice"]
    known = policy(law="uk", rates={"2026-07-01": "3.75"})
    change_policy(runtime.entities(), "demo", known, "", "test", runtime.now().business)
    accrue(date(2026, 8, 3))
    assert kinds() == ["charge", "invoice"]


@pytest.mark.rule("R2")
def test_an_edit_of_the_policy_charges_no_day_twice_and_changes_no_charge(overdue):
    overdue(policy())
    accrue(MARCH)
    first = documents()["INV1-INT-20250228"]
    dearer = policy(law="fr")
    change_policy(runtime.entities(), "demo", dearer, "", "test", runtime.now().business)
    accrue(MARCH + timedelta(days=1), times=2)
    assert kinds() == ["charge", "invoice"]
    pay("p1", 1_000, date(2025, 2, 10), "inv1")
    accrue(MARCH + timedelta(days=2))
    found = documents()
    assert found["INV1-INT-20250228"].total == first.total
    assert net(first) == reckoned(found["INV1"], date(2025, 2, 28))


@pytest.mark.parametrize(("on_hold", "charged"), [("wait", False), ("charge", True)])
def test_interest_of_a_disputed_invoice_waits_for_the_hold_s_end_or_not(overdue, on_hold, charged):
    seller = overdue(policy(on_hold=on_hold))
    hold = Hold("h1", "dispute", DUE, date(2025, 4, 15), "clerk", ("inv1",))
    runtime.holds().put(seller, "c1", hold)
    accrue(MARCH)
    assert ("charge" in kinds()) is charged
    accrue(date(2025, 4, 16))
    found = documents()
    charges = [d for d in found.values() if d.charge]
    assert abs(sum(map(net, charges)) - reckoned(found["INV1"], date(2025, 3, 31))) <= 1


def test_grace_minimum_and_cap_bound_what_is_charged(overdue):
    overdue(policy(grace_days=10, minimum={"EUR": "60.00"}, maximum_percent="1"))
    accrue(MARCH)
    assert kinds() == ["invoice"]  # 18 days are 55.58, below the minimum
    accrue(date(2025, 4, 1))
    assert documents()["INV1-INT-20250331"].total == eur(10_000)
    accrue(date(2025, 5, 1))
    assert kinds() == ["charge", "invoice"]


@pytest.mark.rule("R22")
def test_a_stage_that_charges_interest_tells_its_figure_in_the_same_mail(overdue):
    seller = overdue(policy(SPOKEN, charged="by_stage"))
    at(date(2025, 2, 28))
    stores = (runtime.accounts(), runtime.entities(), runtime.due_finder(), runtime.runs())
    ahead = partial(charges_ahead, runtime.charging(), "demo")
    shown = dry_run(*stores, seller, runtime.now(), charges=ahead)
    assert [m.fees for m in shown.messages] == [(("INV1-INT-20250228", eur(8_645)),)]
    for _ in range(3):
        hub.sweep(seller)
        hub.relay(seller)
        hub.drain("ESCALATION")
        hub.drain("NOTICE")
    accrue(date(2025, 4, 1))
    (mail,) = hub.sent_mails()
    assert "Charged now, INV1-INT-20250228: €86.45" in mail.body
    assert kinds() == ["charge", "invoice"]


@pytest.mark.law("17")
def test_a_fee_of_a_day_on_which_the_invoice_was_paid_is_taken_back(overdue):
    seller = overdue(Policy.model_validate({"name": "standard", "stages": FEES}))
    at(DUE + timedelta(days=14))
    hub.sweep(seller)
    hub.relay(seller)
    hub.drain("ESCALATION")
    assert documents()["INV1-FEE"].open == eur(4_000)
    pay("p1", 1_000_000, DUE + timedelta(days=14), "inv1")
    accrue(DUE + timedelta(days=15), times=2)
    fee = documents()["INV1-FEE"]
    assert (fee.total, fee.open, net(fee)) == (eur(4_000), eur(0), 0)


def test_a_written_off_invoice_bears_no_more(overdue):
    overdue(policy())
    accrue(date(2025, 2, 10))
    _, books = ledger().look("demo", "c1")
    lost = Movement(MovementKind.WRITE_OFF, eur(-1_000_000), document_id="inv1", reason="insolvent")
    posting = Posting("write_off:inv1:1", date(2025, 2, 15), datetime.now(UTC), (lost,))
    assert ledger().post("demo", books, posting)
    accrue(MARCH)
    assert kinds() == ["invoice", "write_off"]


def test_the_charges_of_a_voided_invoice_fall_with_it(overdue):
    overdue(policy())
    accrue(MARCH)
    _, books = ledger().look("demo", "c1")
    void = Movement(MovementKind.VOID, eur(-1_000_000), document_id="inv1", reason="error")
    posting = Posting("void:inv1", MARCH, datetime.now(UTC), (void,))
    assert ledger().post("demo", books, posting)
    accrue(MARCH + timedelta(days=1), times=2)
    charge = documents()["INV1-INT-20250228"]
    assert (charge.total, charge.open, net(charge)) == (eur(8_645), eur(0), 0)
    assert list(runtime.charges().watched("demo")) == []


@pytest.mark.rule("R2")
def test_the_janitor_hands_out_overdue_and_watched_customers_once_a_day(overdue):
    overdue(policy())
    no_key = json.dumps({"api_key": "", "webhook_secrets": []})
    boto3.client("secretsmanager").create_secret(Name="hub/stripe", SecretString=no_key)
    at(MARCH)
    for _ in range(3):
        hub.invoke("functions.janitor.handler", [json.dumps({"kind": "tidy"})])
    assert hub.drain("ESCALATION") == {"ESCALATION": 1}
    assert kinds() == ["charge", "invoice"]
    at(MARCH + timedelta(days=1))
    hub.invoke("functions.janitor.handler", [json.dumps({"kind": "tidy"})])
    assert hub.drain("ESCALATION") == {"ESCALATION": 1}


@pytest.mark.rule("R21")
@pytest.mark.law("17")
def test_a_charge_decided_on_an_older_look_is_decided_anew(overdue, monkeypatch):
    overdue(policy())
    at(MARCH)
    real = Charges.add
    raced = []

    def add(*arguments):
        if not raced:
            raced.append(True)
            pay("p1", 400_000, date(2025, 2, 10), "inv1")
        return real(*arguments)

    monkeypatch.setattr(Charges, "add", add)
    accrue(MARCH)
    found = documents()
    assert raced
    assert found["INV1-INT-20250228"].total.minor == reckoned(found["INV1"], date(2025, 2, 28))


@pytest.mark.rule("R2")
@pytest.mark.parametrize(
    "days",
    [(MARCH, date(2025, 4, 1)), (MARCH, date(2025, 4, 1), date(2025, 6, 1))],
    ids=["the first two", "later ones"],
)
def test_two_charges_of_one_invoice_at_once_are_reckoned_one_after_the_other(
    overdue, monkeypatch, days
):
    overdue(policy())
    *before, earlier, later = days
    for day in before:
        accrue(day)
    real = Charges.add
    raced = []

    def add(*arguments):
        if not raced:
            raced.append(True)
            accrue(earlier)
            at(later)
        return real(*arguments)

    monkeypatch.setattr(Charges, "add", add)
    accrue(later)
    found = documents()
    charges = [d for d in found.values() if d.charge]
    assert len(charges) == len(days)
    through = later - timedelta(days=1)
    assert abs(sum(map(net, charges)) - reckoned(found["INV1"], through)) <= 1


@pytest.mark.rule("R21")
def test_the_paper_of_a_charge_of_interest_itemises_it(overdue):
    overdue(policy())
    accrue(MARCH)
    hub.relay(runtime.entities().get("demo"))
    hub.drain("DOCUMENT")
    charge = documents()["INV1-INT-20250228"]
    paper = boto3.client("s3").get_object(Bucket="documents", Key=charge.pdf_key)["Body"].read()
    words = "".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages)
    for said in ("2025-02-01 - 2025-02-28", "11.27 %", "86.45", "INV1-INT-20250228"):
        assert said in words.replace("\n", " "), words
