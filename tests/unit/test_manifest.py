"""What is known of records without a read: it grows, and errs towards "unknown" alone."""

import copy
from random import Random

import pytest

from shared.usecases import manifest
from shared.usecases.manifest import NEWEST, Bucket, Manifest, digest


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
    sizes = {number: len(bucket.entries) for (_, number), bucket in store.kept.items()}
    assert sizes.pop(NEWEST, 0) <= manifest.NEWEST_MAX and max(sizes.values()) < 255
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


def test_what_changes_goes_on_from_the_newest_bucket_and_is_never_older_than_it_was(monkeypatch):
    monkeypatch.setattr(manifest, "NEWEST_MAX", 8)
    store, chance = Store(), Random(3)
    first = opened(store)
    said = records(0, 400)
    first.learn(said)
    first.finish()
    bits, entries = first.bits, first.entries
    sizes = set()
    for step in range(40):
        some = records(at := chance.randrange(395), at + 5, f"{step}")
        one = opened(store, bits, entries)
        assert one.known(said) == set(said) and one.known(some) == set()
        one.learn(some)
        one.finish()
        said |= some
        sizes.add(len(store.kept[bits, NEWEST].entries))
    assert 0 in sizes and max(sizes) <= 8
    assert opened(store, bits, entries).known(said) == set(said)


def test_whoever_reads_while_another_hands_on_knows_nothing_that_is_old(monkeypatch):
    monkeypatch.setattr(manifest, "NEWEST_MAX", 3)
    store = Store()
    for content in ("old", "new"):
        one = opened(store)
        one.learn(records(0, 3, content))
        one.finish()
    store.kept[0, 0] = Bucket(records(0, 3, "old"), 1)
    assert store.kept[0, NEWEST].entries == records(0, 3, "new")
    read, reads = Store.read, []

    def reading(self, bits, numbers):
        reads.append(numbers)
        if len(reads) == 2:  # between the reader's first read and its second
            other = opened(store)
            other.learn(records(3, 9))
            other.finish()
            assert store.kept[0, NEWEST].entries == {}
        return read(self, bits, numbers)

    reader = opened(store)
    monkeypatch.setattr(Store, "read", reading)
    assert reader.known(records(0, 3, "old")) == set()
    assert reader.known(records(0, 3, "new")) == set(records(0, 3))


def test_an_item_of_a_bucket_is_read_for_one_unit():
    assert manifest.PER_BUCKET * 2 * manifest.DIGEST_BYTES * 1.4 < 4096
