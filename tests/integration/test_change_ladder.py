"""An issued invoice on another ladder: from then on, by a named person, and nothing said twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.entities import PolicyVersion
from shared.adapters.head_items import head_item
from shared.adapters.ledger import posting_put
from shared.adapters.table import Put
from shared.domain.clock import Now
from shared.domain.document import Document, DocumentKind
from shared.domain.document_posting import document_posting
from shared.domain.ladder_move import moved
from shared.domain.notice import Channel
from shared.domain.policy import Policy
from shared.domain.stage import Stage
from shared.errors import Conflict, InvalidInput
from shared.usecases.change_ladder import LadderChange, change_ladder
from shared.usecases.explain import explain_day
from tests.integration import hub
from tests.integration.test_console import csrf, get, identity, post
from tests.integration.test_explained_days import DUE, live, nine
from tests.support.operators import ADMIN, call, operator
from tests.support.samples import eur
from tests.unit.test_decide import LADDER

__all__ = ["identity"]
C1, INV = "01J" + "A" * 23, "01J" + "B" * 23
GENTLE = Policy(
    name="gentle",
    send_on=(1, 2, 3, 4, 5, 6, 7),
    stages=(
        Stage(id="hello", offset_days=6, channel=Channel.EMAIL, template="reminder"),
        Stage(id="again", offset_days=40, channel=Channel.EMAIL, template="reminder"),
    ),
)
HERE = f"/entities/demo/invoices/{INV}"


@pytest.fixture
def seller(table):
    hub.move_clock(nine(DUE - timedelta(days=30)))
    of = hub.seed(LADDER)
    first = PolicyVersion(GENTLE, "", nine(DUE - timedelta(days=60)), "test")
    runtime.entities().put_policy(of, first)
    of = runtime.entities().get("demo")
    whose = hub.add_customer(of, customer_id=C1)
    heard = nine(DUE - timedelta(days=30))
    document = Document(
        document_id=INV,
        kind=DocumentKind.INVOICE,
        number="INV-7",
        issued_on=heard.date(),
        due_on=DUE,
        total=eur(10_000),
        open=eur(10_000),
    )
    posting = document_posting(document, Now(heard, heard))
    runtime.table().write(
        posting_put("demo", C1, posting), Put(head_item("demo", whose, document, of.shards))
    )
    entry = {"customer_id": C1, "external_id": "C-1", "name": whose.name, "email": whose.email}
    entry |= {"type": "DIRECTORY", "language": "en", "currency": "EUR"}
    runtime.table().write(Put({**keys.directory("demo", C1), **entry}))
    return of


def move(policy="gentle", document_id=INV, reason="an old customer"):
    stores = (runtime.accounts(), runtime.entities(), runtime.ladder_moves())
    change = LadderChange(document_id=document_id, policy=policy, reason=reason, by="kim")
    return change_ladder(*stores, "demo", C1, change, runtime.now())


def told(day):
    stores = (runtime.accounts(), runtime.records(), runtime.entities(), runtime.as_swept)
    return explain_day(*stores, "demo", C1, DUE + timedelta(days=day), runtime.now())


def facts():
    return runtime.records().record("demo", C1).ladder_moves


def newest():
    return runtime.accounts().newest_notice("demo", C1)


def test_from_then_on_the_other_policy_says_what_comes(seller):
    live(seller, 7)
    assert newest().stage == "reminder"
    assert move().policy == "gentle"
    live(seller, 8, 14, 39)
    assert newest().n == 1, "a stage of an earlier day would be said a second time"
    live(seller, 40)
    assert (newest().n, newest().stage, newest().policy) == (2, "again", "gentle")


def test_what_the_new_ladder_has_reached_is_said_by_the_next_sweep(seller):
    live(seller, -5)
    hub.move_clock(nine(DUE + timedelta(days=6)))
    move()
    live(seller, 6)
    assert newest().stage == "hello"


def test_the_move_leaves_a_note_for_the_next_sweep(seller):
    move()
    partition = keys.ticket("demo", 0, DUE, C1, "")["pk"]
    notes = [item["sk"] for item in runtime.table().query(partition)]
    assert [note.split("#")[-1] for note in notes] == [f"ladder:{INV}:2"]


def test_a_day_before_the_move_is_told_by_the_ladder_of_that_day(seller):
    live(seller, 7)
    live(seller, 10)
    move()
    live(seller, 12)
    assert told(8).policy_of(INV).name == "standard"
    assert told(11).policy_of(INV).name == "gentle"
    assert told(12).policy_of(INV).name == "gentle"
    move("")
    live(seller, 15)
    assert told(11).policy_of(INV).name == "gentle"
    assert told(15).policy_of(INV).name == "standard"


def test_asked_twice_it_is_one_move_and_who_did_it_is_kept(seller):
    once, again = move(), move()
    assert once == again
    (fact,) = facts()
    assert (fact.before, fact.after, fact.by, fact.reason) == (
        "",
        "gentle",
        "kim",
        "an old customer",
    )


def test_what_has_no_ladder_is_refused(seller):
    for wrong in ({"policy": "unheard-of"}, {"reason": ""}):
        with pytest.raises(InvalidInput):
            move(**wrong)
    fee = replace(runtime.accounts().document("demo", C1, INV), kind=DocumentKind.CHARGE)
    with pytest.raises(InvalidInput):
        moved(fee, "gentle", "an old customer")
    assert facts() == ()


def test_the_interface_lets_a_controller_do_it_and_tells_of_it(seller, identity):
    body = {"policy": "gentle", "reason": "an old customer"}
    clerk = identity.mint(operator("demo:clerk"))
    assert call(clerk, "PATCH", HERE, body).status == 403
    token = identity.mint(ADMIN)
    changed = call(token, "PATCH", f"{HERE}?customer={C1}", body)
    assert changed.status == 200, changed.json
    assert changed.json["policy"] == "gentle"
    assert call(token, "PATCH", f"{HERE}?customer={C1}", body | {"policy": "none"}).status == 422
    story = call(token, "GET", f"/entities/demo/customers/{C1}/timeline").json["items"]
    (said,) = [event for event in story if event["kind"] == "ladder"]
    assert said["title"] == "INV-7: policy gentle"


def test_the_console_has_a_form_for_it(seller, identity):
    page = f"/console/e/demo/customers/{C1}/documents/{INV}"
    clerk, controller = (identity.mint(operator(f"demo:{r}")) for r in ("clerk", "controller"))
    assert f'action="{page}/ladder"' not in get(clerk, page).text
    fields = {"policy": "gentle", "why": "an old customer"}
    assert post(clerk, f"{page}/ladder", csrf=csrf(get(clerk, page)), **fields).status == 403
    code = csrf(get(controller, page))
    refused = post(controller, f"{page}/ladder", csrf=code, policy="gentle", why="")
    assert (refused.status, "Say why" in refused.text or "say why" in refused.text) == (422, True)
    assert post(controller, f"{page}/ladder", csrf=code, **fields).status == 303
    assert "<dd>gentle</dd>" in get(controller, page).text


def test_what_is_closed_climbs_nothing(seller, monkeypatch):
    closed = replace(runtime.accounts().document("demo", C1, INV), open=eur(0))
    monkeypatch.setattr(runtime.accounts(), "document", lambda *_: closed)
    with pytest.raises(Conflict):
        move()
