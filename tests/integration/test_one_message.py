"""One message tells all, to whom it is for; the request to SES is the witness."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from shared import runtime
from shared.domain.agreement import Hold
from shared.domain.customer import Contact
from shared.domain.notice import Channel
from shared.domain.policy import Policy
from shared.domain.stage import Stage
from tests.integration import hub
from tests.integration.test_ladder import DUE, at, live
from tests.unit.test_decide import LADDER

STATED = LADDER.model_copy(
    update={
        "stages": tuple(
            stage.model_copy(update={"statement": True, "to": ("payables",), "cc": ("account",)})
            if stage.id == "reminder"
            else stage
            for stage in LADDER.stages
        )
    }
)


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """Every request to SES, as it was made."""
    made: list[dict[str, Any]] = []
    client = runtime.client("sesv2", attempts_max=1)
    send = client.send_email

    def noted(**request: Any) -> Any:
        made.append(request)
        return send(**request)

    monkeypatch.setattr(client, "send_email", noted)
    yield made


def test_an_overdue_stage_attaches_the_statement_and_goes_to_the_roles_that_it_names(
    table, requests
):
    seller = hub.seed(STATED)
    contacts = (Contact("payables", "Ada", "ada@nordlicht.example"),)
    whose = hub.add_customer(seller, contacts=contacts)
    hub.add_invoice(seller, whose, "inv1", DUE)
    live(DUE + timedelta(days=7), seller)
    (made,) = requests
    assert made["Destination"] == {
        "ToAddresses": ["ada@nordlicht.example"],
        "CcAddresses": ["ap@nordlicht.example"],
    }
    (file,) = made["Content"]["Simple"]["Attachments"]
    assert file["FileName"] == f"statement-{DUE + timedelta(days=7)}.pdf"
    assert file["RawContent"].startswith(b"%PDF-")
    headers = {h["Name"]: h["Value"] for h in made["Content"]["Simple"]["Headers"]}
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = headers["List-Unsubscribe"].strip("<>")
    assert stop in made["Content"]["Simple"]["Body"]["Text"]["Data"]
    assert stop.endswith("/stop")


def test_an_invoice_that_is_issued_cannot_be_stopped_and_attaches_nothing(table, requests):
    seller = hub.seed(STATED)
    whose = hub.add_customer(seller)
    hub.add_invoice(seller, whose, "inv1", DUE)
    live(DUE - timedelta(days=30), seller)
    (made,) = requests
    names = [header["Name"] for header in made["Content"]["Simple"]["Headers"]]
    assert names == ["Auto-Submitted"]
    assert "Attachments" not in made["Content"]["Simple"]


def test_answers_come_back_to_the_hub_where_it_has_a_mailbox(table, requests, monkeypatch):
    monkeypatch.setenv("REPLY_MAILBOX", "answers@reply.seller.example")
    seller = hub.seed(LADDER)
    whose = hub.add_customer(seller)
    hub.add_invoice(seller, whose, "inv1", DUE)
    live(DUE + timedelta(days=7), seller)
    assert requests[0]["ReplyToAddresses"] == ["answers+demo.c1.1@reply.seller.example"]


@pytest.mark.rule("R34")
def test_an_invoice_held_after_the_claim_mutes_no_other_and_is_asked_for_when_the_hold_ends(
    table, requests
):
    seller = hub.seed(LADDER)
    whose = hub.add_customer(seller)
    for name in ("inv1", "inv2"):
        hub.add_invoice(seller, whose, name, DUE)
    day = DUE + timedelta(days=7)
    at(day)
    hub.sweep(seller)
    assert runtime.holds().put(seller, "c1", Hold("h", "other", day, day, "x", ("inv1",)))
    hub.relay(seller)
    hub.drain("ESCALATION", "NOTICE")
    live(day + timedelta(days=1), seller, times=2)
    first, second = (r["Content"]["Simple"]["Subject"]["Data"] for r in requests)
    assert "INV2" in first
    assert "INV1" not in first
    assert "INV1" in second
    assert "INV2" not in second
    assert len(requests) == 2


def test_a_stage_by_stage_total_stands_in_html_and_text_alike(table, requests):
    seller = hub.seed(LADDER)
    whose = hub.add_customer(seller)
    hub.add_invoice(seller, whose, "inv1", DUE, stage_done="reminder")
    hub.add_invoice(seller, whose, "inv2", DUE + timedelta(days=7))
    hub.add_invoice(seller, whose, "inv3", DUE + timedelta(days=7))
    live(DUE + timedelta(days=14), seller)
    body = requests[0]["Content"]["Simple"]["Body"]
    for said in (body["Text"]["Data"], body["Html"]["Data"]):
        for words in ("Overdue, with a late fee", "Subtotal", "€200.00", "€300.00", "€5.00"):
            assert words in said


def test_a_policy_names_a_statement_for_mails_only():
    with pytest.raises(ValueError, match="statement is for email only"):
        Policy(
            name="odd",
            stages=(Stage(id="call", offset_days=3, channel=Channel.CALL, statement=True),),
        )
