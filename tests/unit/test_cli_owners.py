"""The commands that move invoices between customers ask first, and tell what stays."""

import json

INVOICE = "/entities/demo/invoices/4711/move"
CUSTOMER = "/entities/demo/customers/C-1/merge"


def sent(hub, path: str) -> object:
    return next(json.loads(body) for _, asked, body in hub.asked if asked == path and body)


def test_links_are_ended_only_when_somebody_agrees(hub, duecourse):
    place = "/entities/demo/customers/C-7/end-links"
    hub.answers["POST", place] = (200, {"customer_id": "c7", "ended_at": "2026-03-02T12:00:00Z"})
    asked = ("customer", "end-links", "C-7", "-e", "demo")
    assert duecourse(*asked)[0] != 0
    assert not hub.asked
    code, _, err = duecourse(*asked, "--yes")
    assert (code, "up to 2026-03-02T12:00:00Z opens nothing" in err) == (0, True)


def test_an_invoice_is_moved_only_when_somebody_agrees(hub, duecourse):
    moved = {"number": "N-1", "open": {"amount": "9.50", "currency": "EUR"}}
    hub.answers["POST", INVOICE] = (200, moved)
    asked = ("customer", "move", "4711", "C-2", "--why", "branch", "-e", "demo")
    assert duecourse(*asked)[0] != 0
    assert not [call for call in hub.asked if call[1] == INVOICE]
    code, _, err = duecourse(*asked, "--yes")
    assert (code, err.strip()) == (0, "N-1: C-2 owes 9.50 EUR of it now.")
    assert sent(hub, INVOICE) == {"into": "C-2", "note": "branch"}


def test_a_merge_tells_what_stays(hub, duecourse):
    done = {
        "into": "c2",
        "moved": ["N-1", "N-2"],
        "stayed": [{"number": "N-3", "reason": "it is part of something open: promise"}],
        "credits": 1,
    }
    hub.answers["POST", CUSTOMER] = (200, done)
    code, _, err = duecourse(
        "customer", "merge", "C-1", "C-2", "--why", "one company", "-e", "demo", "--yes"
    )
    assert code == 0
    assert [line.strip() for line in err.splitlines()] == [
        "2 invoices went from C-1 to C-2.",
        "N-3 stays: it is part of something open: promise.",
        "Money that waits stays with C-1: duecourse money credits.",
    ]
