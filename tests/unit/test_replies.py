"""What a reply names, what its sender wrote, and what the hub does with it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from shared.domain.account import Account
from shared.domain.agreement import Hold
from shared.domain.clock import Now
from shared.domain.document import Document, DocumentKind
from shared.domain.notice import Channel, Notice, NoticeItem
from shared.domain.replies import (
    Reply,
    ReplyTag,
    Written,
    named_documents,
    own_words,
    reply_address,
    reply_tag,
    says_gone,
)
from shared.errors import NotFound
from shared.usecases.take_reply import take_reply
from tests.support.samples import customer, entity, eur

AT = datetime(2026, 3, 9, 10, tzinfo=UTC)
NOW = Now(AT, AT)
TAGGED = reply_address("replies@seller.example", ReplyTag("demo", "c1", 1))


def document(name: str) -> Document:
    due_on = date(2026, 3, 2)
    return Document(name, DocumentKind.INVOICE, name.upper(), due_on, due_on, eur(100), eur(100))


def reply(text: str = "We paid.", **changes: object) -> Reply:
    made = Reply("r", "ap@nordlicht.example", (TAGGED,), "Re: x", text, Written.BY_PERSON)
    return replace(made, **changes)


class Hub:
    """A hub of one entity and one customer, which keeps what is written."""

    def __init__(self) -> None:
        items = (
            NoticeItem("inv-1", "INV-1", date(2026, 3, 2), eur(100), asked=True),
            NoticeItem("inv-2", "INV-2", date(2026, 4, 2), eur(100), asked=False),
        )
        day = date(2026, 3, 9)
        self.said = Notice(1, "stage", "r1", Channel.EMAIL, "standard", 1, day, AT, items=items)
        self.held = Account(customer(), documents=(document("inv-1"), document("inv-2")))
        self.tasks: dict[str, object] = {}
        self.holds: list[Hold | None] = []
        self.asked: dict[str, str] = {}

    def entities(self):
        return iter(("demo",))

    def entity(self, entity_id):
        if entity_id != "demo":
            raise NotFound()
        return entity()

    def account(self, entity_id, customer_id):
        if customer_id != "c1":
            raise NotFound()
        return self.held

    def notice(self, entity_id, customer_id, n):
        if n != 1:
            raise NotFound()
        return self.said

    def open(self, entity_id, task):
        return self.tasks.setdefault(task.task_id, task) is task

    def ask(self, of, customer_id, question, task, hold):
        if self.open(of.entity_id, task):
            self.holds.append(hold)
            self.asked[question.question_id] = question.text

    def take(self, mail: Reply) -> str:
        return take_reply(self, self, self, mail, NOW)


def test_a_reply_address_names_what_was_put_in():
    for tag in (ReplyTag("demo"), ReplyTag("demo", "c1"), ReplyTag("demo", "01J8ABCDEFG", 12)):
        assert reply_tag(("x@y.example", reply_address("replies@seller.example", tag))) == tag


def test_a_reply_address_that_no_server_would_take_is_the_plain_mailbox():
    tag = ReplyTag("d" * 60, "c" * 26, 1)
    assert reply_address("replies@seller.example", tag) == "replies@seller.example"
    assert reply_tag(("replies@seller.example", "x+a b@y.example")) is None


def test_a_reply_address_that_is_too_long_names_less():
    tag = ReplyTag("nordwind-trading-company-gmbh", "01JABCDEFGHJKMNPQRSTVWXYZ0", 12)
    address = reply_address("answers@reply.example.com", tag)
    assert reply_tag((address,)) == ReplyTag(tag.entity_id, tag.customer_id)
    address = reply_address("the-answers@reply.example.com", tag)
    assert reply_tag((address,)) == ReplyTag(tag.entity_id)


@pytest.mark.parametrize(
    "quote",
    [
        "On Mon, 9 Mar 2026 at 10:00, Demo <d@x.example> wrote:\n> pay",
        "Am 09.03.2026 um 10:00 schrieb Demo:\n> zahlen",
        "Le lun. 9 mars 2026 à 10:00, Demo a écrit :\n> payer",
        "El lun, 9 mar 2026 a las 10:00, Demo escribió:\n> pagar",
        "-----Original Message-----\nFrom: Demo\npay",
        "From: Demo <d@x.example>\nSent: Monday\npay",
        "-- \nAda Payer",
        "> pay",
    ],
)
def test_quotes_and_signatures_are_not_the_senders_words(quote):
    assert own_words(f"Paid on Friday.\n\n{quote}\n") == "Paid on Friday."


def test_an_answer_among_what_is_quoted_is_found():
    text = "On Monday, Demo wrote:\n> pay INV-1\nthis one is paid\n> pay INV-2\nthis one is wrong"
    assert own_words(text) == "this one is paid\nthis one is wrong"
    assert own_words("> only\n> quotes") == ""
    assert len(own_words("x" * 9000)) == 2000


def test_a_number_counts_only_as_a_whole():
    known = [document("inv-1"), document("inv-12"), document("inv-1-a"), document("r1")]
    assert named_documents(known, "about inv-12.") == ("inv-12",)
    assert named_documents(known, "(INV-1)") == ("inv-1",)
    assert named_documents(known, "INV-1-A, please") == ("inv-1-a",)
    assert named_documents(known, "r1") == ()
    assert named_documents(known, "nothing", "INV-1") == ("inv-1",)


def test_a_reply_is_a_task_and_a_hold_on_what_it_names():
    hub = Hub()
    assert hub.take(reply("INV-2 is wrong.\n> pay INV-1")) == "asked"
    (hold,) = hub.holds
    assert hold.documents == ("inv-2",)
    assert (hold.starts_on, hold.ends_on) == (date(2026, 3, 9), date(2026, 3, 16))
    assert list(hub.asked.values()) == ["INV-2 is wrong."]
    assert [task.kind for task in hub.tasks.values()] == ["question"]


def test_a_reply_that_names_nothing_is_about_what_its_mail_asked_for():
    hub = Hub()
    hub.take(reply("Who is this?"))
    assert hub.holds[0].documents == ("inv-1",)


def test_a_reply_to_an_unknown_mail_pauses_the_account():
    hub = Hub()
    hub.take(reply(recipients=("replies+demo.c1.77@seller.example",)))
    assert [hold.documents for hold in hub.holds] == [()]


def test_taken_twice_it_is_one_reply():
    hub = Hub()
    assert [hub.take(reply()), hub.take(reply())] == ["asked", "asked"]
    assert (len(hub.tasks), len(hub.holds)) == (1, 1)


def test_a_second_reply_while_a_question_pauses_is_a_task_alone():
    hub = Hub()
    hub.take(reply())
    hub.held = replace(hub.held, holds=(hub.holds[0],))
    hub.take(reply(reply_id="r2"))
    assert hub.holds[1] is None
    assert len(hub.tasks) == 2


def test_an_automatic_reply_pauses_nothing():
    hub = Hub()
    assert hub.take(reply("I am away.", written=Written.BY_AUTO_REPLY)) == "automatic"
    assert hub.take(reply(written=Written.BY_MAIL_SERVER)) == "automatic"
    assert not hub.tasks
    assert not hub.holds


def test_an_automatic_reply_that_somebody_left_is_a_task_to_find_another_address():
    hub = Hub()
    gone = reply("Frau Ada ist nicht mehr im Unternehmen.", written=Written.BY_AUTO_REPLY)
    assert hub.take(gone) == "gone"
    assert [task.kind for task in hub.tasks.values()] == ["bounce"]
    assert not hub.holds
    assert says_gone("She is no\nlonger with us")
    assert not says_gone("back on Monday")


def test_a_suspicious_mail_pauses_nothing_but_is_seen():
    hub = Hub()
    assert hub.take(reply(suspicious=True)) == "suspected"
    assert len(hub.tasks) == 1
    assert not hub.holds


@pytest.mark.parametrize("address", ["x@seller.example", "replies+demo.nobody@s.example"])
def test_a_mail_nobody_can_match_is_a_task(address):
    hub = Hub()
    assert hub.take(reply(recipients=(address,))) == "unmatched"
    assert [(task.kind, task.customer_id) for task in hub.tasks.values()] == [("reply", "")]


def test_a_tag_of_another_entity_reaches_no_customer_of_this_one():
    hub = Hub()
    assert hub.take(reply(recipients=("replies+other.c1.1@seller.example",))) == "unmatched"
    assert not hub.holds


@pytest.mark.parametrize("address", ["x@s.example", "replies+gone.c1.1@s.example"])
def test_a_mail_that_names_no_entity_is_told_to_none_of_several(address):
    hub = Hub()
    hub.entities = lambda: iter(("demo", "other"))
    assert hub.take(reply(recipients=(address,))) == "nowhere"
    assert not hub.tasks
    assert hub.take(reply()) == "asked"


def test_where_there_is_no_entity_there_is_nowhere_to_write():
    hub = Hub()
    hub.entities = lambda: iter(())
    assert hub.take(reply(recipients=())) == "nowhere"
