"""Money by bank and by hand: noted, used, moved, reversed, given back, given up."""

from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from tests.books.player import Act, Idle, Player, decimal, minor_of

DIGITS = 2


def pay(player: Player) -> None:
    """Note money for one document, or for whatever is open; some of it came days ago."""
    chance = player.chance
    customer, document = player.document()
    amount = player.part_of(document["open"])
    came_on = player.hub.now.business.date() - timedelta(days=chance.choice((0, 0, 1, 25)))
    asked: dict[str, Any] = {"amount": amount, "received_on": came_on.isoformat()}
    how = chance.random()
    if how < 0.3:
        asked["oldest_first"] = True
    elif how < 0.9:
        asked["parts"] = [{"document": document["document_id"], "amount": amount}]
    player.post(f"customers/{customer}/payments", asked | {"reference": f"ref {chance.random()}"})


def pay_in_francs(player: Player) -> None:
    """Note francs for a document; the bank's rate is a little off what the document asks."""
    customer, document = player.document()
    minor = minor_of(document["open"])
    francs = minor * 100 // 95 + player.chance.randint(-40, 40)
    if francs < 1:
        raise Idle
    worth = int((Decimal(francs) * Decimal("0.95")).quantize(Decimal(1), ROUND_HALF_EVEN))
    asked = {
        "amount": {"amount": decimal(worth, DIGITS), "currency": document["open"]["currency"]},
        "received": {"amount": decimal(francs, DIGITS), "currency": "CHF"},
        "rate": "0.95",
        "received_on": player.today,
        "parts": [{"document": document["document_id"]}],
        "reference": f"francs {player.chance.random()}",
    }
    player.post(f"customers/{customer}/payments", asked)


def pay_almost(player: Player) -> None:
    """Note some cents too few or too many for a document: too little to ask for or to keep."""
    customer, document = player.document()
    minor = minor_of(document["open"]) + player.chance.choice((-3, -1, 1, 3))
    if minor < 1:
        raise Idle
    asked = {
        "amount": {"amount": decimal(minor, DIGITS), "currency": document["open"]["currency"]},
        "received_on": player.today,
        "parts": [{"document": document["document_id"]}],
        "reference": f"almost {player.chance.random()}",
    }
    player.post(f"customers/{customer}/payments", asked)


def pay_short(player: Player) -> None:
    """Note money that keeps something back, with the reason."""
    customer, document = player.document()
    whole = document["open"]
    minor = minor_of(whole)
    if minor < 200:
        raise Idle
    kept = minor // 20
    money = {"currency": whole["currency"]}
    part = {
        "document": document["document_id"],
        "amount": money | {"amount": decimal(minor - kept, DIGITS)},
        "deduction": money | {"amount": decimal(kept, DIGITS)},
        "reason": "damaged",
    }
    asked = {"amount": part["amount"], "received_on": player.today, "parts": [part]}
    asked["reference"] = f"short {player.chance.random()}"
    player.post(f"customers/{customer}/payments", asked)


def announce(player: Player) -> None:
    """Note a debit that is on its way, and then that it came, or never will."""
    customer, document = player.document()
    part = {"document": document["document_id"]}
    made = player.post(
        f"customers/{customer}/payments",
        {
            "amount": document["open"],
            "received_on": player.today,
            "method": "direct_debit",
            "parts": [part],
            "pending": True,
            "reference": f"debit {player.chance.random()}",
        },
    )
    path = f"payments/{made['payment_id']}"
    if player.chance.random() < 0.7:
        player.post(f"{path}/settle", {"received_on": player.today})
    else:
        player.post(f"{path}/fail")


def use_credit(player: Player) -> None:
    customer, credit = player.of_somebody(lambda customer: _credits(player, customer))
    path = f"customers/{customer}/credits/{credit['source_id']}/allocate"
    player.post(path, {"oldest_first": True})


def give_back(player: Player) -> None:
    customer, credit = player.of_somebody(lambda customer: _credits(player, customer))
    path = f"customers/{customer}/credits/{credit['source_id']}/refunds"
    player.post(path, {"amount": player.part_of(credit["unapplied"])})


def move(player: Player) -> None:
    payment = _payment(player)
    if payment["allocations"]:
        document_id = payment["allocations"][0]["document_id"]
        player.post(f"payments/{payment['payment_id']}/move", {"document_id": document_id})


def reverse(player: Player) -> None:
    payment = _payment(player)
    player.post(f"payments/{payment['payment_id']}/reverse", {"reason": "bounced"})


def deduct(player: Player) -> None:
    customer, document = player.document()
    path = f"invoices/{document['document_id']}/deduct?customer={customer}"
    player.post(path, {"amount": player.part_of(document["open"]), "reason": "bank_fee"})


def write_off(player: Player) -> None:
    customer, document = player.document()
    path = f"invoices/{document['document_id']}/write-off?customer={customer}"
    player.post(path, {"amount": player.part_of(document["open"]), "reason": "insolvent"})
    player.written_off.append((customer, document["document_id"]))


def ask_again(player: Player) -> None:
    if not player.written_off:
        raise Idle
    customer, document_id = player.written_off.pop()
    player.post(f"invoices/{document_id}/ask-again?customer={customer}")


def _credits(player: Player, customer: str) -> list[Any]:
    found: list[Any] = player.hub.api.get(f"{player.path}/customers/{customer}/credits")["items"]
    return found


def _payment(player: Player) -> Any:
    def listed(customer: str) -> list[Any]:
        found = player.hub.api.get(f"{player.path}/payments", customer=customer)["items"]
        return [p for p in found if p["state"] == "settled" and p["source"] != "gateway"]

    return player.of_somebody(listed)[1]


ACTS: dict[str, tuple[int, Act]] = {
    "bank payment": (12, pay),
    "payment in francs": (2, pay_in_francs),
    "payment almost right": (3, pay_almost),
    "short payment": (2, pay_short),
    "announced payment": (2, announce),
    "credit used": (2, use_credit),
    "refund": (2, give_back),
    "allocation moved": (1, move),
    "payment reversed": (1, reverse),
    "deduction": (1, deduct),
    "write-off": (2, write_off),
    "asked again": (1, ask_again),
}
