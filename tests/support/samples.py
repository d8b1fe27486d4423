"""Small sample values that tests start from."""

from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.money import Money


def eur(minor: int) -> Money:
    """Return minor euro cents."""
    return Money(minor=minor, currency="EUR")


def customer(**changes: object) -> Customer:
    """Return a sample customer with changes."""
    values: dict[str, object] = {
        "customer_id": "c1",
        "external_id": "C-1",
        "name": "Nordlicht GmbH",
        "email": "ap@nordlicht.example",
        "language": "en",
        "time_zone": "Europe/Berlin",
        "currency": "EUR",
        "policy": "standard",
    }
    return Customer(**(values | changes))


def entity(**changes: object) -> Entity:
    """Return a sample released entity with changes."""
    values: dict[str, object] = {
        "entity_id": "demo",
        "name": "Seller Ltd",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
        "language": "en",
        "contact_email": "help@seller.example",
        "hold_all": False,
    }
    return Entity(**(values | changes))
