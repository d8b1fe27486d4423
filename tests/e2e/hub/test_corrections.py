"""On the deployed template: invoices by many hands at once, taken back by the command, on paper."""

import json
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.support.company import Company
from tests.support.stack import ROOT, Hub, Json, until

pytestmark = pytest.mark.cloud
HANDS = 12
LINES = [
    {"description": "Desk", "quantity": "2", "unit_price": "100.00", "tax_rate_percent": "19"},
    {"description": "Book", "quantity": "3", "unit_price": "9.99", "tax_rate_percent": "7"},
]


@pytest.fixture(scope="module")
def company(hub: Hub) -> Iterator[Company]:
    hub.move_clock(datetime(2026, 3, 9, 8, tzinfo=UTC))
    with Company.open(hub, "corrections") as company:
        numbers = {"series": {"INV": "R{year}-{n:4}"}, "gapless_numbers": True}
        hub.api("PATCH", company.path, numbers)
        company.seed(1, 1, "2026-02-01", "2026-03-09")
        yield company


def issue(company: Company) -> Json:
    body = {
        "customer_id": company.customer_id(1),
        "currency": "EUR",
        "issued_on": "2026-03-01",
        "due_on": "2026-03-31",
        "lines": LINES,
    }
    return dict(company.hub.api("POST", f"{company.path}/invoices", body))


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
    return dict(json.loads(told.stdout))


def paper(company: Company, number: str) -> str:
    """Return the text of a document's PDF, read from the address that the API gives."""
    path = f"{company.path}/invoices/{number}/pdf"
    url = until(lambda: company.hub.api("GET", path)["url"], within_s=60)
    answer = company.hub.request("GET", url)
    assert answer.status == 200, answer.text
    return " ".join(PdfReader(BytesIO(answer.body)).pages[0].extract_text().split())


@pytest.mark.rule("R39")
def test_many_hands_at_once_leave_no_gap(company: Company) -> None:
    with ThreadPoolExecutor(HANDS) as pool:
        made = list(pool.map(lambda _: issue(company), range(HANDS)))
    numbers = sorted(m["number"] for m in made)
    print(f"{len(numbers)} invoices by {HANDS} hands at once: {numbers[0]} to {numbers[-1]}")
    assert numbers == [f"R2026-{n:04d}" for n in range(1, HANDS + 1)]


def test_an_invoice_is_credited_and_voided_by_the_command_and_printed(company: Company) -> None:
    company.hub.idle()
    number, other = issue(company)["number"], issue(company)["number"]
    assert "Tax 19% on €200.00 €38.00" in paper(company, number)
    note = duecourse(company, "credit-note", number, "--reason", "return", "--line", "2=1")
    assert (note["number"], note["total"]["amount"]) == ("CN-000001", "10.69")
    text = paper(company, note["number"])
    for said in ("Credit note CN-000001", f"For invoice {number}", "Credited €10.69"):
        assert said in text, text
    rest = duecourse(company, "credit-note", number, "--reason", "cancelled", "--yes")
    assert rest["total"]["amount"] == "259.38"
    shown = duecourse(company, "invoice", "show", number)
    assert (shown["open"]["amount"], len(shown["lines"])) == ("0.00", 2)
    assert duecourse(company, "void", other, "--reason", "duplicate", "--yes")["state"] == "void"
    company.hub.idle()


def test_a_note_on_the_erp_s_invoice_is_told_to_the_erp(company: Company) -> None:
    note = duecourse(
        company, "credit-note", "i1-1", "--reason", "price", "--amount", "1.00", "--text", "Less"
    )
    company.hub.idle()
    (line,) = company.lines_out()
    assert (line["payment_id"], line["invoice_external_id"]) == (note["document_id"], "i1-1")
    assert (line["method"], line["gateway_reference"], line["amount"]) == (
        "credit_note",
        note["number"],
        "1.00",
    )
