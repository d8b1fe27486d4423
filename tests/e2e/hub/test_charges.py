"""On the deployed template: a month of interest, corrected by a late payment, and waived."""

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.support.company import Company
from tests.support.stack import ROOT, Hub, Json

pytestmark = pytest.mark.cloud
POLICY = """\
name: standard
interest:
  law: de
  payable_in_days: 14
stages:
  - {id: call, offset_days: 300, channel: call}
"""


@pytest.fixture(scope="module")
def company(hub: Hub) -> Iterator[Company]:
    hub.move_clock(datetime(2026, 1, 5, 8, tzinfo=UTC))
    with Company.open(hub, "charges") as company:
        who = {"authorization": f"Bearer {hub.stack.state['token']}"}
        headers = who | {"content-type": "application/yaml"}
        path = f"/api/v1/{company.path}/policies/standard"
        assert hub.request("PUT", path, body=POLICY.encode(), headers=headers).status == 200
        company.seed(1, 2, "2025-12-01", "2025-12-31")
        company.release()
        yield company


def duecourse(company: Company, *words: str) -> Json:
    """Return the JSON that the command prints."""
    state = company.hub.stack.state
    told = subprocess.run(
        [ROOT / ".venv/bin/duecourse", *words, "--json", "--entity", company.entity],
        env=os.environ | {"DUECOURSE_API_URL": company.hub.url, "DUECOURSE_TOKEN": state["token"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def look(company: Company, day: datetime) -> dict[str, Json]:
    """Let the janitor hand charges out on day; return the charges by number."""
    company.hub.move_clock(day)
    company.hub.api("POST", f"{company.path}/reconciliations")
    company.hub.idle()
    return {charge["number"]: charge for charge in duecourse(company, "charges")}


@pytest.mark.rule("R2", "R21")
def test_interest_is_charged_once_corrected_by_value_date_and_waived(company: Company) -> None:
    assert look(company, datetime(2026, 1, 20, 8, tzinfo=UTC)) == {}
    for day in (1, 2):
        charges = look(company, datetime(2026, 2, day, 8, tzinfo=UTC))
        assert sorted(charges) == ["CHARGES-1-1-INT-20260131", "CHARGES-1-2-INT-20260131"]
    # 101.01 and 101.02 at 10.27 % for 31 of 365 days
    assert [c["open"]["amount"] for c in charges.values()] == ["0.88", "0.88"]
    paid = {
        "external_id": "p1",
        "invoice_external_id": "i1-1",
        "paid_on": "2026-01-10",
        "currency": "EUR",
        "amount": "101.01",
        "method": "transfer",
    }
    assert company.upload("payments", [paid])["state"] == "done"
    company.hub.idle()
    charges = look(company, datetime(2026, 2, 3, 8, tzinfo=UTC))
    assert charges["CHARGES-1-1-INT-20260131"]["open"]["amount"] == "0.28"  # ten days
    sheet = duecourse(company, "interest", "i1-1", "--to", "2026-01-31")
    assert [line["days"] for line in sheet["lines"]] == [10]
    assert sheet["total"] == sheet["charged"] == {"amount": "0.28", "currency": "EUR"}
    waived = duecourse(company, "waive", "CHARGES-1-1-INT-20260131", "--reason", "goodwill")
    assert waived["open"]["amount"] == "0.00"
