"""What the tests of people's work on money begin with."""

from datetime import date

import pytest

from shared import runtime
from tests.integration import hub
from tests.integration.cash import CUSTOMER, ENTITY, NOON, Desk
from tests.support.operators import ADMIN, AUDIENCE, call, issuer


@pytest.fixture
def desk(cloud, tmp_path, monkeypatch):
    """A customer who owes three invoices of 100 EUR, and a controller who works on his money."""
    with issuer(tmp_path / "key.pem") as serving:
        monkeypatch.setenv("TOKEN_ISSUER", serving.url)
        monkeypatch.setenv("TOKEN_AUDIENCE", AUDIENCE)
        monkeypatch.setenv("TOKEN_JWKS_URL", f"{serving.url}/.well-known/jwks.json")
        hub.move_clock(NOON)
        admin = serving.mint(ADMIN)
        assert call(admin, "POST", "/entities", ENTITY).status == 201
        of = runtime.entities().get("acme")
        customer = hub.add_customer(of, customer_id=CUSTOMER, external_id="C-7")
        names = [f"01J{c * 23}" for c in "123"]
        for month, name in enumerate(names):
            hub.add_invoice(of, customer, name, date(2026, 1 + month, 20))
        yield Desk(serving, of, customer, names)
