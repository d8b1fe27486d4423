"""Money by bank and by hand: noted, used, moved, reversed, given back, given up."""

from typing import Any

from tests.books.player import Act, Player, decimal

DIGITS = 2


def pay(player: Player) -> None:
    """Note money for one document, or for whatever is open; sometimes more, sometimes short."""
    chance = player.chance
    customer, document = player.document()
    amount = player.part_of(document["open"])
    asked: dict[str, Any] = {"amount": amount, "received_on": player.today}
    how = chance.random()
    if how < 0.3:
        asked["oldest_first"] = True
    elif how < 0.9:
        asked["parts"] = [{"document": document["document_id"], "amount": amount}]
    if how < 0.1:
        asked["received"] = {
            "amount": decimal(chance.randint(1, 90_000), DIGITS),
            "currency": "CHF",
        }
        asked["rate"] = "0.95"
    player.post(f"customers/{customer}/payments", asked | {"reference": f"ref {chance.random()}"})


def pay_short(player: Player) -> None:
    """Note money that keeps something back, with the reason."""
    customer, document = player.document()
    whole = document["open"]
    minor = int(whole["amount"].replace(".", ""))
    if minor < 200:
        return
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


def ask_again(player: Player) -> None:
    customer, document = player.document("all")
    player.post(f"invoices/{document['document_id']}/ask-again?customer={customer}")


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
    "short payment": (2, pay_short),
    "announced payment": (2, announce),
    "credit used": (2, use_credit),
    "refund": (2, give_back),
    "allocation moved": (1, move),
    "payment reversed": (1, reverse),
    "deduction": (1, deduct),
    "write-off": (2, write_off),
    "asked again": (3, ask_again),
}
