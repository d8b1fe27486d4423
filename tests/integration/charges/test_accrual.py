"""The daily look at charges: once for each period, within its bounds, by the policy of then."""

import json
from datetime import date, timedelta
from io import BytesIO

import boto3
import pytest
from pypdf import PdfReader

from shared import runtime
from shared.domain.agreement import Hold
from shared.usecases.entities import change_policy
from tests.integration import hub
from tests.integration.charging import (
    DUE,
    MARCH,
    accrue,
    at,
    documents,
    kinds,
    net,
    pay,
    policy,
    reckoned,
)
from tests.support.samples import eur


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
    (line,) = runtime.papers().lines("demo", "c1", charge)
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


def test_money_that_waits_bears_no_interest(overdue):
    overdue(policy())
    pay("p1", 400_000, date(2025, 2, 10))
    accrue(MARCH)
    assert documents()["INV1-INT-20250228"].total == eur(
        round((1_000_000 * 10 + 600_000 * 18) * 1127 / 365 / 10_000)
    )


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
