"""The commands about automatic payment: what is told, and what is asked of the hub."""

import json

import pytest

from infra.cli.errors import Exit

MANDATE = {"mandate_id": "m1", "account": "Visa ••4242", "given_on": "2026-03-02", "by": "customer"}
MANDATE |= {"ended_on": None, "ended_why": ""}
TRIES = [{"on": "2026-03-09", "code": "insufficient_funds"}, {"on": "2026-03-12", "code": ""}]
COLLECTION = {"take_on": "2026-03-09", "amount": {"amount": "50.00", "currency": "EUR"}}
COLLECTION |= {"account": "Visa ••4242", "tries": TRIES, "next_on": None, "outcome": ""}
PLACE = "/entities/demo"


@pytest.fixture
def paying(hub):
    hub.answers["GET", f"{PLACE}/customers/C-7"] = (200, {"customer_id": "C7"})
    hub.answers["GET", f"{PLACE}/mandates?customer=C7"] = (200, {"items": [MANDATE]})
    hub.answers["GET", f"{PLACE}/collections?customer=C7"] = (200, {"items": [COLLECTION]})
    over = MANDATE | {"ended_on": "2026-03-10", "ended_why": "by_operator"}
    hub.answers["POST", f"{PLACE}/mandates/m1/end"] = (200, over)
    return hub


def test_what_was_given_and_taken_is_shown(paying, duecourse):
    code, out, err = duecourse("autopay", "show", "C-7", "-e", "demo", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {"mandates": [MANDATE], "collections": [COLLECTION]}
    code, out, err = duecourse("autopay", "show", "C-7", "-e", "demo")
    assert code == 0
    assert all(said in out + err for said in ("m1", "2026-03-09", "insufficient_funds"))


def test_it_is_turned_off_and_nothing_is_asked_where_it_is_not_on(paying, duecourse):
    code, out, err = duecourse("autopay", "end", "C-7", "-e", "demo")
    assert (code, "off since 2026-03-10" in out + err) == (0, True)
    assert json.loads(paying.asked[-1][2]) == {"customer_id": "C7"}
    paying.answers["GET", f"{PLACE}/mandates?customer=C7"] = (200, {"items": []})
    code, _, err = duecourse("autopay", "end", "C-7", "-e", "demo")
    assert (code, "not on" in err) == (Exit.REFUSED, True)
