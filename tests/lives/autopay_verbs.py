"""Money that is taken by itself."""

import re
from typing import TYPE_CHECKING

from tests.lives.doing import enter
from tests.lives.sentences import verb
from tests.support.payer import Payer

if TYPE_CHECKING:
    from tests.lives.life import Life


@verb(r"turns automatic payment on with (?:a card|a bank (?P<account>account))")
def turns_autopay_on(life: "Life", account: str = "") -> None:
    asked = _signed_in(life).post("/autopay", [])
    assert asked.status == 303, asked.text[:500]
    page = asked.headers["location"]
    life.hub.gateway.give_leave(page.rpartition("/")[2], account or "card")
    life.hub.webhooks()


@verb(r"turns automatic payment off")
def turns_autopay_off(life: "Life") -> None:
    payer = _signed_in(life)
    (mandate,) = re.findall(r'name="mandate" value="(\w+)"', payer.get("/autopay").text)
    assert payer.post("/autopay/end", [("mandate", mandate)]).status == 303


@verb(r"the bank refuses what is taken: (?P<why>\w+)")
def bank_refuses(life: "Life", why: str) -> None:
    life.hub.gateway.refuses = why


@verb(r"the bank pays what is taken again")
def bank_pays(life: "Life") -> None:
    life.hub.gateway.refuses = ""


@verb(r"what was taken from the account (?P<how>comes in|fails)")
def taking_ends(life: "Life", how: str) -> None:
    life.hub.gateway.end_takings(won=how == "comes in")
    life.hub.webhooks()


def _signed_in(life: "Life") -> Payer:
    """Confirm who one is, by the link that is mailed for it."""
    asked = enter(life).post("/sign-in", [])
    assert asked.status == 303, asked.text[:500]
    life.hub.deliver()
    link = re.findall(r"https?://\S+/s/\S+", life.hub.mails()[-1]["text"])[-1]
    return Payer.enter(life.hub, link)
