"""duecourse books: what it shows, what it asks before it writes, and how it ends."""

import json

from infra.cli.errors import Exit

OPEN = {
    "figure": "open",
    "document_id": "inv_1",
    "source_id": "",
    "instalment": 0,
    "currency": "EUR",
    "stored": None,
    "posted": 10_000,
    "text": "open of inv_1: stored nothing, postings say 100.00 EUR",
}
BOOKS = "/entities/demo/customers/C-7/books"
CHECKS = "/entities/demo/books/checks"


def entity(of):
    of.answers["GET", "/entities"] = (200, {"items": [{"entity_id": "demo"}]})


def test_one_customer_whose_books_add_up_ends_well(hub, duecourse):
    entity(hub)
    hub.answers["GET", BOOKS] = (200, {"customer_id": "c7", "differences": []})
    code, out, err = duecourse("books", "check", "--customer", "C-7")
    assert (code, out, err.strip()) == (0, "", "The books add up.")


def test_a_difference_is_shown_and_ends_with_a_code_for_scripts(hub, duecourse):
    entity(hub)
    hub.answers["GET", BOOKS] = (200, {"customer_id": "c7", "differences": [OPEN]})
    code, out, _ = duecourse("books", "check", "--customer", "C-7")
    assert (code, "lost" in out, "10000" in out) == (Exit.REFUSED, True, True)
    code, out, _ = duecourse("books", "check", "--customer", "C-7", "--json")
    assert (code, json.loads(out)["differences"]) == (Exit.REFUSED, [OPEN])


def test_a_check_of_all_follows_its_run(hub, duecourse):
    entity(hub)
    status = {"run_id": "r", "state": "done", "customers": 9, "checked": 9, "differing": 1}
    hub.answers["POST", CHECKS] = (202, {"run_id": "r"})
    hub.answers["GET", f"{CHECKS}/r"] = (200, status)
    code, out, err = duecourse("books", "check")
    assert (code, "9" in out, "duecourse tasks" in err) == (Exit.REFUSED, True, True)


def test_a_rebuild_shows_first_and_writes_only_when_told_to(hub, duecourse):
    entity(hub)
    shown = {"customer_id": "c7", "applied": False, "differences": [OPEN], "left": [OPEN]}
    hub.answers["POST", f"{BOOKS}/rebuild"] = (200, shown)
    assert duecourse("books", "rebuild", "C-7")[0] == 0
    code, _, err = duecourse("books", "rebuild", "C-7", "--apply")
    assert (code, "--yes" in err) == (Exit.USAGE, True)
    sent = [json.loads(body) for method, _, body in hub.asked if method == "POST"]
    assert sent == [{"apply": False}] * 2
    code, _, _ = duecourse("books", "rebuild", "C-7", "--apply", "--yes")
    assert (code, json.loads(hub.asked[-1][2])) == (Exit.REFUSED, {"apply": True})
    hub.answers["POST", f"{BOOKS}/rebuild"] = (200, shown | {"left": []})
    assert duecourse("books", "rebuild", "C-7", "--apply", "--yes")[0] == 0
