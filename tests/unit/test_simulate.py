"""simulate: a known history, day by day, through the decision that the hub makes."""

import json
import re
import time
from collections.abc import Iterable
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from infra.cli.main import app
from infra.cli.simulation.command import lines
from infra.cli.simulation.history import History, Shape, read_history
from infra.cli.simulation.outcome import Outcome, simulate
from infra.cli.simulation.report import report
from shared.domain.fee import Fee
from shared.domain.notice import Channel
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.replay import PastInvoice
from shared.domain.stage import Stage
from tests.bench.ibm_to_drop import convert, data_file
from tests.support.samples import eur

START = date(2026, 1, 5)  # a Monday
DAYS = 90
POLICY = Policy(
    name="tried",
    send_on=(1, 2, 3, 4, 5),
    stages=(
        Stage(id="due", offset_days=0, channel=Channel.EMAIL, template="due_today"),
        Stage(id="reminder", offset_days=7, channel=Channel.EMAIL, template="reminder"),
        Stage(
            id="fee",
            offset_days=14,
            channel=Channel.EMAIL,
            template="late_fee",
            fee=Fee(flat={"EUR": "10.00"}),
        ),
        Stage(id="call", offset_days=21, channel=Channel.CALL),
    ),
)
LATER = Policy(
    name="later",
    send_on=(1, 2, 3, 4, 5),
    stages=(Stage(id="reminder", offset_days=20, channel=Channel.EMAIL, template="reminder"),),
)
IBM = (
    "invoice=invoiceNumber,customer=customerID,issued_on=InvoiceDate,"
    "due_on=DueDate,paid_on=SettledDate,amount=InvoiceAmount"
)


def day(n: int) -> date:
    return START + timedelta(days=n)


def past(number: str, due: int, paid: int | None, customer: str = "c", minor: int = 10_000):
    payments = () if paid is None else ((day(paid), eur(minor)),)
    return PastInvoice(number, customer, day(due - 30), day(due), eur(minor), payments)


def history(*invoices: PastInvoice) -> History:
    names = sorted({i.customer for i in invoices})
    return History({n: tuple(i for i in invoices if i.customer == n) for n in names}, ())


def run(told: History, policy: Policy = POLICY) -> Outcome:
    return simulate(policy, told, lambda _: PolicyBook(policy))


def said(outcome: Outcome) -> list[tuple[int, str]]:
    return [((one.on - START).days, one.stage) for one in outcome.said]


def test_an_invoice_climbs_the_ladder_until_the_day_of_its_payment():
    assert said(run(history(past("a", 0, 16)))) == [(0, "due"), (7, "reminder"), (14, "fee")]


def test_a_payment_of_the_day_is_seen_before_anything_is_said():
    assert said(run(history(past("a", 0, 7)))) == [(0, "due")]


@pytest.mark.rule("R17")
def test_a_part_that_was_paid_leaves_the_rest_to_be_asked_for():
    parts = ((day(3), eur(4_000)), (day(30), eur(6_000)))
    invoice = PastInvoice("a", "c", day(-30), day(0), eur(10_000), parts)
    outcome = run(history(invoice))
    assert [one.asked[0].open for one in outcome.said if one.stage == "reminder"] == [eur(6_000)]


def test_a_fee_is_charged_once_and_goes_with_its_invoice():
    outcome = run(history(past("a", 0, 40), past("b", 60, 61)))
    assert [one.fees for one in outcome.said if one.fees] == [(("a-FEE", eur(1_000)),)]
    after = [one for one in outcome.said if one.on > day(40)]
    assert [asked.number for one in after for asked in one.asked] == ["b"]


@pytest.mark.rule("R2")
def test_a_fixed_sum_of_the_law_is_charged_once_by_whichever_stage():
    fee = Fee(compensation="eu")
    stages = (
        Stage(id="first", offset_days=7, channel=Channel.EMAIL, template="late_fee", fee=fee),
        Stage(id="last", offset_days=14, channel=Channel.EMAIL, template="late_fee", fee=fee),
    )
    outcome = run(history(past("a", 0, 40)), Policy(name="law", stages=stages))
    assert said(outcome) == [(7, "first"), (14, "last")]
    assert [len(one.fees) for one in outcome.said] == [1, 0]


def test_all_that_one_customer_owes_is_one_message():
    outcome = run(history(past("a", 0, None), past("b", 2, 9)))
    third = next(one for one in outcome.said if one.stage == "reminder")
    assert [asked.number for asked in third.asked] == ["a"]
    assert len({(one.on, one.channel) for one in outcome.said}) == len(outcome.said)


def test_a_message_to_who_paid_within_two_days_is_a_false_alarm():
    told = history(past("a", 0, 9), past("b", 0, 10, "d"), past("c", 0, 2, "e"))
    outcome = run(told)
    assert outcome.alarms == 1  # c was written to on its due date, which is no alarm
    assert [(row.customer, row.messages, row.last_on) for row in outcome.alarmed] == [
        ("c", 1, day(7))
    ]


def test_the_change_against_another_policy_is_shown_by_stage():
    told = history(past("a", 0, 25))
    page = report(told, run(told), run(told, LATER))
    assert "2 more than old" in page
    assert run(told, LATER).messages == 1
    assert (run(told).messages, run(told).tasks) == (3, 1)


@st.composite
def histories(draw: st.DrawFn) -> tuple[PastInvoice, ...]:
    found = []
    for n in range(draw(st.integers(1, 6))):
        due = draw(st.integers(0, 40))
        minor = draw(st.integers(1_000, 9_000))
        parts = draw(st.lists(st.tuples(st.integers(-10, 80), st.integers(1, 9_000)), max_size=3))
        payments = tuple((day(due + after), eur(part)) for after, part in parts)
        customer = draw(st.sampled_from("ab"))
        found.append(PastInvoice(f"i{n}", customer, day(due - 30), day(due), eur(minor), payments))
    return tuple(found)


@pytest.mark.law("32")
@settings(max_examples=150)
@given(invoices=histories(), cut=st.integers(-30, 80))
def test_later_payments_leave_earlier_days_as_they_were(
    invoices: tuple[PastInvoice, ...], cut: int
):
    known = [_until(invoice, day(cut)) for invoice in invoices]
    before, after = (_through(one, day(cut)) for one in (history(*known), history(*invoices)))
    assert before == after


def _until(invoice: PastInvoice, last: date) -> PastInvoice:
    payments = tuple(p for p in invoice.payments if p[0] <= last)
    return PastInvoice(
        invoice.number, invoice.customer, invoice.issued_on, invoice.due_on, invoice.total, payments
    )


def _through(told: History, last: date) -> bytes:
    found = [line for line in lines(run(told)) if line["on"] <= last.isoformat()]
    # a history that ends earlier is not looked at for as long
    latest = min(last, _last(told)).isoformat()
    return json.dumps([line for line in found if line["on"] <= latest]).encode()


def _last(told: History) -> date:
    return max(i.due_on for i in told.invoices)


class _Page(HTMLParser):
    """What a reader without eyes, and a browser without a network, find on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.labelled: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        self.loads += [v for k, v in attrs if k in ("src", "href", "srcset") and v]
        self.ids += [found["id"]] if found.get("id") else []
        self.labelled += (found.get("aria-labelledby") or "").split()


def test_the_report_needs_nothing_else_and_tells_every_chart_in_words():
    told = history(past("a", 0, 9), past("<script>", 0, 9, "<b>Ltd</b>"))
    page = _Page()
    html = report(told, run(told), run(told, LATER))
    page.feed(html)
    assert page.loads == []
    assert "script" not in page.tags
    assert "url(" not in html
    assert page.tags.count("svg") == page.tags.count("desc") == 3
    assert page.tags.count("table") == 4
    assert set(page.labelled) <= set(page.ids)
    assert len(set(page.ids)) == len(page.ids)
    assert "&lt;b&gt;Ltd&lt;/b&gt;" in html


def test_the_same_history_gives_the_same_report():
    told = history(*(past(f"i{n}", n, n + 9, f"c{n % 3}") for n in range(12)))
    other = history(*(past(f"i{n}", n, n + 9, f"c{n % 3}") for n in range(12)))
    assert report(told, run(told), None) == report(other, run(other), None)


def _files(tmp_path: Path, **texts: str) -> list[str]:
    found = []
    for name, text in texts.items():
        file = tmp_path / f"{name}.csv"
        file.write_text(text, encoding="utf-8")
        found += ["--history", str(file)]
    return found


def _policy(tmp_path: Path, policy: str = "reminder") -> Path:
    file = tmp_path / f"{policy}.yaml"
    file.write_text(
        f"name: {policy}\nstages:\n"
        "  - {id: reminder, offset_days: 7, channel: email, template: reminder}\n",
        encoding="utf-8",
    )
    return file


def _run(arguments: Iterable[str]):
    return CliRunner().invoke(app, ["simulate", *arguments])


def test_one_line_for_each_invoice_is_a_history(tmp_path: Path):
    text = (
        "invoice,customer,issued_on,due_on,paid_on,amount,currency\n"
        "I1,C1,2026-01-01,2026-01-31,2026-02-10,100.00,EUR\n"
        "I2,C1,2026-01-01,2026-01-31,,100.00,USD\n"
        "I3,C1,2026-01-01,never,,100.00,USD\n"
    )
    files = _files(tmp_path, one=text)
    log = tmp_path / "log.jsonl"
    html = tmp_path / "report.html"
    found = _run(
        ["--policy", str(_policy(tmp_path)), *files, "--log", str(log), "--html", str(html)]
    )
    assert found.exit_code == 0, found.output
    said = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["stage"] for line in said] == ["reminder"]
    assert [asked[0] for asked in said[0]["asked"]] == ["I1", "I2"]
    assert "one.csv:4" in found.output
    assert html.read_text().startswith("<!doctype html>")


def test_the_figures_name_their_days_and_two_policies_of_one_name_by_their_files(tmp_path: Path):
    text = (
        "invoice,customer,issued_on,due_on,paid_on,amount,currency\n"
        "I1,C1,2026-01-01,2026-01-31,2026-02-10,100.00,EUR\n"
    )
    files = _files(tmp_path, one=text)
    new = _policy(tmp_path)
    old = tmp_path / "last-year.yaml"
    old.write_text(new.read_text() + "holidays: true\n")
    found = _run(["--policy", str(new), "--against", str(old), *files])
    assert found.exit_code == 0, found.output
    assert "2026-01-01 to 2026-02-10: 1 invoice of 1 customer" in found.output
    shown = " ".join(found.output.split())
    assert "(reminder.yaml)" in shown and "(last-year.yaml)" in shown
    assert "--country DE" in shown
    told = json.loads(_run(["--policy", str(new), *files, "--json"]).stdout)
    assert told["period"] == {"from": "2026-01-01", "to": "2026-02-10", "invoices": 1}


def test_the_files_that_the_hub_imports_are_a_history(tmp_path: Path):
    files = _files(
        tmp_path,
        invoices=(
            "external_id,customer_external_id,number,issue_date,due_date,currency,total\n"
            "I1,C1,N1,2026-01-01,2026-01-31,EUR,100.00\n"
        ),
        payments=(
            "external_id,invoice_external_id,paid_on,currency,amount,method\n"
            "P1,I1,2026-02-20,EUR,40.00,bank\nP2,I1,2026-03-20,EUR,60.00,bank\n"
        ),
    )
    found = _run(["--policy", str(_policy(tmp_path)), *files, "--json"])
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)["new"]
    assert (told["messages"], told["customers"], told["false_alarms"]) == (1, 1, 0)


LINE = "invoice,customer,issued_on,due_on,paid_on,amount,currency\n"


def test_of_two_lines_of_one_invoice_the_first_counts_and_the_second_is_named(tmp_path: Path):
    one = LINE + (
        "I1,C1,2026-01-01,2026-01-31,,100.00,EUR\n"
        "I1,C1,2026-01-01,2026-01-31,2026-01-02,900.00,EUR\n"
    )
    two = LINE + "I1,C2,2026-01-01,2026-01-31,,5.00,EUR\nI2,C2,2026-01-01,never,,5.00,EUR\n"
    files = _files(tmp_path, one=one, two=two)
    told = read_history([Path(name) for name in files[1::2]], Shape())
    assert [(i.number, i.customer, i.total) for i in told.invoices] == [("I1", "C1", eur(10_000))]
    assert [(line.place, line.code) for line in told.left_out] == [
        ("one.csv:3", "duplicate"),
        ("two.csv:2", "duplicate"),
        ("two.csv:3", "bad_date"),
    ]
    assert told.left_out[1].reason == "one.csv:2 tells the same invoice: that one counts."


def test_what_is_left_out_is_counted_by_reason_on_screen_in_json_and_in_the_report(tmp_path: Path):
    rows = "".join(f"I{n % 2},C1,2026-01-01,2026-01-31,,100.00,EUR\n" for n in range(9))
    files = _files(tmp_path, one=LINE + rows + "I9,C1,2026-01-01,never,,100.00,EUR\n")
    html = tmp_path / "report.html"
    asked = ["--policy", str(_policy(tmp_path)), *files, "--html", str(html)]
    shown = " ".join(_run(asked).stdout.split())
    assert "Left out: 8 lines" in shown
    assert "one.csv:4, one.csv:5, one.csv:6, one.csv:7, one.csv:8 and 2 more" in shown
    told = json.loads(_run([*asked, "--json"]).stdout)["left_out"]
    assert (told["lines"], told["kinds"]) == (8, {"duplicate": 7, "bad_date": 1})
    assert told["each"][-1] == {
        "file": "one.csv",
        "line": 11,
        "code": "bad_date",
        "reason": "This is not a date of the form %Y-%m-%d.",
    }
    page = html.read_text()
    assert "could not be used: 8." in page
    assert "<td>7</td>" in page
    none = _files(tmp_path, none=LINE + "I1,C1,2026-01-01,2026-01-31,,100.00,EUR\n")
    clean = _run(["--policy", str(_policy(tmp_path)), *none, "--html", str(html)])
    assert "Left out" not in clean.stdout + html.read_text()


def test_a_payment_counts_once_and_only_for_an_invoice_that_is_there(tmp_path: Path):
    invoices = (
        "external_id,customer_external_id,number,issue_date,due_date,currency,total\n"
        "I1,C1,N1,2026-01-01,2026-01-31,EUR,100.00\n"
        "I1,C1,N1,2026-01-01,2026-01-31,EUR,70.00\n"
    )
    head = "external_id,invoice_external_id,paid_on,currency,amount,method\n"
    paid = "P1,I1,2026-02-20,EUR,40.00,bank\n"
    files = _files(
        tmp_path,
        invoices=invoices,
        march=head + paid + "P2,I7,2026-02-20,EUR,40.00,bank\nP3,I1,2026-02-20,USD,1.00,bank\n",
        april=head + paid,
    )
    told = read_history([Path(name) for name in files[1::2]], Shape())
    (invoice,) = told.invoices
    assert (invoice.total, invoice.payments) == (eur(10_000), ((date(2026, 2, 20), eur(4_000)),))
    assert {(line.place, line.code) for line in told.left_out} == {
        ("invoices.csv:3", "duplicate"),
        ("april.csv:2", "duplicate"),
        ("march.csv:3", "unknown_invoice"),
        ("march.csv:4", "other_currency"),
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("invoice,customer\nI1,C1\n", "There is no such column"),
        ("", "The file is empty"),
        (LINE, "No invoice could be read"),
        ("invoice,customer,issued_on,due_on,paid_on,amount\n", "Or say --currency."),
    ],
)
def test_a_file_that_tells_no_history_is_refused(tmp_path: Path, text: str, sentence: str):
    found = _run(["--policy", str(_policy(tmp_path)), *_files(tmp_path, bad=text)])
    assert found.exit_code != 0
    assert sentence in re.sub(r"\s+", " ", str(found.exception))


def test_a_history_without_a_currency_is_in_the_one_that_is_said(tmp_path: Path):
    text = "invoice,customer,issued_on,due_on,paid_on,amount\nI,C,2026-01-01,2026-01-31,,1.00\n"
    (file,) = _files(tmp_path, one=text)[1::2]
    told = read_history([Path(file)], Shape(currency="GBP"))
    assert [i.total.currency for i in told.invoices] == ["GBP"]


def test_a_policy_that_is_wrong_is_told_with_its_place(tmp_path: Path):
    text = LINE + "I,C,2026-01-01,2026-01-31,,1.00,EUR\n"
    bad = tmp_path / "bad.yaml"
    bad.write_text("name: bad\nstages: []\n", encoding="utf-8")
    found = _run(["--policy", str(bad), *_files(tmp_path, one=text)])
    assert found.exit_code != 0
    assert f"{bad}:" in str(found.exception)


@pytest.mark.skipif(not data_file().exists(), reason="the public IBM sample is not here")
def test_the_ibm_sample_is_read_either_way_and_takes_seconds(tmp_path: Path):
    mapped = Shape(dict(pair.split("=") for pair in IBM.split(",")), "%m/%d/%Y", "USD")
    told = read_history([data_file()], mapped)
    began = time.process_time()
    outcome = run(told)
    took_s = time.process_time() - began
    imported = read_history(convert(data_file(), tmp_path, date.max)[1:], Shape())
    assert lines(run(imported)) == lines(outcome)
    assert (len(told.invoices), len(told.by_customer)) == (2_466, 100)
    assert outcome.messages > 1_000
    assert took_s < 30
