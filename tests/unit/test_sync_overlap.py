"""Two syncs of one connection at once, and syncs that end anywhere: the hub says what the ERP says.

Each is tried at every call that a sync makes to its table.
"""

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.domain.erp import RecordKind
from shared.usecases import manifest, pull_kind
from shared.usecases.sync_erp import Errand, sync_erp
from tests.connectors.reference import ReferenceConnector, ReferenceErp
from tests.support.erp_world import DUE, ISSUED, NOW, ErpWorld, Killed, NoQueue, bill

CALLS_AT_LEAST = 40


@pytest.fixture(params=[2, 100])
def world(request, monkeypatch):
    """A hub that has all of an ERP of which something changed since, in pages of two.

    Once with a manifest whose newest bucket is soon full, and once with one that never is.
    """
    monkeypatch.setattr(manifest, "NEWEST_MAX", request.param)
    monkeypatch.setattr(pull_kind, "PAGE_RECORDS", 2)
    monkeypatch.setattr(pull_kind, "_TOGETHER", 2)
    monkeypatch.setattr(manifest, "PER_BUCKET", 3)
    monkeypatch.setattr(pull_kind, "_PAGES_UNSAVED_MAX", 2)
    erp = ReferenceErp()
    made = ErpWorld(monkeypatch, erp)
    for name in ("Nord", "Ost"):
        whose = erp.customer(name, "")
        for minor in (11_900, 5_000, 700):
            erp.invoice(whose, minor, ISSUED, DUE)
    assert made.sync() == "done" and made.differences() == []
    made.later()
    change(made, 1)
    erp.invoice("1", 4_200, ISSUED, DUE)
    return made


def change(world: ErpWorld, times: int) -> None:
    """Let the ERP say something else of a customer and of three invoices, of one only its day."""
    world.erp.rename("1", f"Nord {times}")
    bill(world.erp, "2", 11_900 + times)
    bill(world.erp, "7", 5_000 + times)
    world.erp.change("3", parts=[(DUE + timedelta(days=times), 5_000)])


def change_back(world: ErpWorld) -> None:
    """Let the ERP say again what it said at first."""
    world.later()
    world.erp.rename("1", "Nord")
    bill(world.erp, "2", 11_900)
    bill(world.erp, "7", 5_000)
    bill(world.erp, "3", 5_000)


def due_on(world: ErpWorld, invoice: str) -> date:
    """Return the day on which an invoice is due here."""
    (head,) = (i for i in world.items("HEAD") if i["external_id"] == invoice)
    return date.fromisoformat(head["due_on"])


def agrees_from_now_on(world: ErpWorld) -> bool:
    """Return whether the hub follows the ERP, also to where it was before."""
    change_back(world)
    done = world.sync() == "done" and world.differences() == [] and due_on(world, "3") == DUE
    return done and not any(item["applying"] for item in world.items("PULL_STATE"))


def everywhere(world: ErpWorld, act):
    """Yield twins of world in which act happened before each call of a sync, and its outcome."""
    at = 0
    while True:
        at += 1
        twin = world.twin()
        outcome, came = twin.interrupted(at, lambda twin=twin: act(twin))
        if not came:
            assert at > CALLS_AT_LEAST, "too few calls to mean something"
            return
        yield twin, outcome


@pytest.mark.rule("R43")
@pytest.mark.law("17")
def test_a_sync_within_another_leaves_what_the_erp_said_last(world):
    outcomes: list[str] = []

    def another(twin: ErpWorld) -> None:
        twin.later()
        change(twin, 2)
        outcomes.append(twin.sync())

    refused = 0
    for twin, outcome in everywhere(world, another):
        outcomes.append(outcome)
        assert twin.differences() == twin.torn() == []
        assert due_on(twin, "3") == DUE + timedelta(days=2)
        refused += twin.client.refused
        assert agrees_from_now_on(twin)
    assert set(outcomes) == {"done", "overtaken"}
    assert outcomes.count("overtaken") > 10 and refused > 10


@pytest.mark.rule("R43")
@pytest.mark.law("6")
def test_a_sync_that_ends_anywhere_is_made_good_by_the_next(world):
    def end(_: ErpWorld) -> None:
        raise Killed

    killed = 0
    for twin, outcome in everywhere(world, end):
        killed += outcome == "killed"
        assert twin.torn() == []
        before = twin.twin()
        twin.take_over()
        assert twin.sync() == "done" and twin.differences() == []
        assert agrees_from_now_on(twin)
        # and so where the ERP says again what it said before
        before.take_over()
        assert agrees_from_now_on(before)
    assert killed > CALLS_AT_LEAST


@pytest.mark.rule("R43")
@pytest.mark.law("17")
def test_what_the_erp_voids_while_its_older_word_is_written_is_void(world):
    """Changed invoices and an unchanged one, voided by a run within another."""
    outcomes: list[str] = []

    def void(twin: ErpWorld) -> None:
        twin.later()
        for invoice in ("2", "3", "7"):
            twin.erp.void(invoice)
        outcomes.append(twin.sync())

    for twin, outcome in everywhere(world, void):
        outcomes.append(outcome)
        heads = {i["external_id"]: i for i in twin.items("HEAD")}
        voided = {e: (i["open"], bool(i.get("voided"))) for e, i in heads.items()}
        assert {voided[e] for e in ("2", "3", "7")} == {(0, True)}, voided
        assert (voided["4"], twin.torn()) == ((700, False), [])
    assert set(outcomes) == {"done", "overtaken"}


@pytest.mark.rule("R43")
@pytest.mark.law("17")
def test_what_the_erp_made_and_voided_within_a_sync_is_void_with_the_next(world):
    """An invoice that no run within knew, and that the run around it made all the same."""
    made = max(world.erp.records, key=int)
    late = 0

    def void(twin: ErpWorld) -> None:
        twin.erp.void(made)
        twin.sync()

    for twin, _ in everywhere(world, void):
        late += any(i["open"] for i in twin.items("HEAD") if i["external_id"] == made)
        assert twin.sync() == "done" and twin.torn() == []
        assert not any(i["open"] for i in twin.items("HEAD") if i["external_id"] == made)
    assert late, "no run was late"


def meet_at_the_erp(monkeypatch, threads: int) -> None:
    """Let threads that sync wait for each other where each asks the ERP for the first time."""
    together, met = threading.Barrier(threads), threading.local()
    pull = ReferenceConnector.pull

    def wait_and_pull(connector, *args, **more):
        if not hasattr(met, "once"):
            met.once = together.wait(timeout=60)
        return pull(connector, *args, **more)

    monkeypatch.setattr(ReferenceConnector, "pull", wait_and_pull)


@pytest.mark.law("17")
def test_threads_that_sync_at_once_leave_what_the_erp_says(world):
    refused = 0
    for times in range(12):
        twin = world.twin()
        change(twin, times + 2)
        outcomes: list[str] = []

        def sync(twin: ErpWorld = twin, outcomes=outcomes) -> None:
            outcomes.append(twin.sync())

        threads = [threading.Thread(target=sync) for _ in range(2)]
        with pytest.MonkeyPatch.context() as patch:
            meet_at_the_erp(patch, len(threads))
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert sorted(outcomes) == ["done", "overtaken"]
        assert twin.differences() == []
        refused += twin.client.refused
        assert agrees_from_now_on(twin)
    assert refused >= 12, "not each pair was at once"


def test_a_sync_goes_on_where_its_time_ended(world):
    """One page for each invocation: the message to ourselves names where to go on."""
    errand, calls = Errand("demo", "books"), 0
    outcome = "continues"
    queue = NoQueue()
    ports = replace(world.ports, queue=queue)
    while outcome == "continues":
        pages = iter((True, False))
        outcome = sync_erp(ports, errand, NOW, lambda pages=pages: next(pages, False))
        calls += 1
        if queue.sent:
            errand = replace(errand, at=RecordKind(queue.sent.pop()["at"]))
    assert outcome == "done" and calls > 4
    assert world.differences() == []
    assert agrees_from_now_on(world)
