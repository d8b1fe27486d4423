"""After a first import: what would start at once, and what to do before it does."""

import json

import pytest

from infra.cli import importing
from infra.cli.first_day import counted
from infra.cli.http import Answer

PLACE = "/entities/demo"
RUN = {"file": "invoices.csv", "kind": "invoices", "state": "done", "finished": True}
RUN |= dict.fromkeys(("rows_total", "rows_done", "new"), 3)
RUN |= {"updated": 0, "unchanged": 0, "refused": 0, "problems": [], "problems_total": 0}


def message(stage, channel, *documents):
    items = [{"document_id": name, "asked": True} for name in documents]
    listed = {"document_id": "only-listed", "asked": False}
    return {"stage": stage, "channel": channel, "items": [*items, listed]}


FINAL = message("final_notice", "letter", "d1", "d2/1", "d2/2")
MESSAGES = [FINAL, message("final_notice", "letter", "d3"), message("reminder", "email", "d4")]


@pytest.fixture
def importing_invoices(hub, duecourse, monkeypatch, tmp_path):
    """Return what imports a file of invoices into the hub, and what the command says of it."""
    path = tmp_path / "invoices.csv"
    path.write_text("external_id,customer_external_id\nI-1,C-1\n")
    started = {"import_id": "i", "upload_url": "http://s3.example/x", "upload_headers": {}}
    hub.answers["POST", f"{PLACE}/imports"] = (201, started)
    hub.answers["GET", f"{PLACE}/imports/i"] = (200, RUN)
    hub.answers["GET", PLACE] = (200, {"hold_all": True})
    page = {"messages": MESSAGES, "looked_at": 3, "next": None}
    hub.answers["GET", f"{PLACE}/dry-run"] = (200, page)
    monkeypatch.setattr(importing, "request", lambda *_: Answer(200, {}, (), b""))
    return lambda *more: duecourse("import", str(path), "-e", "demo", *more)


def test_documents_and_customers_are_counted_by_stage_each_document_once():
    documents, customers = counted(MESSAGES)
    assert documents == {("final_notice", "letter"): 3, ("reminder", "email"): 1}
    assert customers == {("final_notice", "letter"): 2, ("reminder", "email"): 1}


def test_an_import_says_what_would_start_at_once_and_what_to_do_first(importing_invoices):
    code, out, err = importing_invoices()
    told = " ".join((out + err).replace("│", " ").split())
    assert code == 0
    for said in ("final notice a letter on paper 3 2", "reminder an e-mail 1 1"):
        assert said in told, told
    for said in ("stage_done", "hold put", "sweep --dry-run --entity demo", "release demo --cap"):
        assert said in told, told


def test_who_is_released_or_reads_by_a_program_is_told_nothing_more(hub, importing_invoices):
    assert json.loads(importing_invoices("--json")[1]) == [RUN]
    assert f"{PLACE}/dry-run" not in [path for _, path, _ in hub.asked]
    hub.answers["GET", PLACE] = (200, {"hold_all": False})
    code, out, err = importing_invoices()
    assert (code, "stage_done" in out + err) == (0, False)
    assert f"{PLACE}/dry-run" not in [path for _, path, _ in hub.asked]


def test_a_long_dry_run_is_read_in_part_and_said_to_be(hub, importing_invoices):
    more = {"messages": [FINAL], "looked_at": 100, "next": "again"}
    hub.answers["GET", f"{PLACE}/dry-run"] = (200, more)
    hub.answers["GET", f"{PLACE}/dry-run?cursor=again"] = (200, more)
    code, out, err = importing_invoices()
    assert (code, "Of the first 2,000 customers" in out + err) == (0, True), out + err
    assert len([path for _, path, _ in hub.asked if "dry-run" in path]) == 20
