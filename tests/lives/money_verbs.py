"""Money that a customer pays, and money that goes back."""

from typing import TYPE_CHECKING, Any

from tests.lives.doing import ask_for_money, enter
from tests.lives.sentences import MONEY, verb

if TYPE_CHECKING:
    from tests.lives.life import Life


@verb(rf"pays {MONEY}( of (?P<numbers>[^ ]+( and [^ ]+)*))? by bank( with a receipt)?")
def pays_by_bank(life: "Life", amount: str, currency: str, numbers: str = "") -> None:
    parts: list[dict[str, Any]] = []
    money = {"amount": amount, "currency": currency}
    wanted = numbers.split(" and ") if numbers else []
    for number in wanted:
        name, _, part = number.partition("/")
        one: dict[str, Any] = {"document": name}
        if part:
            one["instalment"] = int(part)
        if len(wanted) == 1:
            one["amount"] = money
        parts.append(one)
    _pay(life, money, parts)


@verb(
    rf"pays {MONEY} by bank, of which {MONEY.replace('amount', 'used').replace('currency', '_c')}"
    r" of (?P<number>\S+)"
)
def pays_too_much(
    life: "Life", amount: str, currency: str, used: str, _c: str, number: str
) -> None:
    part = {"document": number, "amount": {"amount": used, "currency": currency}}
    _pay(life, {"amount": amount, "currency": currency}, [part])


@verb(rf"pays {MONEY} by bank to close (?P<number>\S+)")
def pays_to_close(life: "Life", amount: str, currency: str, number: str) -> None:
    _pay(life, {"amount": amount, "currency": currency}, [{"document": number}])


@verb(r"the clerk uses the money that waits for (?P<number>\S+)")
def useask_for_money(life: "Life", number: str) -> None:
    credits = life.api("GET", f"customers/{life.customer_id}/credits")["items"]
    source = credits[0]
    path = f"customers/{life.customer_id}/credits/{source['source_id']}/allocate"
    ask_for_money(life, path, {"parts": [{"document": number}]})


def _pay(life: "Life", money: dict[str, str], parts: list[dict[str, Any]]) -> None:
    body = {"amount": money, "received_on": str(life.today()), "parts": parts}
    made = ask_for_money(life, f"customers/{life.customer_id}/payments", body)
    life.notes["payment"] = made["payment_id"]


@verb(r"the bank takes the payment back")
def takes_back(life: "Life") -> None:
    ask_for_money(life, f"payments/{life.notes['payment']}/reverse", {"reason": "bounced"})


@verb(r"pays (?P<what>everything|\S+) online by (?P<how>card|debit)")
def pays_online(life: "Life", what: str, how: str) -> None:
    page = _page(life, what)
    life.notes["page"] = page
    life.hub.pay(page, by_debit=how == "debit")


@verb(r"opens the page to pay (?P<what>everything|\S+) and leaves it")
def opens_page(life: "Life", what: str) -> None:
    life.notes["page"] = _page(life, what)


def _page(life: "Life", what: str) -> str:
    payer = enter(life)
    documents = payer.documents() if what == "everything" else life.ids(what)
    return payer.checkout(*documents)


@verb(r"the debit (?P<how>comes in|fails)")
def debit_ends(life: "Life", how: str) -> None:
    session = life.notes["page"].rpartition("/")[2]
    won = how == "comes in"
    life.hub.gateway.settle(session, "succeeded" if won else "requires_payment_method")
    life.hub.webhooks()


@verb(r"the payer's bank (?:returns the debit|disputes the card payment)")
def money_back(life: "Life") -> None:
    life.hub.gateway.open_dispute(life.notes["page"].rpartition("/")[2])
    life.hub.webhooks()


@verb(r"the card dispute is (?P<how>won|lost)")
def card_dispute_ends(life: "Life", how: str) -> None:
    life.hub.gateway.decide_dispute(life.notes["page"].rpartition("/")[2], won=how == "won")
    life.hub.webhooks()
