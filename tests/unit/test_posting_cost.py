"""What a payment on an invoice costs, from webhook to books; see tests/bench/posting.py."""

from shared.adapters.codec import Item
from tests.bench.posting import Hub
from tests.support.capacity import meter


def test_a_posting_costs_no_more_than_it_does_and_a_replay_next_to_nothing() -> None:
    hub = Hub()
    with meter(hub.model) as whole:
        hub.receive()
        hub.follow()
    assert (whole.write_units, whole.calls) == (18, 4)
    before = _all_but_events(hub)
    for _ in range(2):
        with meter(hub.model) as replay:
            hub.follow()
        assert replay.write_units <= 1
        assert _all_but_events(hub) == before


def _all_but_events(hub: Hub) -> list[Item]:
    """Return what is stored but the events themselves: the first repeat of one is noted there."""
    return [item for item in hub.model.items() if item["type"] != {"S": "INBOX"}]
