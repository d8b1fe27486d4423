"""What is not the gateway's is refused without a trace; what cannot be placed is parked."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import stripe

from tests.support.company import Company
from tests.support.payer import Payer, link_in
from tests.support.stack import Hub, Json
from tests.support.webhooks import MALFORMED, body_of, post, secret_of, signed

pytestmark = pytest.mark.cloud


@pytest.fixture(scope="module")
def company(hub: Hub) -> Iterator[Company]:
    hub.move_clock(datetime(2026, 3, 9, 8, tzinfo=UTC))
    with Company.open(hub, "badhook") as company:
        company.seed(2, 1, "2026-03-01", "2026-03-09")
        company.release()
        company.sweep_report(company.sweep())
        yield company


def event(hub: Hub, number: int, **changes: object) -> Json:
    """Return an event about a payment that the gateway does not know, in its own shape."""
    subject = {"id": f"pi_nobody{number}", "object": "payment_intent"}
    return {
        "id": f"evt_forged{number}",
        "object": "event",
        "type": "payment_intent.succeeded",
        "api_version": stripe.api_version,
        "created": 1_700_000_000,
        "livemode": False,
        "data": {"object": subject},
    } | changes


def stored(hub: Hub, entity: str) -> tuple[int, int]:
    """Return how many items the table and how many webhooks the bucket holds."""
    return hub.count_items(), len(hub.files("DocumentsBucket", f"inbox/{entity}/"))


def test_what_is_not_signed_is_answered_400_and_nothing_is_stored(
    hub: Hub, company: Company
) -> None:
    secret, body = secret_of(hub), body_of(event(hub, 1))
    right = signed(body, secret)
    stamp, mark = right.split(",")
    refused = {
        "no signature": (body, None),
        "empty": (body, ""),
        "no time": (body, mark),
        "time is no number": (body, f"t=abc,{mark}"),
        "only v0": (body, right.replace("v1=", "v0=")),
        "forged": (body, signed(body, "whsec_guessed")),
        "301 s old": (body, signed(body, secret, age_s=301)),
        "400 s ahead": (body, signed(body, secret, age_s=-400)),
        "a day ahead": (body, signed(body, secret, age_s=-86_400)),
        "a newline more": (body + b"\n", right),
        "another time": (body, f"t={int(stamp[2:]) - 1},{mark}"),
        "live mode": (live := body_of(event(hub, 2, livemode=True)), signed(live, secret)),
    }
    refused |= {name: (bad, signed(bad, secret)) for name, bad in MALFORMED.items()}
    before = stored(hub, company.entity)
    answers = {name: post(hub, company.entity, *sent).status for name, sent in refused.items()}
    hub.idle()
    assert answers == dict.fromkeys(refused, 400)
    assert stored(hub, company.entity) == before
    large = b"[" * (256 * 1024 + 1)
    assert post(hub, company.entity, large, signed(large, secret)).status == 413
    assert post(hub, "nobody-here", body, right).status == 404
    assert stored(hub, company.entity) == before
    print(f"{len(refused)} bad webhooks refused, {before[0]} items before and after")


def test_the_witness_would_have_seen_a_stored_webhook(hub: Hub, company: Company) -> None:
    """The break on purpose: the same event, rightly signed, does leave a trace."""
    before = stored(hub, company.entity)
    body = body_of(event(hub, 3))
    assert post(hub, company.entity, body, signed(body, secret_of(hub))).status == 200
    hub.idle()
    items, files = stored(hub, company.entity)
    assert items > before[0]
    assert files == before[1] + 1


def test_what_nobody_can_place_is_parked_and_shown_not_guessed(hub: Hub, company: Company) -> None:
    payer = Payer.enter(hub, link_in(company.mailed(1)[0]))
    checkout = payer.checkout(*payer.documents()).rpartition("/")[2]
    ours = hub.stripe.v1.checkout.sessions.retrieve(checkout).metadata.to_dict()
    open_before = company.documents(1)
    pay_as_nobody_asked(hub, "eur", {})
    pay_as_nobody_asked(hub, "eur", ours | {"checkout": "0" * 26})
    pay_as_nobody_asked(hub, "eur", ours | {"customer": "0" * 26})
    pay_as_nobody_asked(hub, "usd", ours)
    pay_as_nobody_asked(hub, "eur", ours | {"entity": "nobody-here"})
    for number, changes in enumerate(({"account": "acct_other"}, {"api_version": "2019-01-01"}), 4):
        body = body_of(event(hub, number, **changes))
        assert post(hub, company.entity, body, signed(body, secret_of(hub))).status == 200
    hub.idle()
    reasons = [item["reason"] for item in company.parked()]
    expected = {
        "no_mark",
        "unknown_checkout",
        "currency_mismatch",
        "unknown_entity",
        "other_account",
        "api_version",
    }
    assert expected <= set(reasons), reasons
    assert company.payments() == []
    assert company.documents(1) == open_before
    print(f"{len(reasons)} parked: {sorted(set(reasons))}")


def pay_as_nobody_asked(hub: Hub, currency: str, metadata: dict[str, str]) -> None:
    """Charge a card through the gateway behind the hub's back, with these marks."""
    price = {"currency": currency, "unit_amount": 10101, "product_data": {"name": "Something"}}
    session = hub.stripe.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "line_items": [{"quantity": 1, "price_data": price}],
            "metadata": metadata,
            "payment_intent_data": {"metadata": metadata},
            "customer_email": "somebody@else.example",
            "success_url": f"{hub.url}/health",
        }
    )
    Payer(hub, "nobody").fill_in(str(session.url))
