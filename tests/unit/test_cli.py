"""The command: data to stdout, talk to stderr, stable exit codes, no questions to nobody."""

import json
import sys

import pytest

from infra.cli import importing
from infra.cli.api import Api
from infra.cli.errors import CliError, Exit
from infra.cli.http import Answer
from infra.cli.output import as_typed

DRY_RUN = {"on": "2026-03-02", "messages": [], "looked_at": 0, "candidates": 0, "next": None}


def test_json_is_all_there_is_on_stdout(hub, duecourse):
    clock = {"business": "2026-03-02T12:00:00Z", "wall": "2026-11-22T00:00:00Z", "movable": True}
    hub.answers["GET", "/clock"] = (200, clock)
    code, out, _ = duecourse("clock", "show", "--json")
    assert (code, json.loads(out)) == (0, clock)


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, Exit.NOT_ALLOWED), (403, Exit.NOT_ALLOWED), (409, Exit.REFUSED), (500, Exit.REFUSED)],
)
def test_a_refusal_is_one_line_on_stderr_and_a_stable_code(hub, duecourse, status, code):
    hub.answers["GET", "/entities"] = (status, {"code": "some_code", "detail": "Do this."})
    ended, out, err = duecourse("entity", "list")
    assert (ended, out) == (code, "")
    assert "some_code: Do this." in err


def test_without_a_hub_the_way_to_one_is_named(duecourse, monkeypatch, tmp_path):
    monkeypatch.delenv("DUECOURSE_API_URL", raising=False)
    monkeypatch.delenv("DUECOURSE_TOKEN", raising=False)
    monkeypatch.setenv("DUECOURSE_STATE_DIR", str(tmp_path))
    code, _, err = duecourse("tasks")
    assert code == Exit.NO_STACK
    assert "duecourse up" in err


def test_nothing_is_released_while_nobody_is_there_to_answer(hub, duecourse):
    hub.answers["GET", "/entities/demo/dry-run"] = (200, DRY_RUN)
    code, _, err = duecourse("entity", "release", "demo")
    assert (code, "--yes" in err) == (Exit.USAGE, True)
    assert not [a for a in hub.asked if a[0] == "POST"]
    hub.answers["POST", "/entities/demo/release"] = (200, {"entity_id": "demo"})
    assert duecourse("entity", "release", "demo", "--cap", "5", "--yes")[0] == 0
    assert hub.asked[-1] == ("POST", "/entities/demo/release", b'{"daily_cap": 5}')


def test_a_sweep_at_another_time_is_only_a_dry_run(hub, duecourse):
    code, _, err = duecourse("sweep", "-e", "demo", "--at", "2026-03-01T12:00:00Z")
    assert (code, "--dry-run" in err) == (Exit.USAGE, True)


def test_the_only_entity_need_not_be_named_and_of_two_one_must(hub, duecourse):
    hub.answers["GET", "/entities"] = (200, {"items": [{"entity_id": "demo"}]})
    hub.answers["GET", "/entities/demo/tasks"] = (200, {"items": [], "next": None})
    assert duecourse("tasks", "--json")[:2] == (0, "[]\n")
    hub.answers["GET", "/entities"] = (200, {"items": [{"entity_id": "a1"}, {"entity_id": "b1"}]})
    code, _, err = duecourse("tasks")
    assert (code, "a1, b1" in err) == (Exit.USAGE, True)


def test_every_page_of_a_list_is_read(hub):
    hub.answers["GET", "/x"] = (200, {"items": [1, 2], "next": "c"})
    hub.answers["GET", "/x?cursor=c"] = (200, {"items": [3], "next": None})
    assert list(Api.found().pages("/x")) == [1, 2, 3]


def test_files_are_sent_in_the_order_in_which_they_need_each_other(tmp_path):
    headers = {
        "a-payments.csv": "external_id,invoice_external_id,paid_on,currency,amount,method",
        "b-lines.csv": "invoice_external_id,description,quantity,unit_price,tax_rate",
        "c-invoices.csv": "external_id,customer_external_id,number,issue_date",
        "d-customers.csv": "\ufeffexternal_id,name,email",
    }
    for name, header in headers.items():
        (tmp_path / name).write_text(header + "\n", encoding="utf-8")
    found = [path.name[0] for path in importing.in_order([tmp_path])]
    assert found == ["d", "c", "b", "a"]


def test_a_missing_file_is_wrong_usage(tmp_path):
    with pytest.raises(CliError) as caught:
        importing.in_order([tmp_path / "nothing.csv"])
    assert caught.value.code is Exit.USAGE


def test_bad_rows_are_told_by_line_and_end_with_their_own_code(
    hub, duecourse, tmp_path, monkeypatch
):
    path = tmp_path / "customers.csv"
    path.write_text("external_id,name,email\n")
    refused = {
        "file": "customers.csv",
        "kind": "customers",
        "state": "refused",
        "finished": True,
        "rows_total": 1,
        "rows_done": 1,
        "new": 0,
        "updated": 0,
        "unchanged": 0,
        "refused": 1,
        "problems": [{"line": 7, "column": "email", "code": "bad", "message": "No address."}],
        "problems_total": 1,
    }
    started = {"import_id": "i", "upload_url": "http://s3.example/x", "upload_headers": {}}
    hub.answers["POST", "/entities/demo/imports"] = (201, started)
    hub.answers["GET", "/entities/demo/imports/i"] = (200, refused)
    monkeypatch.setattr(importing, "request", lambda *_: Answer(200, {}, (), b""))
    code, out, err = duecourse("import", str(path), "-e", "demo")
    assert code == Exit.BAD_ROWS
    assert "customers.csv:7 email: No address." in err
    assert "refused" in out


def test_tasks_are_named_by_whom_they_are_about(hub, duecourse, monkeypatch):
    monkeypatch.setenv("DUECOURSE_ENTITY", "demo")
    task = {"task_id": "01JT", "customer_id": "01JC", "customer": "Nordlicht GmbH", "notice": 0}
    task |= {
        "external_id": "C-7",
        "kind": "promise_broken",
        "title": "Call",
        "due_on": "2026-03-02",
    }
    hub.answers["GET", "/entities/demo/tasks"] = (200, {"items": [task], "next": None})
    _, out, _ = duecourse("tasks")
    assert "promise broken" in out and "C-7" in out and "Nordlicht" in out and "01JC" not in out


def test_a_command_is_named_as_it_can_be_typed(monkeypatch, tmp_path):
    program = tmp_path / ".venv" / "bin" / "duecourse"
    program.parent.mkdir(parents=True)
    program.write_text("")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(program)])
    monkeypatch.setenv("PATH", "")
    assert as_typed("down") == ".venv/bin/duecourse down"
    monkeypatch.setenv("PATH", str(program.parent))
    assert as_typed("down") == "duecourse down"


def message(channel, **more):
    told = {"name": "Nord", "stage": "reminder", "channel": channel, "items": [], "fees": []}
    return told | more


def test_a_dry_run_counts_by_channel_and_marks_a_first_message(hub, duecourse):
    said = [message("email", first=True), message("email"), message("call")]
    found = DRY_RUN | {"messages": said, "looked_at": 2}
    hub.answers["GET", "/entities/demo/dry-run"] = (200, found)
    code, out, err = duecourse("sweep", "--dry-run", "-e", "demo")
    assert (code, "2 mails, 1 call; 2 customers looked at." in err) == (0, True)
    assert out.count("first message") == 1


def test_an_empty_dry_run_says_why_and_when_something_may_be_said(hub, duecourse):
    quiet = [{"code": "not_a_sending_day", "customers": 3, "again_on": "2026-03-02"}]
    hub.answers["GET", "/entities/demo/dry-run"] = (200, DRY_RUN | {"quiet": quiet})
    _, _, err = duecourse("sweep", "--dry-run", "-e", "demo")
    assert "3 customers: no messages go out on this day; next on 2026-03-02." in err
    hub.answers["GET", "/entities/demo/dry-run"] = (200, DRY_RUN)
    assert "Nobody is due." in duecourse("sweep", "--dry-run", "-e", "demo")[2]


TASK = {"task_id": "01JTASK", "due_on": "2026-03-02", "kind": "question", "title": "A question"}
TASK |= {"detail": "Where is the [second] pallet?", "external_id": "C-7", "customer": "Nord"}
TASK |= {"notice": 0}


def test_tasks_show_their_ids_and_what_was_asked_and_one_is_noted_as_done(hub, duecourse):
    hub.answers["GET", "/entities/demo/tasks"] = (200, {"items": [TASK], "next": None})
    code, out, _ = duecourse("tasks", "-e", "demo")
    assert (code, "01JTASK" in out, "Where is the [second] pallet?" in out) == (0, True, True)
    hub.answers["POST", "/entities/demo/tasks/01JTASK/done"] = (200, TASK)
    code, _, err = duecourse(
        "tasks", "done", "01JTASK", "--note", "said on the phone", "-e", "demo"
    )
    assert (code, "Done: A question." in err) == (0, True)
    assert json.loads(hub.asked[-1][2]) == {"note": "said on the phone"}


def test_a_format_that_there_is_not_is_told_with_those_that_there_are(hub, duecourse):
    code, _, err = duecourse("journal", "export", "--format", "xyz", "-e", "demo")
    assert code == Exit.USAGE
    assert all(name in err for name in ("hledger", "beancount", "csv"))


def test_an_amount_below_zero_is_told_as_such(hub, duecourse):
    code, _, err = duecourse("money", "note", "C-4", "-5", "--on", "2026-03-01")
    assert (code, "An amount is above zero" in err) == (Exit.USAGE, True)


def test_an_entity_that_is_there_is_told_with_how_to_see_and_change_it(hub, duecourse):
    hub.answers["POST", "/entities"] = (409, {"code": "conflict", "detail": "x"})
    wanted = ("--name", "A", "--email", "a@b.example", "--currency", "EUR")
    code, _, err = duecourse("entity", "create", "demo", *wanted)
    assert (code, "exists already" in err) == (Exit.REFUSED, True)
    assert "duecourse entity show demo" in " ".join(err.split())


def test_where_no_hub_is_the_folder_that_was_looked_in_is_told(duecourse, monkeypatch, tmp_path):
    monkeypatch.delenv("DUECOURSE_API_URL", raising=False)
    monkeypatch.setenv("DUECOURSE_STATE_DIR", str(tmp_path / "elsewhere"))
    code, _, err = duecourse("tasks")
    assert code == Exit.NO_STACK
    assert "elsewhere" in "".join(err.split()) and "DUECOURSE_STATE_DIR" in err


def test_a_statement_says_where_its_file_is(hub, duecourse, tmp_path):
    hub.answers["GET", "/entities/demo/customers/C/statement.csv?"] = (200, {})
    hub.answers["GET", "/entities/demo/customers/C/statement"] = (200, {"currencies": []})
    file = tmp_path / "s.csv"
    code, _, err = duecourse("statement", "C", "-e", "demo", "--csv", str(file))
    assert (code, file.exists()) == (0, True), err
    assert "The statement is in" in err
