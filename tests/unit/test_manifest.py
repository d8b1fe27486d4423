"""What is known of records without a read: it grows, and errs towards "unknown" alone."""

import copy

import pytest

from shared.usecases import manifest
from shared.usecases.manifest import Bucket, Manifest, digest


class Store:
    """Buckets in memory, under their versions."""

    def __init__(self) -> None:
        self.kept: dict[tuple[int, int], Bucket] = {}

    def read(self, bits, numbers):
        found = {n: self.kept[bits, n] for n in numbers if (bits, n) in self.kept}
        return copy.deepcopy(found)

    def write(self, bits, number, bucket):
        stored = self.kept.get((bits, number), Bucket())
        if stored.version != bucket.version:
            return False
        self.kept[bits, number] = Bucket(dict(bucket.entries), bucket.version + 1)
        return True

    def remove(self, bits):
        self.kept = {place: bucket for place, bucket in self.kept.items() if place[0] != bits}


def records(first: int, last: int, content: str = "") -> dict[bytes, bytes]:
    return {digest(f"I-{n}"): digest(f"{n} {content}") for n in range(first, last)}


def opened(store: Store, bits: int = 0, entries: int = 0, *, trusted: bool = True) -> Manifest:
    made = Manifest(store, bits, entries, lambda: made.claimed(), trusted=trusted)
    return made


def test_it_grows_with_what_it_knows_and_forgets_nothing():
    store, bits, entries = Store(), 0, 0
    for step in range(8):
        one = opened(store, bits, entries)
        one.learn(records(step * 500, step * 500 + 500))
        one.finish()
        one.tidy()
        bits, entries = one.bits, one.entries
    assert entries == 4_000 and {of for of, _ in store.kept} == {bits}
    assert max(len(bucket.entries) for bucket in store.kept.values()) < 255
    known = opened(store, bits, entries).known(records(0, 4_100))
    assert len(known) == 4_000


def test_a_run_that_lost_a_bucket_keeps_what_the_other_wrote_beside_its_own():
    store = Store()
    one, other = opened(store), opened(store)
    one.learn(records(0, 3))
    other.learn(records(3, 6))
    one.finish()
    other.finish()
    assert len(opened(store).known(records(0, 6))) == 6


def test_a_run_that_was_overtaken_writes_no_bucket_over_a_later_one():
    def overtaken() -> None:
        raise InterruptedError

    store = Store()
    late = Manifest(store, 0, 0, overtaken, trusted=True)
    late.learn(records(0, 3, "old"))
    late.claimed()
    new = opened(store)
    new.learn(records(0, 3, "new"))
    new.finish()
    with pytest.raises(InterruptedError):
        late.finish()
    assert opened(store).known(records(0, 3, "old")) == set()


def test_what_is_not_trusted_knows_nothing_until_all_was_seen():
    store = Store()
    first = opened(store)
    first.learn(records(0, 3))
    first.finish()
    again = opened(store, trusted=False)
    assert again.known(records(0, 3)) == set()
    again.learn(records(0, 3, "changed"))
    again.trust()
    assert again.known(records(0, 3, "changed")) == set(records(0, 3))


def test_an_item_of_a_bucket_is_read_for_one_unit():
    assert manifest.PER_BUCKET * 2 * manifest.DIGEST_BYTES * 1.4 < 4096
