"""What a payment on an invoice costs, from webhook to books; see tests/bench/posting.py."""

from tests.bench.posting import Hub
from tests.support.capacity import meter


def test_a_posting_costs_no_more_than_it_does_and_a_replay_next_to_nothing() -> None:
    hub = Hub()
    with meter(hub.model) as whole:
        hub.receive()
        hub.follow()
    assert (whole.write_units, whole.calls) == (19, 5)
    before = list(hub.model.items())
    with meter(hub.model) as replay:
        hub.follow()
    assert replay.write_units <= 1
    assert list(hub.model.items()) == before
