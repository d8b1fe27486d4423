"""The commands about notices: what was sent, and one of them word for word."""

import json

import pytest

from infra.cli.errors import Exit

PLACE = "/entities/demo/customers/C-7"
FACTS = {"n": 3, "stage": "reminder", "channel": "email", "code": "", "documents": ["INV-1"]}
EVENT = {"at": "2026-03-09T07:00:00Z", "kind": "notice", "title": "reminder", "state": "sent"}
EVENTS = [EVENT | {"facts": FACTS}, EVENT | {"kind": "hold", "facts": {}}]
EVENTS.append(EVENT | {"facts": FACTS | {"n": 2}})
WORDS = {
    "subject": "Reminder: INV-1",
    "text": "Please pay.\n[not a style]",
    "html": "<p>Please</p>",
}
TOLD = {
    "notice": 3,
    "kind": "stage",
    "stage": "final_notice",
    "channel": "email",
    "state": "bounced",
}
TOLD |= {"code": "General", "claimed_at": "2026-03-09T07:00:00Z", "to": ["ap@n.example"], "cc": []}
TOLD |= {"policy": "standard", "policy_version": 2, "approved_by": "", "by_hand": ""}
TOLD |= {"letter_url": "", "items": []} | WORDS


@pytest.fixture
def told(hub):
    hub.answers["GET", f"{PLACE}/timeline"] = (200, {"items": EVENTS})
    for n in (2, 3):
        hub.answers["GET", f"{PLACE}/notices/{n}/message"] = (200, TOLD | {"notice": n})
    return hub


def test_what_was_sent_is_listed(told, duecourse):
    code, out, err = duecourse("notice", "list", "C-7", "-e", "demo")
    assert code == 0
    assert all(said in out + err for said in ("reminder", "2026-03-09 07:00", "INV-1"))
    code, out, _ = duecourse("notice", "list", "C-7", "-e", "demo", "--json")
    assert [event["facts"]["n"] for event in json.loads(out)["items"]] == [3, 2]


def test_a_notice_is_shown_word_for_word_the_newest_where_none_is_named(told, duecourse):
    code, out, err = duecourse("notice", "show", "C-7", "-e", "demo")
    assert code == 0
    assert "Reminder: INV-1\n\nPlease pay.\n[not a style]\n" in out
    for said in ("Notice 3: final notice", "bounced General", "ap@n.example", "version 2"):
        assert said in out + err
    code, out, _ = duecourse("notice", "show", "C-7", "2", "-e", "demo", "--json")
    assert json.loads(out)["notice"] == 2


@pytest.mark.parametrize(("suffix", "form"), [(".html", "html"), (".txt", "text")])
def test_its_words_are_kept_in_a_file(told, duecourse, tmp_path, suffix, form):
    kept = tmp_path / f"notice{suffix}"
    assert duecourse("notice", "show", "C-7", "-e", "demo", "--out", str(kept))[0] == 0
    assert kept.read_text(encoding="utf-8") == WORDS[form]
    wrong = duecourse("notice", "show", "C-7", "-e", "demo", "--out", str(tmp_path / "x.pdf"))
    assert wrong[0] == Exit.USAGE


def test_who_was_never_written_to_is_told_as_such(told, duecourse):
    told.answers["GET", f"{PLACE}/timeline"] = (200, {"items": EVENTS[1:2]})
    code, _, err = duecourse("notice", "show", "C-7", "-e", "demo")
    assert (code, "Nothing was ever sent" in err) == (Exit.REFUSED, True)


def test_what_was_not_sent_says_so(told, duecourse):
    nothing = TOLD | {"subject": "", "text": "", "html": ""}
    told.answers["GET", f"{PLACE}/notices/3/message"] = (200, nothing)
    code, out, err = duecourse("notice", "show", "C-7", "-e", "demo")
    assert (code, "Nothing was sent" in out + err) == (0, True)


def test_a_number_alone_is_answered_with_what_is_wanted(told, duecourse):
    missing = {"code": "not_found", "detail": "There is no customer '2' here."}
    told.answers["GET", "/entities/demo/customers/2/timeline"] = (404, missing)
    code, _, err = duecourse("notice", "show", "2", "-e", "demo")
    assert (code, "duecourse notice show CUSTOMER 2" in err) == (Exit.USAGE, True)
    told.answers["GET", "/entities/demo/customers/C-9/timeline"] = (404, missing)
    code, _, err = duecourse("notice", "show", "C-9", "-e", "demo")
    assert (code, "not_found: There is no customer" in err) == (Exit.REFUSED, True)
