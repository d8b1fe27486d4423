"""What a call is about: what its tasks name, each customer once, and what is settled is no call."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.account import Account
from shared.domain.calls import call_about, ranked
from shared.domain.document import DocumentKind, Instalment
from shared.domain.money import Money
from shared.domain.settled_task import is_settled
from shared.domain.tasks import Task, in_due_order, told
from tests.support.samples import customer, eur
from tests.unit.test_decide import TODAY, invoice

WHEN = datetime(2026, 3, 1, tzinfo=UTC)


def task(name, *documents, kind="call", due_on=TODAY, items=(), customer_id="c1"):
    return Task(
        name, kind, customer_id, "Call", WHEN, due_on, documents, detail=name, items=tuple(items)
    )


def account(*documents):
    return Account(customer(), documents)


@pytest.mark.rule("R19")
def test_an_old_call_does_not_pick_up_a_newer_debt():
    old, newer = invoice("old", 40), invoice("newer", 5, 90_000)
    call = call_about([task("t1", "old")], account(old, newer), TODAY)
    assert [item.number for item in call.items] == [old.number]
    assert [(c.chaseable, c.days_late) for c in call.cases] == [(eur(10_000), 40)]
    assert call_about([task("t1", "old")], account(newer), TODAY) is None


def test_a_customer_is_called_once_about_all_that_its_tasks_name_and_why():
    of = account(invoice("a", 40), invoice("b", 20), invoice("c", 3))
    call = call_about(
        [task("t2", "b", due_on=TODAY), task("t1", "a", due_on=WHEN.date())], of, TODAY
    )
    assert [one.task_id for one in call.tasks] == ["t1", "t2"]
    assert [item.document_id for item in call.items] == ["a", "b"]
    assert [case.chaseable for case in call.cases] == [eur(20_000)]
    assert call.detail == "t1 t2"


def test_two_currencies_of_a_customer_stand_beside_each_other_and_where_they_rank_best():
    dollars = replace(invoice("usd", 10), total=_usd(50_000), open=_usd(50_000))
    both = call_about(
        [task("t1", "eur", "usd")], account(invoice("eur", 10, 1_000), dollars), TODAY
    )
    assert [case.chaseable for case in both.cases] == [eur(1_000), _usd(50_000)]
    other = customer(customer_id="c2")
    of_other = replace(account(invoice("big", 10, 70_000)), customer=other)
    single = call_about([task("t2", "big", customer_id="c2")], of_other, TODAY)
    assert [c.customer.customer_id for c in ranked([both, single])] == ["c2", "c1"]


def test_a_charge_is_spoken_of_with_its_invoice():
    fee = replace(invoice("fee", 1, 500), kind=DocumentKind.CHARGE, invoice_id="a")
    call = call_about([task("t1", "a")], account(invoice("a", 40), fee), TODAY)
    assert [item.document_id for item in call.items] == ["a", "fee"]


def test_what_was_waived_since_is_not_named_as_a_reason_to_call():
    said = replace(task("t1", "a", "fee"), detail="INV-a, INV-a-FEE reached stage call.")
    call = call_about([said], account(invoice("a", 40)), TODAY)
    assert call.detail == f"{call.items[0].number} reached stage call."


def test_an_instalment_that_fell_due_later_is_no_part_of_the_call():
    in_parts = replace(invoice("a", 30), instalments=(_part(1, 30, 4_000), _part(2, 2, 6_000)))
    first = task("t1", "a", items=["a/1"])
    call = call_about([first], account(in_parts), TODAY)
    assert [item.document_id for item in call.items] == ["a/1"]
    left = replace(in_parts, instalments=(_part(1, 30, 0), _part(2, 2, 6_000)))
    assert is_settled(first, {"a": left})
    assert not is_settled(task("t2", "a"), {"a": left})


@pytest.mark.rule("R19")
def test_what_is_settled_is_no_work_and_what_is_only_covered_is():
    assert is_settled(task("t", "a", "b"), {})
    assert not is_settled(task("t", "a", "b"), {"b": invoice("b", 3)})
    parts = (_part(1, 30, 0), _part(2, 2, 6_000))
    assert not is_settled(task("t", "a"), {"a": replace(invoice("a", 30), instalments=parts)})
    assert not is_settled(task("t", "a", kind="bounce"), {})
    assert not is_settled(task("t"), {})
    assert is_settled(task("t", "a", kind="promise_broken"), {})


def test_what_is_due_first_stands_first():
    tasks = [task(f"t{n}", due_on=TODAY + timedelta(days=day)) for n, day in enumerate((9, 1, 40))]
    assert [t.task_id for t in in_due_order(tasks)] == ["t1", "t0", "t2"]
    assert in_due_order(reversed(tasks)) == in_due_order(tasks)


def test_a_title_names_three_and_says_how_many_more():
    assert told(["A", "B", "C"]) == "A, B, C"
    assert told("ABCDE") == "A, B, C and 2 more"


def _part(number, days_late, minor):
    return Instalment(number, TODAY - timedelta(days=days_late), eur(10_000), eur(minor))


def _usd(minor):
    return Money(minor=minor, currency="USD")
