"""Real invoices: imported by the command, and what the dry run says is what the mails say."""

import csv
import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.bench.ibm_to_drop import convert, data_file
from tests.support.checks import each_message_once
from tests.support.company import Company
from tests.support.stack import ROOT, Hub, Json, running_hub, until

pytestmark = pytest.mark.cloud

DAY = date(2013, 6, 30)  # a Sunday
INVOICES = 2466
IMPORT_MAX_S = 60
ROW = re.compile(r"^  (\S+) \| [^|]+ \| [^|]+ \| US\$([0-9,]+\.\d\d)$", re.MULTILINE)
EVERYTHING = re.compile(r"^(?:Everything open in USD|Total): US\$([0-9,]+\.\d\d)$", re.MULTILINE)
Amounts = dict[str, Decimal]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    if not data_file().is_file():
        pytest.skip(f"NOT RUN: {data_file().name} is not there (DUECOURSE_BENCH_DATA)")
    return convert(data_file(), tmp_path_factory.mktemp("ibm"), paid_until=DAY)


@pytest.fixture(scope="module")
def company(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company on a cloud of its own: its thousands of PDFs would keep the others waiting."""
    with running_hub(tmp_path_factory.mktemp("ibm-hub"), workers_per_queue=2) as hub:
        hub.move_clock(datetime(DAY.year, DAY.month, DAY.day, 8, tzinfo=UTC))
        with Company.open(hub, "ibm", currency="USD", time_zone="UTC") as company:
            yield company


@pytest.fixture(scope="module")
def imported(company: Company, files: list[Path]) -> tuple[list[Json], float]:
    """Return what `duecourse import` told of each file, and the seconds it took."""
    state = company.hub.stack.state
    began = time.monotonic()
    done = subprocess.run(
        [ROOT / ".venv/bin/duecourse", "import", files[0].parent, "--entity", "ibm", "--json"],
        env=os.environ | {"DUECOURSE_API_URL": state["api_url"], "DUECOURSE_TOKEN": state["token"]},
        capture_output=True,
        text=True,
    )
    took_s = time.monotonic() - began
    assert done.returncode == 0, done.stderr
    stop_printing(company.hub)
    return json.loads(done.stdout), took_s


def stop_printing(hub: Hub) -> None:
    """Leave the PDFs that are not printed yet: nothing below looks at them."""
    functions, queue = hub.client("lambda"), hub.stack.state["outputs"]["DocumentQueueUrl"]
    name = hub.stack.state["physical_ids"]["Documents"]
    for mapping in functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    hub.client("sqs").purge_queue(QueueUrl=queue)


def settle(hub: Hub) -> None:
    """Wait until nothing moves but the PDFs that were left."""
    idle = hub.stack.idle()
    until(lambda: all("document" in w.lower() for _ in range(2) for w in idle.look()), 120)


def test_two_thousand_invoices_are_imported_within_a_minute(
    imported: tuple[list[Json], float],
) -> None:
    runs, took_s = imported
    assert [(r["kind"], r["state"]) for r in runs] == [
        ("customers", "done"),
        ("invoices", "done"),
        ("payments", "done"),
    ]
    assert runs[1]["new"] == runs[1]["rows_total"] == INVOICES
    assert all(r["new"] == r["rows_total"] for r in runs)
    rows = sum(r["rows_total"] for r in runs)
    print(f"{rows} rows, {INVOICES} of them invoices")
    print(f"ibm_import_s {took_s:.1f} <={IMPORT_MAX_S}")


def test_the_mails_say_what_the_dry_run_said_amount_by_amount(
    company: Company, imported: tuple[list[Json], float], files: list[Path]
) -> None:
    hub = company.hub
    write_on_every_day(company)
    told = {m["customer_id"]: m for m in dry_run(company) if m["channel"] == "email"}
    assert company.mails() == []
    company.release()
    run_id = company.sweep()
    settle(hub)
    assert hub.api("GET", f"{company.path}/sweeps/{run_id}")["state"] == "done"
    mails = {m["tags"]["customer"]: m for m in company.mails()}
    assert each_message_once(company.mails()) == len(mails)
    assert mails.keys() == told.keys()
    owed = open_on(DAY, files)
    amounts = 0
    for customer_id, mail in mails.items():
        said, planned = rows_of(mail), planned_rows(told[customer_id])
        assert said == planned
        fees = {fee["number"] for fee in told[customer_id]["fees"]}
        invoices = {number: money for number, money in said.items() if number not in fees}
        assert invoices == owed[told[customer_id]["external_id"]]
        assert everything_in(mail) == sum(said.values())
        amounts += len(said)
    print(f"{amounts} amounts in {len(mails)} mails as in the dry run and in the files")
    assert amounts > len(mails) > 10
    mail = next(iter(mails.values()))
    wrong = mail | {"text": mail["text"].replace(" | US$", " | US$1", 1)}
    assert rows_of(wrong) != rows_of(mail), "the comparison would not see a wrong amount"


def write_on_every_day(company: Company) -> None:
    """Let the policy send on a Sunday, too: the day of the comparison is one."""
    path = f"{company.path}/policies/standard"
    text = company.hub.api("GET", path)["yaml"]
    changed = re.sub(r"send_on: \[[0-9, ]+\]", "send_on: [1, 2, 3, 4, 5, 6, 7]", text)
    assert changed != text
    headers = {
        "authorization": f"Bearer {company.hub.stack.state['token']}",
        "content-type": "application/yaml",
    }
    put = company.hub.request("PUT", f"/api/v1/{path}", body=changed.encode(), headers=headers)
    assert put.status == 200, put.text


def dry_run(company: Company) -> list[Json]:
    found: list[Json] = []
    cursor: str | None = ""
    while cursor is not None:
        fields = {"cursor": cursor} if cursor else {}
        page = company.hub.api("GET", f"{company.path}/dry-run", **fields)
        found, cursor = found + page["messages"], page["next"]
    return found


def planned_rows(message: Json) -> Amounts:
    """Return every amount that the dry run announces for one message, by document number."""
    rows = {i["number"]: Decimal(i["payable"]["amount"]) for i in message["items"]}
    return rows | {f["number"]: Decimal(f["amount"]["amount"]) for f in message["fees"]}


def rows_of(mail: Json) -> Amounts:
    """Return every amount of a mail as a person reads it, by document number."""
    return {number: Decimal(text.replace(",", "")) for number, text in ROW.findall(mail["text"])}


def everything_in(mail: Json) -> Decimal:
    """Return the last sum of a mail: everything that is open."""
    return Decimal(EVERYTHING.findall(mail["text"])[-1].replace(",", ""))


def open_on(day: date, files: list[Path]) -> dict[str, Amounts]:
    """Return what each customer owes on day by the files alone."""
    rows = {path.stem: list(csv.DictReader(path.open(newline=""))) for path in files}
    paid = {row["invoice_external_id"] for row in rows["payments"]}
    owed: dict[str, Amounts] = {}
    for row in rows["invoices"]:
        if row["external_id"] not in paid and date.fromisoformat(row["issue_date"]) <= day:
            mine = owed.setdefault(row["customer_external_id"], {})
            mine[row["number"]] = Decimal(row["total"])
    return owed
