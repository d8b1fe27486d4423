"""Who uses the portal in these tests, and a gateway that keeps what it was asked."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from shared import runtime
from shared.adapters import keys
from shared.adapters.account_items import checkout_from
from shared.adapters.head_items import head_item
from shared.adapters.table import Put
from shared.domain.checkout import Checkout
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.document import Document, DocumentKind
from shared.domain.entity import Entity
from shared.domain.money import Money
from shared.domain.policy import Policy
from tests.support.browser import Browser

TODAY = datetime.now(ZoneInfo("Europe/Berlin")).date()
"""The customers' own date, an hour or two ahead of UTC's."""
D1, D2, D3, D4, OTHERS = (f"{i}".rjust(26, "0") for i in range(1, 6))
POLICY = Policy.model_validate(
    {
        "name": "standard",
        "stages": [
            {"id": "reminder", "offset_days": 7, "channel": "email", "template": "reminder"}
        ],
    }
)


class FakeGateway:
    """Answers as the port says; keeps what it was asked."""

    def __init__(self) -> None:
        self.made: dict[str, tuple[Checkout, tuple[tuple[str, Money], ...], str]] = {}
        self.calls = 0
        self.expired: list[str] = []
        self.complete: set[str] = set()

    def create_checkout(
        self,
        entity: Entity,
        customer: Customer,
        checkout: Checkout,
        lines: tuple[tuple[str, Money], ...],
        success_url: str,
        cancel_url: str,
    ) -> tuple[str, str]:
        self.calls += 1
        session_id = f"cs_{checkout.checkout_id}"
        self.made[session_id] = (checkout, lines, success_url)
        return session_id, f"https://checkout.stripe.com/c/{session_id}"

    def expire_checkout(self, session_id: str) -> str:
        self.expired.append(session_id)
        return "complete" if session_id in self.complete else "expired"


def add_open_invoice(
    of: Entity, whose: Customer, name: str, number: str, due_on: date, minor: int, cur: str = "EUR"
) -> Document:
    """Write an open invoice of minor units of cur, and return it."""
    amount = Money(minor=minor, currency=cur)
    issued_on = due_on - timedelta(days=30)
    made = Document(name, DocumentKind.INVOICE, number, issued_on, due_on, amount, amount)
    runtime.table().write(Put(head_item(of.entity_id, whose, made, of.shards)))
    return made


def moment(**later: int) -> Now:
    moment = datetime.now(UTC) + timedelta(**later)
    return Now(moment, moment)


def signed_in(whose: Customer) -> Browser:
    browser = Browser()
    path = runtime.links().create("demo", whose.customer_id, moment())
    answer = browser.post(path, [])
    assert answer["statusCode"] == 303
    assert answer["headers"]["location"] == "/p/demo"
    return browser


def checkouts_of(whose: Customer) -> list[Checkout]:
    found = runtime.table().query(keys.live("demo", whose.customer_id), begins="CHECKOUT#")
    return [checkout_from(item) for item in found]
