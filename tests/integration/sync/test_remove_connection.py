"""A connection that imported nothing goes away with all that was kept for it; no other does."""

from datetime import timedelta

import boto3
import pytest

from shared import runtime
from shared.domain.connection import ConnectionState
from shared.domain.erp import RecordKind
from shared.errors import ConnectionInUse, NotFound, WriteConflict
from shared.runtime.connectors import PRODUCTS, Product
from shared.usecases import connect_erp
from shared.usecases.remove_connection import Ports, remove_connection
from tests.connectors.reference import ReferenceConnector
from tests.integration.drops import stored
from tests.integration.syncing import ERP, carry, sync, tell

NAME = "second"
OF_CONNECTIONS = {"CONNECTION", "LEDGER", "PULL_STATE", "ERP_HINT", "PARKED"}


@pytest.fixture
def second(erp, monkeypatch):
    """A further connection, tested and never begun, to an ERP that gives nothing."""
    made = Product(lambda connection, secret: erp.connector, ("url",))
    monkeypatch.setitem(PRODUCTS, "reference", made)
    secret = {"key": "k"}
    connect_erp.connect(runtime.connecting(), "demo", NAME, "reference", {}, secret, runtime.now())
    carry()
    return erp


def remove(name: str = NAME, ports: Ports | None = None) -> bool:
    return remove_connection(ports or runtime.removing(), "demo", name, runtime.now())


def begin() -> None:
    connect_erp.begin(runtime.connecting(), "demo", NAME, runtime.now())


def kept() -> list[str]:
    """Return what is kept of the connection, by type, and its secret."""
    items = [
        item["type"]
        for kind in sorted(OF_CONNECTIONS)
        for item in stored(kind)
        if NAME in (item.get("name"), item.get("connection"), item["sk"].partition("#")[0])
        or item.get("facts", {}).get("connection") == NAME
    ]
    found = boto3.client("secretsmanager").list_secrets(IncludePlannedDeletion=True)["SecretList"]
    return items + [s["Name"] for s in found if s["Name"].endswith(f"/{NAME}")]


def test_a_connection_whose_test_failed_goes_away_with_its_secret(second, monkeypatch):
    monkeypatch.setattr(runtime, "connector", lambda *_: second.stranger())
    tell(kind="check", entity="demo", connection=NAME)
    assert runtime.connections().get("demo", NAME).found.code == "erp_access"
    assert kept() == ["CONNECTION", f"hub/erp/demo/{NAME}"]
    assert remove()
    assert kept() == []
    assert not remove(), "a second time there is nothing to remove, and that is no matter"
    assert [c.name for c in runtime.connections().list("demo")] == [ERP]


def test_one_that_was_begun_and_gave_nothing_goes_with_its_states_marks_and_books(second):
    begin()
    carry()
    runtime.erp_hints().first_since("demo", NAME, runtime.wall(), timedelta(minutes=1))
    assert {"CONNECTION", "LEDGER", "PULL_STATE", "ERP_HINT"} <= set(kept())
    assert remove()
    assert kept() == []
    assert runtime.connections().ledger("demo") is None
    tell(kind="pull", entity="demo", connection=NAME)
    tell(kind="check", entity="demo", connection=NAME)


def test_its_parked_records_go_with_it_and_those_of_others_stay(second):
    second.invoice("nobody", 100, runtime.wall().date(), runtime.wall().date())
    sync()
    begin()
    carry()
    assert "PARKED" in kept()
    assert remove()
    assert kept() == []
    assert [item["facts"]["connection"] for item in stored("PARKED")] == [ERP]


@pytest.mark.rule("R43")
def test_one_that_imported_is_refused_and_stays_whole(second):
    second.customer("Nordlicht GmbH", "ap@nordlicht.example")
    begin()
    carry()
    before = kept()
    with pytest.raises(ConnectionInUse) as refused:
        remove()
    assert "sync pause" in refused.value.help
    assert kept() == before


@pytest.mark.rule("R43")
def test_one_whose_erp_was_told_something_is_refused(second):
    """What was booked there names the hub, though nothing came from there."""
    begin()
    carry()
    ledger = runtime.ledger_of("demo")
    ledger.begin()
    ledger.begin()
    with pytest.raises(ConnectionInUse) as refused:
        remove()
    assert "was told" in refused.value.help
    assert runtime.connections().get("demo", NAME).told


@pytest.mark.rule("R43")
def test_one_that_is_removed_while_its_erp_is_to_be_told_is_told_nothing(second):
    begin()
    carry()
    ledger = runtime.ledger_of("demo")
    assert remove()
    with pytest.raises(WriteConflict):
        ledger.begin()
    assert runtime.ledger_of("demo") is None


@pytest.mark.rule("R43")
@pytest.mark.parametrize("when", ["reads", "reads again", "writes"])
def test_a_pull_that_runs_while_it_is_removed_writes_nothing_or_keeps_it(second, monkeypatch, when):
    """Whichever comes first: no fact is written by a connection that is gone."""
    begin()
    if when == "reads again":
        carry()
        begin()
    second.customer("Nordlicht GmbH", "ap@nordlicht.example")
    pull, outcomes = ReferenceConnector.pull, []

    def removing(self, kind, *rest):
        page = pull(self, kind, *rest)
        wanted = RecordKind.INVOICES if when == "writes" else RecordKind.CUSTOMERS
        if kind is wanted and not outcomes:
            try:
                outcomes.append(remove())
            except ConnectionInUse:
                outcomes.append("in use")
        return page

    monkeypatch.setattr(ReferenceConnector, "pull", removing)
    carry()
    if when == "writes":
        assert (outcomes, len(stored("CUSTOMER"))) == (["in use"], 1)
    else:
        assert (outcomes, stored("CUSTOMER"), kept()) == ([True], [], [])


@pytest.mark.parametrize("cut_at", ["hints", "parked", "secret"])
def test_a_removal_that_was_cut_off_is_ended_by_the_next(second, cut_at):
    begin()
    carry()
    runtime.erp_hints().first_since("demo", NAME, runtime.wall(), timedelta(minutes=1))

    class Dead:
        def __getattr__(self, name):
            raise OSError

        def __call__(self, *_):
            raise OSError

    whole = runtime.removing()
    parts = {name: getattr(whole, name) for name in Ports.__dataclass_fields__}
    with pytest.raises(OSError):
        remove(ports=Ports(**parts | {cut_at: Dead()}))
    assert f"hub/erp/demo/{NAME}" in kept()
    assert not remove()
    assert kept() == []


def test_the_name_is_free_again_and_everything_begins_anew(second):
    begin()
    carry()
    remove()
    whose = second.customer("Nordlicht GmbH", "ap@nordlicht.example")
    connect_erp.connect(
        runtime.connecting(), "demo", NAME, "reference", {}, {"key": "new"}, runtime.now()
    )
    carry()
    begin()
    carry()
    assert [c["external_id"] for c in stored("CUSTOMER")] == [whose]
    assert runtime.erp_secret("demo", NAME).value() == {"key": "new"}
    assert runtime.connections().get("demo", NAME).state is ConnectionState.CONNECTED


@pytest.mark.parametrize("name", ["#LEDGER", "#BANK", "a#CURSOR#customers", ""])
def test_a_name_that_is_another_key_removes_nothing(second, name):
    begin()
    before = kept()
    with pytest.raises(NotFound):
        remove(name)
    assert kept() == before
