"""`duecourse sync run --wait`: it follows a sync until it is through, has failed, or takes long."""

import pytest

from infra.cli import following
from infra.cli.errors import HELP, Exit
from tests.unit.test_cli_connect import FOUND, LIST, PATH, PULLED, connection

ASKED = "2026-09-02T00:00:00Z"
KINDS = ["customers", "invoices"]
INVOICES = PULLED | {"kind": "invoices"}


@pytest.fixture
def went(hub, duecourse, monkeypatch):
    """Return what runs the command while the connection goes through steps, one at each look."""
    monkeypatch.setattr(following, "_LOOK_EVERY_S", 0)

    def run(*steps, more=("--wait",), before=None):
        left = [before or stands(PULLED, INVOICES), *steps]
        hub.answers["POST", f"{PATH}/sync"] = (202, {"asked": True, "at": ASKED})
        answer = hub.__call__

        def looked_at(method, url, headers=None, body=None):
            if method == "GET":
                hub.answers["GET", PATH] = (200, left.pop(0) if len(left) > 1 else left[0])
            return answer(method, url, headers, body)

        monkeypatch.setattr("infra.cli.api.request", looked_at)
        code, out, err = duecourse("sync", "run", "tryton", *more, "-e", "demo")
        return code, " ".join(out.split()), " ".join(err.split())

    return run


def stands(*pulled, **more):
    found = FOUND | {"kinds": KINDS}
    return connection(**{"state": "connected", "found": found, "pulled": list(pulled), **more})


def through(pulled, at="2026-09-02T00:00:01Z", **more):
    return pulled | {"pulled_at": at, "pages": pulled["pages"] + 2, **more}


def test_it_ends_when_every_kind_came_and_sums_up_what_did(went):
    some = through(PULLED, new=32, unchanged=28)
    code, out, err = went(
        stands(PULLED, INVOICES),
        stands(some, INVOICES),
        stands(some, through(INVOICES, updated=5, parked=1)),
    )
    assert code == Exit.OK
    assert "customers │ 2 │ 2 │ 0 │ 28 │ 0" in out
    assert "invoices │ 2 │ 0 │ 5 │ 0 │ 1" in out
    assert "tryton is through: 7 records new or updated; 1 waits for you" in err


def test_an_end_from_before_it_was_asked_for_is_none(went):
    """A run that was on its way ends after, and began before: its end says nothing of ours."""
    early = through(PULLED, at="2026-09-01T23:59:59Z")
    code, _, err = went(stands(early, through(INVOICES)), more=("--wait", "--wait-s", "1"))
    assert code == Exit.TIMEOUT
    assert "tryton: not through after 1 s, and going on" in err


def test_a_kind_that_is_not_through_yet_is_waited_for(went):
    code, _, _ = went(stands(through(PULLED)), more=("--wait", "--wait-s", "1"))
    assert code == Exit.TIMEOUT


def test_an_erp_that_gives_nothing_ends_it_with_why_and_what_to_do(went):
    trouble = {"code": "erp_access", "says": "", "since": "2026-09-01T00:00:00Z", "age_s": 9}
    old = trouble | {"last": "2026-09-01T00:00:00Z"}
    anew = trouble | {"last": "2026-09-02T00:00:03Z"}
    words = {"says": "It gives nothing: no key.", "todo": "Give it one."}
    code, _, err = went(
        stands(PULLED, trouble=old, **words),
        stands(PULLED, trouble=anew, **words),
        before=stands(PULLED, trouble=old, **words),
    )
    assert code == Exit.NOT_SYNCED and "tryton: It gives nothing: no key. Give it one." in err
    assert str(int(Exit.NOT_SYNCED)) in HELP


def test_one_that_is_paused_meanwhile_ends_it(went):
    code, _, err = went(stands(PULLED, state="paused", says="It is paused.", todo=""))
    assert (code, "tryton: It is paused." in err) == (Exit.NOT_SYNCED, True)


def test_without_a_terminal_it_asks_and_is_done(went, hub):
    code, out, err = went(stands(PULLED), more=())
    assert (code, out, "tryton is asked" in err) == (0, "", True)
    assert [(m, p) for m, p, _ in hub.asked] == [("GET", PATH), ("POST", f"{LIST}/tryton/sync")]
