"""A connection is made and tested before anything is imported; what lets us in is never told."""

import json

import boto3
import pytest

from shared import runtime
from shared.domain.connection import Connection, ConnectionState
from shared.errors import (
    Conflict,
    ConnectionNotBegun,
    ConnectionPaused,
    ConnectionUntested,
    InvalidInput,
)
from shared.runtime.connectors import PRODUCTS, Product, connector_of
from shared.usecases import connect_erp
from tests.integration.drops import stored
from tests.integration.syncing import carry

KEY = "k-7f3a9d"


@pytest.fixture
def known(erp, monkeypatch):
    """An ERP that the hub speaks to by the product name reference."""
    made = Product(lambda connection, secret: erp.connector, ("url", "database"))
    monkeypatch.setitem(PRODUCTS, "reference", made)
    return erp


def connect(name: str = "second", **secret: str) -> None:
    ports = runtime.connecting()
    settings = {"url": "https://erp.example", "database": "books"}
    connect_erp.connect(
        ports, "demo", name, "reference", settings, secret or {"key": KEY}, runtime.now()
    )


def again(product: str, settings: dict[str, str], secret: dict[str, str], name="second") -> None:
    now = runtime.now()
    connect_erp.connect(runtime.connecting(), "demo", name, product, settings, secret, now)


def begin(name: str) -> None:
    connect_erp.begin(runtime.connecting(), "demo", name, runtime.now())


def test_a_connection_is_tested_and_imports_nothing_before_it_is_begun(known):
    whose = known.customer("Nordlicht GmbH", "ap@nordlicht.example")
    connect()
    carry()
    found = runtime.connections().get("demo", "second").found
    assert (found.code, found.company, found.customers, found.entries) == (
        "", "Reference Ltd", 1, True,
    )  # fmt: skip
    assert stored("CUSTOMER") == []
    begin("second")
    carry()
    assert [c["external_id"] for c in stored("CUSTOMER")] == [whose]


def test_the_secret_is_in_the_secret_store_and_nowhere_else(known):
    connect()
    carry()
    client = boto3.client("secretsmanager")
    kept = client.get_secret_value(SecretId="hub/erp/demo/second")
    assert json.loads(kept["SecretString"]) == {"key": KEY}
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName="hub")
    assert KEY not in json.dumps([page["Items"] for page in pages], default=str)
    assert runtime.erp_secret("demo", "second").value() == {"key": KEY}


def test_a_new_secret_is_taken_under_the_old_name_and_no_secret_leaves_the_one_there_is(known):
    connect()
    connect(key="newer")
    again("reference", {"url": "https://other.example"}, {})
    assert runtime.erp_secret("demo", "second").value() == {"key": "newer"}
    assert runtime.connections().get("demo", "second").settings == {"url": "https://other.example"}


def test_a_connection_that_is_not_let_in_says_so_and_cannot_begin(known, monkeypatch):
    monkeypatch.setattr(runtime, "connector", lambda *_: known.stranger())
    connect()
    carry()
    assert runtime.connections().get("demo", "second").found.code == "erp_access"
    with pytest.raises(ConnectionUntested):
        begin("second")


def test_a_secret_without_its_key_and_a_setting_that_is_none_are_named(known, monkeypatch):
    def made(entity_id: str, name: str) -> object:
        connection = runtime.connections().get(entity_id, name)
        return connector_of(connection, runtime.erp_secret(entity_id, name))

    monkeypatch.setattr(runtime, "connector", made)
    wrong = ("1", {}, "key: the secret lacks it"), ("abc", {"key": "k"}, "company")
    for company, secret, said in wrong:
        settings = {"url": "https://erp.example", "database": "books", "company": company}
        again("tryton", settings, secret, name="live")
        carry()
        found = runtime.connections().get("demo", "live").found
        assert found.code == "invalid_input" and said in found.says, found


def test_one_connection_alone_takes_what_the_hub_books(known):
    for name in ("second", "third"):
        connect(name)
    carry()
    begin("second")
    begin("second")
    with pytest.raises(Conflict):
        begin("third")
    assert runtime.connections().ledger("demo").name == "second"
    assert runtime.connections().get("demo", "third").state is ConnectionState.NEW


def test_a_connection_that_was_begun_stays_with_the_books_it_has(known):
    """Its cursors and ids are of those books: invoice 7 of another company is another invoice."""
    connect()
    carry()
    begin("second")
    moved = {"url": "https://new.example", "database": "books"}
    again("reference", moved, {})
    with pytest.raises(Conflict):
        other = moved | {"database": "others"}
        again("reference", other, {"key": "other"})
    assert runtime.erp_secret("demo", "second").value() == {"key": KEY}
    assert runtime.connections().get("demo", "second").settings == moved


@pytest.mark.parametrize("setting", ["bank_journal", "general_journal", "company"])
def test_a_setting_that_is_to_be_a_number_is_said_to_be_none(demo, setting):
    settings = {"url": "https://odoo.example", "database": "b", "user": "u"}
    settings |= {"bank_journal": "1", "general_journal": "2", setting: "first"}
    connection = Connection("odoo", "odoo", settings, "")
    runtime.erp_secret("demo", "odoo").store({"key": KEY})
    with pytest.raises(InvalidInput) as refused:
        connector_of(connection, runtime.erp_secret("demo", "odoo"))
    assert refused.value.facts["field"] == setting


@pytest.mark.parametrize("name", ["", "Books", "a#b", "x" * 33])
def test_a_name_that_could_be_another_key_is_refused(known, name):
    with pytest.raises(InvalidInput):
        connect(name)


def test_a_setting_that_the_product_does_not_know_is_refused_and_nothing_is_kept(known):
    settings = {"url": "https://erp.example", "database": "books", "databse": "typo"}
    with pytest.raises(InvalidInput) as refused:
        again("reference", settings, {"key": KEY})
    assert refused.value.facts == {"field": "databse", "reason": "reference has database, url"}
    assert [c.name for c in runtime.connections().list("demo")] == ["books"]


def test_what_was_never_begun_is_neither_pulled_nor_paused_and_what_is_paused_is_not_pulled(known):
    ports = runtime.connecting()
    connect()
    carry()
    with pytest.raises(ConnectionNotBegun):
        connect_erp.ask_for_sync(ports, "demo", "second")
    with pytest.raises(ConnectionNotBegun):
        connect_erp.pause(ports, "demo", "second", runtime.now())
    begin("second")
    since = runtime.connections().get("demo", "second").since
    begin("second")
    assert since is not None
    assert runtime.connections().get("demo", "second").since == since
    assert connect_erp.pause(ports, "demo", "second", runtime.now()).since > since
    with pytest.raises(ConnectionPaused):
        connect_erp.ask_for_sync(ports, "demo", "second")
    begin("second")
    assert carry() == 3
