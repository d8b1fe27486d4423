"""Whom a mail goes to: roles, copies, nobody twice."""

import pytest

from shared.domain.customer import Contact
from shared.domain.notice import Channel
from shared.domain.recipients import RECIPIENTS_MAX, Recipients, recipients
from shared.domain.stage import Stage
from tests.support.samples import customer

AP = Contact("payables", "Ada", "ada@nordlicht.example")
BOSS = Contact("management", "Bo", "BO@nordlicht.example")
WHOSE = customer(contacts=(AP, BOSS), cc=("archive@nordlicht.example",))


def stage(**changes: object) -> Stage:
    values = {"id": "reminder", "offset_days": 7, "channel": Channel.EMAIL, "template": "reminder"}
    return Stage(**(values | changes))


def test_a_mail_goes_to_the_customers_own_address_with_its_copies():
    expected = Recipients(("ap@nordlicht.example",), ("archive@nordlicht.example",))
    assert recipients(WHOSE) == recipients(WHOSE, stage()) == expected


def test_a_stage_names_roles_to_write_to_and_to_copy():
    found = recipients(WHOSE, stage(to=("payables",), cc=("management",)))
    assert found.to == ("ada@nordlicht.example",)
    assert found.cc == ("archive@nordlicht.example", "BO@nordlicht.example")


def test_the_own_address_stands_beside_roles_where_the_stage_says_so():
    found = recipients(WHOSE, stage(to=("account", "payables")))
    assert found.to == ("ap@nordlicht.example", "ada@nordlicht.example")


def test_a_role_that_nobody_has_falls_back_to_the_own_address():
    assert recipients(WHOSE, stage(to=("legal",))).to == ("ap@nordlicht.example",)


def test_nobody_is_written_to_twice_however_the_address_is_spelt():
    twice = customer(
        cc=("AP@nordlicht.example", "bo@nordlicht.example"),
        contacts=(BOSS,),
        email="ap@nordlicht.example",
    )
    found = recipients(twice, stage(cc=("management",)))
    assert found == Recipients(("ap@nordlicht.example",), ("bo@nordlicht.example",))


def test_what_is_left_without_some_addresses():
    found = Recipients(("A@x.example", "b@x.example"), ("c@x.example",))
    assert found.without({"a@x.example", "c@x.example"}) == Recipients(("b@x.example",))


@pytest.mark.parametrize("copies", [30, 100])
def test_a_mail_never_goes_to_more_people_than_the_mail_service_takes(copies):
    crowd = customer(cc=tuple(f"c{i}@x.example" for i in range(copies)))
    assert len(recipients(crowd).all) == RECIPIENTS_MAX
