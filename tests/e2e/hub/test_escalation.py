"""On the deployed template: a text, a letter that waits for a person, a call, and a case."""

import hashlib
import io
import json
import os
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.support.company import Company
from tests.support.stack import ROOT, Hub, Json

pytestmark = pytest.mark.cloud
POLICY = """\
name: standard
send_on: [1, 2, 3, 4, 5, 6, 7]
stages:
  - {id: text, offset_days: 3, channel: sms}
  - {id: letter, offset_days: 14, channel: letter, approval: true, fee: {flat: {EUR: "40.00"}}}
  - {id: call, offset_days: 21, channel: call}
  - id: handover
    offset_days: 45
    channel: handover
    approval: true
    when: {days_late_at_least: 45, amount_over: {EUR: "10.00"}}
"""
PHONE = "+4930123456"


@pytest.fixture(scope="module")
def company(hub: Hub) -> Iterator[Company]:
    hub.move_clock(datetime(2026, 3, 2, 8, tzinfo=UTC))
    with Company.open(hub, "ladder", bank_account="DE02 1203 0000 0000 2020 51") as company:
        who = {"authorization": f"Bearer {hub.stack.state['token']}"}
        headers = who | {"content-type": "application/yaml"}
        path = f"/api/v1/{company.path}/policies/standard"
        answer = hub.request("PUT", path, body=POLICY.encode(), headers=headers)
        assert answer.status == 200, answer.text
        person = company.customer_row(1) | {
            "phone": "+49 30 123456",
            "address": "Hafenweg 5\n20457 Hamburg",
            "country": "DE",
        }
        paper = company.invoice_row(1, 1, "2026-02-01", "2026-03-02")
        for kind, row in (("customers", person), ("invoices", paper)):
            assert company.upload(kind, [row])["state"] == "done"
        company.release()
        yield company


def on(company: Company, month: int, day: int) -> None:
    company.hub.move_clock(datetime(2026, month, day, 8, tzinfo=UTC))
    company.sweep_report(company.sweep())
    company.hub.idle()


def duecourse(company: Company, *words: str) -> Json:
    """Return the JSON that the command prints."""
    state = company.hub.stack.state
    told = subprocess.run(
        [ROOT / ".venv/bin/duecourse", *words, "--json", "--entity", company.entity],
        env=os.environ | {"DUECOURSE_API_URL": company.hub.url, "DUECOURSE_TOKEN": state["token"]},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def texts(company: Company) -> list[Json]:
    url = f"{company.hub.stack.state['sms_url']}/api/messages?to=%2B{PHONE[1:]}"
    return list(company.hub.request("GET", url).json()["messages"])


def delivery(company: Company, n: int) -> Json:
    partition = f"E#{company.entity}#C#{company.customer_id(1)}#H"
    (found,) = company.hub.items(partition, f"NOTICE#{n:08d}#DELIVERY")
    return found


@pytest.mark.rule("R22", "R37", "R38")
def test_a_debt_climbs_to_the_end_and_a_person_decides(company: Company, tmp_path: Path) -> None:
    on(company, 3, 5)
    (text,) = texts(company)
    assert "101.01" in text["body"]
    assert company.hub.url in text["body"]
    assert delivery(company, 1)["state"] == "sent"
    assert delivery(company, 1)["delivered_at"]

    on(company, 3, 16)
    on(company, 3, 17)
    assert delivery(company, 2)["state"] == "approval"
    assert company.hub.files("DocumentsBucket", "letters/ladder/") == {}
    assert [d["kind"] for d in company.documents(1)] == ["invoice"]
    decided = duecourse(company, "approve", "c1", "2", "--yes")
    assert (decided["state"], decided["by"]) == ("approved", "admin")
    company.hub.idle()
    letters = company.hub.files("DocumentsBucket", "letters/ladder/")
    assert [name.rpartition(".")[2] for name in sorted(letters)] == ["json", "pdf"]
    pdf = next(body for name, body in letters.items() if name.endswith(".pdf"))
    words = " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
    assert "LADDER-1-1-FEE" in words
    assert "141.01" in words

    on(company, 3, 23)
    (call,) = duecourse(company, "calls")
    assert (call["phone"], call["sums"][0]["chaseable"]["amount"]) == ("+49 30 123456", "141.01")
    done = duecourse(company, "calls", "outcome", "c1", "refused", "--note", "never")
    assert done["follow_up"] == "decide"

    on(company, 4, 16)
    decided = duecourse(company, "approve", "c1", "4", "--tier", "lawyer", "--yes")
    assert decided["state"] == "approved"
    company.hub.idle()
    on(company, 5, 20)
    told = company.hub.api("GET", f"{company.path}/decisions", customer="c1")
    assert {one["code"] for one in told["decisions"]} == {"handed_over"}

    target = tmp_path / "case.zip"
    pack = duecourse(company, "handover", "c1", "-o", str(target))
    assert hashlib.sha256(target.read_bytes()).hexdigest() == pack["sha256"]
    with zipfile.ZipFile(target) as case:
        names = case.namelist()
    sent = [name for name in names if name.startswith("messages/0")]
    assert [name.rpartition(".")[2] for name in sent] == ["txt", "pdf"]
    assert "agreements/handovers.csv" in names
    company.hub.idle()
