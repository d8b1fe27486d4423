"""What comes from outside: the ERP, the mail service, the weather."""

from datetime import date
from typing import TYPE_CHECKING

from tests.lives.sentences import DAY, MONEY, verb

if TYPE_CHECKING:
    from tests.lives.life import Life


@verb(r"the ERP corrects (?P<number>\S+) to (?P<amount>[\d.]+) EUR")
def corrects(life: "Life", number: str, amount: str) -> None:
    life.correct_invoice(number, total=amount)


@verb(rf"the ERP moves (?P<number>\S+) to be due {DAY.format('day')}")
def moves(life: "Life", number: str, day: str) -> None:
    life.correct_invoice(number, due_date=day)


@verb(rf"the ERP reports {MONEY} paid on (?P<number>\S+)")
def reports(life: "Life", amount: str, currency: str, number: str) -> None:
    row = f"P{life.request_name()},{number},{life.today()},{currency},{amount},bank"
    head = "external_id,invoice_external_id,paid_on,currency,amount,method"
    life.hub.drop("payments.csv", f"{head}\n{row}\n")


@verb(
    rf"the ERP sends a second customer (?P<whom>\w+), (?P<name>[^,]+), with (?P<number>\S+): "
    rf"{MONEY}, issued {DAY.format('issued')}, due {DAY.format('due')}"
)
def second_customer(
    life: "Life", whom: str, name: str, number: str, amount: str, currency: str, issued: str,
    due: str,
) -> None:  # fmt: skip
    life.send_another(whom, name, f"{amount} {currency}, issued {issued}, due {due}", number)


@verb(r"the controller merges (?P<whom>\w+) into the customer: (?P<note>.+)")
def merges(life: "Life", whom: str, note: str) -> str:
    done = life.api("POST", f"customers/{whom}/merge", {"into": "C1", "note": note})
    return f"{len(done['moved'])} moved, {len(done['stayed'])} stayed"


@verb(r"the ERP sends the customer with (?P<changes>.+)")
def sends_customer(life: "Life", changes: str) -> None:
    pairs = (pair.split(" ", 1) for pair in changes.split(", "))
    life.send_customer(**dict(pairs))  # pairs of two


@verb(rf"the hub is down until {DAY.format('day')}")
def down(life: "Life", day: str) -> None:
    life.down_until = date.fromisoformat(day)


@verb(r"mail to (?P<address>\S+) (?P<fate>bounces|complains|arrives) from now on")
def fate(life: "Life", address: str, fate: str) -> None:
    outcome = {"bounces": "bounce", "complains": "complaint", "arrives": "delivered"}[fate]
    life.hub.mail_fate(address, outcome)


@verb(r"the mail service refuses everything")
def refuses(life: "Life") -> None:
    life.hub.mail_refuses()


@verb(r"the mail service rejects what it gets")
def rejects(life: "Life") -> None:
    life.hub.mail_rejects()


@verb(r"the mail service takes mails, and neither its answers nor its events arrive")
def falls_silent(life: "Life") -> None:
    life.hub.mail_falls_silent()


@verb(r"the mail service works again")
def works_again(life: "Life") -> None:
    life.hub.mail_works()


@verb(r"(?P<text>nothing comes of it: .+)")
def nothing(life: "Life", text: str) -> None:
    """Say something to the reader only."""
