"""Whom a stage names bounced: the customer's own address is mailed, until nobody is left."""

from datetime import timedelta

import pytest

from shared import runtime
from shared.domain.customer import Contact
from shared.domain.mail_wish import MailWish
from shared.domain.notice import DeliveryState
from shared.usecases.mail_wishes import wish_for_mail
from tests.integration import hub
from tests.integration.test_ladder import DUE, live
from tests.integration.test_mail_events import bounce, hear
from tests.unit.test_decide import LADDER

PIA, OWN = "pia@nordlicht.example", "ap@nordlicht.example"
pytestmark = pytest.mark.rule("R36")


@pytest.fixture
def seller(table):
    stages = tuple(
        s.model_copy(update={"to": ("payables",)} if s.template else {}) for s in LADDER.stages
    )
    of = hub.seed(LADDER.model_copy(update={"stages": stages}))
    whose = hub.add_customer(of, contacts=(Contact("payables", "Pia", PIA),))
    hub.add_invoice(of, whose, "inv1", DUE)
    live(DUE + timedelta(days=7), of)
    hear(bounce(PIA))
    return of


def test_a_bounce_of_whom_the_mail_was_addressed_to_fails_it_and_stops_nothing(seller):
    assert runtime.accounts().notice("demo", "c1", 1).delivery is DeliveryState.BOUNCED
    assert runtime.accounts().customer("demo", "c1").mail_stopped == ""
    assert [task.kind for task in runtime.tasks().list_open("demo")] == ["bounce"]


def test_the_next_mail_goes_to_the_customers_own_address(seller):
    live(DUE + timedelta(days=14), seller, times=2)
    assert hub.sent_mails()[-1].destinations == {"ToAddresses": [OWN]}
    assert runtime.accounts().customer("demo", "c1").mail_stopped == ""


def test_mail_again_goes_for_everybody_of_the_customer(seller):
    stores = (runtime.accounts(), runtime.mail_wishes())
    wish_for_mail(*stores, "demo", "c1", MailWish.MAIL_AGAIN, "ada", runtime.now())
    assert runtime.suppressions().among("demo", (PIA, OWN)) == {}
    live(DUE + timedelta(days=14), seller, times=2)
    assert hub.sent_mails()[-1].destinations == {"ToAddresses": [PIA]}
