"""Rules that a life shows best: what one customer was told over a year, and what never."""

import re
from datetime import date

import pytest

from tests.lives.lived import lived

_ENTRY = re.compile(r"^(\d{4}-\d\d-\d\d) \w{3} \d\d:\d\d  (.*)$")
_MAIL = re.compile(r"MAIL \d+ to \S+( \(cc [^)]*\))?: (\w+)")
NOT_SAID = "(not said"
"""How the entry of a message begins that was claimed and never left."""


def entries(name: str, kind: str = "") -> list[tuple[date, str]]:
    """Return the first lines of a life's entries that begin with kind, each with its day."""
    found = (_ENTRY.match(line) for line in lived(name).text.splitlines())
    told = [(date.fromisoformat(m[1]), m[2]) for m in found if m]
    assert told
    return [entry for entry in told if entry[1].startswith(kind)]


def said(name: str) -> list[tuple[str, str]]:
    """Return the day and the stage of each mail of a life."""
    mails = [(day, _MAIL.match(line)) for day, line in entries(name, "MAIL")]
    assert mails
    return [(day.isoformat(), match[2]) for day, match in mails if match]


def asked(name: str) -> list[str]:
    """Return the total that each reminder of a life asks for."""
    return re.findall(r"(?m)^    \| Total: (\S+)$", lived(name).text)


@pytest.mark.rule("R17")
@pytest.mark.rule("R15")
def test_each_mail_asks_for_what_is_left_of_a_part_paid_invoice() -> None:
    assert asked("partial-payments")[:4] == ["€900.00", "€700.00", "€700.00", "€449.50"]


@pytest.mark.rule("R18")
def test_each_instalment_is_late_by_its_own_day() -> None:
    text = lived("instalments").text
    assert ("2026-03-13", "reminder") in said("instalments")
    assert "Reminder: invoice INV-1 (2/3) from Seller GmbH, €300.00" in text
    assert "Reminder: invoice INV-1 (1/3)" not in text
    assert "€900.00, was due" not in text


@pytest.mark.rule("R19")
def test_a_customer_with_one_invoice_settled_is_asked_for_the_other() -> None:
    text = lived("two-currencies").text
    assert "Reminder: 2 invoices from Seller GmbH, €500.00 and US$750.00" in text
    assert ("2026-02-18", "late_fee") in said("two-currencies")
    assert "Late fee on invoice INV-2 from Seller GmbH" in text


@pytest.mark.rule("R31")
def test_a_holiday_moves_the_mail_and_not_the_due_date() -> None:
    days = dict((stage, day) for day, stage in said("holidays-in-germany"))
    assert days["due_today"] == "2026-04-07"
    assert days["reminder"] == "2026-04-10"
    assert "fällig seit 3. April 2026" in lived("holidays-in-germany").text
    assert dict((s, d) for d, s in said("weekend-due-date"))["reminder"] == "2026-02-16"


@pytest.mark.rule("R33")
@pytest.mark.parametrize(
    ("name", "last_mail_before", "next_mail"),
    [
        ("promise-kept", "2026-02-11", ""),
        ("promise-kept-late", "2026-02-11", ""),
        ("hold-expires", "2026-02-04", "2026-03-06"),
        ("credit-covers-debt", "2026-01-05", ""),
        ("debit-under-way", "2026-02-04", "2026-02-16"),
    ],
)
def test_nobody_is_reminded_of_what_something_speaks_for(
    name: str, last_mail_before: str, next_mail: str
) -> None:
    days = [day for day, stage in said(name) if stage not in ("receipt", "invoice")]
    later = [day for day in days if day > last_mail_before]
    assert later[:1] == ([next_mail] if next_mail else [])


@pytest.mark.rule("R36")
def test_a_bounce_ends_the_mails_and_no_fee_is_charged_that_nobody_could_read_of() -> None:
    name = "bounced-and-never-mended"
    assert len(said(name)) == 1
    assert not entries(name, "CHARGE")
    kinds = [re.findall(r"\((\w+)\)", line)[0] for _, line in entries(name, "TASK")]
    assert kinds == ["bounce", "call", "approve"]
    assert not entries(name, NOT_SAID), "no number is used up by a mail that nobody can get"
    assert [stage for day, stage in said("opt-out") if day > "2026-02-11"] == []


@pytest.mark.rule("R36")
def test_no_fee_follows_a_reminder_that_was_the_last_mail() -> None:
    name = "complaint-about-the-reminder"
    assert said(name)[-1] == ("2026-02-11", "reminder")
    assert said("nobody-answers")[len(said(name))] == ("2026-02-18", "late_fee")
    assert not entries(name, "CHARGE") and not entries(name, NOT_SAID)


@pytest.mark.rule("R36")
def test_who_cannot_be_told_is_a_task_on_the_first_day_and_one_only() -> None:
    asked_for = [day for day, line in entries("no-address", "TASK") if "(address)" in line]
    assert asked_for == [date(2026, 1, 5)]


@pytest.mark.rule("R31")
@pytest.mark.parametrize("name", ["far-east", "far-west", "clock-change"])
def test_nobody_is_written_to_at_night(name: str) -> None:
    hours = re.findall(r"(?m)^\S+ \w{3} (\d\d):\d\d  MAIL", lived(name).text)
    assert hours and all(7 <= int(hour) < 20 for hour in hours)


@pytest.mark.rule("R37")
def test_the_ladder_ends_with_a_person_and_nothing_is_said_after_it() -> None:
    *_, (day, last) = entries("nobody-answers")
    assert last.startswith("TASK") and "hand over" in last
    assert day == date(2026, 3, 23), "45 days late on a Saturday: the Monday after it"
    assert not entries("nobody-answers", NOT_SAID), "what was said is not claimed once more"
    stages = [stage for _, stage in said("nobody-answers")]
    assert len(stages) == len(set(stages)) == 6


@pytest.mark.rule("R3")
def test_days_without_a_run_bring_one_mail() -> None:
    assert said("five-days-down")[2:] == [("2026-02-12", "reminder")]


@pytest.mark.rule("R22")
def test_the_mail_that_charges_a_fee_names_it() -> None:
    text = lived("paid-after-the-fee").text
    mail = text[text.index(": late_fee\n") :]
    assert "Charged now, INV-1-FEE: €40.00" in mail[: mail.index("See and pay online")]


@pytest.mark.rule("R18")
def test_each_part_of_a_plan_is_told_ahead_of_its_day_and_that_the_plan_is_over_once() -> None:
    for number in ("(1/3)", "(2/3)", "(3/3)"):
        assert f"Due soon: invoice INV-1 {number} from" in lived("plan-kept").text
    over = "The instalment plan for invoice INV-1 is over. All that is left of it is due now: €600."
    broken = lived("plan-broken").text
    assert broken.count(over) == 1
    assert broken.index(": final_notice\n") < broken.index(over)


@pytest.mark.parametrize("name", ["in-french", "in-german", "in-spanish"])
def test_the_last_mail_is_the_last_about_an_invoice(name: str) -> None:
    lasts = re.findall(
        r"(?m)^    \| .*(?:dernier e-mail|letzte Mail|último correo).*$", lived(name).text
    )
    assert len(lasts) == len(set(lasts)) == 2
