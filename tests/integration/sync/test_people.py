"""A CRM tells who the people are; what the ERP owns stays as the ERP says."""

from datetime import UTC, datetime

import pytest

from shared import runtime
from shared.domain.connection import Connection, ConnectionState
from shared.domain.customer import Contact
from shared.domain.erp import Capabilities, Page, RecordKind
from shared.domain.imports import PeopleRow
from tests.integration.drops import counted_writes, stored
from tests.integration.syncing import carry, sync, tell

ZOE = Contact("accounts payable", "Zoë Ko", "zoe@brightwater.example")
ADA = Contact("owner", "Ada Ray", "ada@seller.example")


class Crm:
    """Gives the same people at every pull."""

    def __init__(self) -> None:
        self.rows: tuple[PeopleRow, ...] = ()

    @property
    def capabilities(self):
        return Capabilities(kinds=frozenset({RecordKind.CUSTOMERS}))

    def pull(self, kind, cursor, limit, now):
        return Page(self.rows, "seen", False, datetime(2026, 9, 10, tzinfo=UTC))

    def read(self, kind, external_id):
        return tuple(row for row in self.rows if row.external_id == external_id)


@pytest.fixture
def crm(erp, monkeypatch):
    made = Crm()
    books = runtime.connector
    monkeypatch.setattr(
        runtime, "connector", lambda of, name: made if name == "crm" else books(of, name)
    )
    connection = Connection("crm", "hubspot", {}, "", ConnectionState.CONNECTED)
    runtime.connections().create("demo", connection)
    return made


def pull_crm():
    tell(kind="pull", entity="demo", connection="crm")
    carry()


def test_people_and_segment_come_from_the_crm_and_the_rest_from_the_erp(erp, crm):
    whose = erp.customer("Brightwater Ltd", "ap@brightwater.example")
    sync()
    crm.rows = (PeopleRow(0, whose, "Other name", "other@x.example", "gold", (ZOE, ADA)),)
    pull_crm()
    (customer,) = stored("CUSTOMER")
    assert (customer["name"], customer["email"]) == ("Brightwater Ltd", "ap@brightwater.example")
    assert customer["segment"] == "gold"
    kept = runtime.accounts().account("demo", customer["customer_id"]).customer
    assert kept.people == (ZOE, ADA)
    erp.rename(whose, "Brightwater Group")
    sync()
    kept = runtime.accounts().account("demo", customer["customer_id"]).customer
    assert (kept.name, kept.people, kept.segment) == ("Brightwater Group", (ZOE, ADA), "gold")


@pytest.mark.rule("R43")
def test_neither_the_erp_nor_the_crm_loses_whom_the_other_names(erp, crm):
    pia = Contact("payables", "Pia", "pia@brightwater.example")
    whose = erp.customer("Brightwater Ltd", "ap@brightwater.example")
    erp.change(whose, contacts=(pia,))
    sync()
    crm.rows = (PeopleRow(0, whose, "", "", None, (ZOE, ADA)),)
    pull_crm()
    assert people() == (pia, ZOE, ADA)
    ben = Contact("payables", "Ben", "ben@brightwater.example")
    erp.change(whose, contacts=(ben,))
    sync()
    assert people() == (ben, ZOE, ADA)
    crm.rows = (PeopleRow(0, whose, "", "", None, (ADA,)),)
    pull_crm()
    assert people() == (ben, ADA)
    crm.rows = (PeopleRow(0, whose, "", ""),)
    pull_crm()
    erp.change(whose, contacts=())
    sync()
    assert people() == ()


def test_of_one_address_and_role_the_crm_s_words_count_and_other_roles_stay(erp, crm):
    named = Contact("payables", "Z. Ko", "ZOE@brightwater.example")
    boss = Contact("management", "Z. Ko", "zoe@brightwater.example")
    whose = erp.customer("Brightwater Ltd", "ap@brightwater.example")
    erp.change(whose, contacts=(named, boss))
    sync()
    zoe = Contact("payables", "Zoë Ko", "zoe@brightwater.example")
    crm.rows = (PeopleRow(0, whose, "", "", None, (zoe,)),)
    pull_crm()
    assert people() == (zoe, boss)


def test_the_same_people_again_write_nothing_of_the_customer(erp, crm):
    whose = erp.customer("Brightwater Ltd", "ap@brightwater.example")
    sync()
    crm.rows = (PeopleRow(0, whose, "Brightwater", "", "gold", (ZOE,)),)
    pull_crm()
    with counted_writes() as written:
        pull_crm()
    assert written and all("#CURSOR#" in key for key in written)


def test_a_crm_makes_nobody_a_customer(erp, crm):
    crm.rows = (PeopleRow(0, "4711", "A prospect", "hello@prospect.example"),)
    pull_crm()
    assert stored("CUSTOMER") == []
    (waiting,) = stored("PARKED")
    assert waiting["reason"] == "unknown_customer"
    erp.records["4711"] = erp.records.pop(erp.customer("A prospect", "hello@prospect.example"))
    erp.records["4711"].external_id = "4711"
    sync()
    tell(kind="again", entity="demo", parked_id=waiting["parked_id"])
    assert stored("PARKED") == []


def people():
    """Return whom the one customer's mails may go to."""
    (customer,) = stored("CUSTOMER")
    return runtime.accounts().account("demo", customer["customer_id"]).customer.people
