"""What is known of an ERP's records without reading a fact: their hashes, many to an item.

It is a cache of what the facts say, and may be wrong in one direction only: a record that it does
not know is looked up. Whoever writes a fact that the manifest may know otherwise has said so before
(PullState.applying), and whoever finds that said trusts nothing here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Protocol

PER_BUCKET = 170
"""Records in a bucket on average, at most: one of so many is read for one unit."""
DIGEST_BYTES = 8
_BITS_MAX = 24


@dataclass(slots=True)
class Bucket:
    """Some records' hashes by the hashes of their ids. version 0 is a bucket nobody wrote."""

    entries: dict[bytes, bytes] = field(default_factory=dict)
    version: int = 0


class Buckets(Protocol):
    """Where the buckets of one kind lie."""

    def read(self, bits: int, numbers: Iterable[int]) -> Mapping[int, Bucket]: ...
    def write(self, bits: int, number: int, bucket: Bucket) -> bool: ...
    def remove(self, bits: int) -> None: ...


def digest(text: str) -> bytes:
    """Return the short hash by which text is remembered."""
    return blake2b(text.encode(), digest_size=DIGEST_BYTES).digest()


class Manifest:
    """The hashes of one kind's records, as one run sees them. Buckets are read once, when asked.

    trusted False means: it may know less than the facts, so nothing that it says is believed.
    claim makes sure that the run still goes on, tells claimed(), or raises.
    """

    def __init__(
        self, store: Buckets, bits: int, entries: int, claim: Callable[[], None], *, trusted: bool
    ) -> None:
        self._store = store
        self._claim = claim
        self._trusted = trusted
        self._read: dict[int, Bucket] = {}
        self._learnt: dict[int, set[bytes]] = {}
        self._urgent: set[int] = set()
        self._read_since_claim: set[int] = set()
        self._outgrown: set[int] = set()
        self.bits = bits
        self.entries = entries

    def known(self, records: Mapping[bytes, bytes]) -> set[bytes]:
        """Return those of records, hashes by id, that say what the facts say already."""
        if not self._trusted:
            return set()
        self._load(self._of(key) for key in records)
        return {key for key, content in records.items() if self._said(key) == content}

    def learn(self, records: Mapping[bytes, bytes]) -> None:
        """Note that the facts say records now."""
        self._load(self._of(key) for key in records)
        for key, content in records.items():
            said = self._said(key)
            if said == content:
                continue
            number = self._of(key)
            self._read[number].entries[key] = content
            self._learnt.setdefault(number, set()).add(key)
            if said is None:
                self.entries += 1
            else:
                self._urgent.add(number)

    def trust(self) -> None:
        """Believe it from now on: all that the ERP has was seen."""
        self._trusted = True

    def claimed(self) -> None:
        """Hear that the run has just made sure that it still goes on."""
        self._read_since_claim.clear()

    def settle(self) -> None:
        """Write what would be wrong if it were not written, and not merely unknown."""
        if self._urgent and self.entries > 2 * PER_BUCKET << self.bits:
            self.finish()
        self._write(self._urgent)

    def finish(self) -> None:
        """Write all that was learnt, in as many buckets as so many records need."""
        bits = self.bits
        while self.entries > PER_BUCKET << bits and bits < _BITS_MAX:
            bits += 1
        if bits > self.bits:
            self._grow(bits)
        self._write(set(self._learnt))

    def tidy(self) -> None:
        """Remove what was outgrown, once it is written down that it was."""
        for bits in self._outgrown:
            self._store.remove(bits)
        self._outgrown.clear()

    def _grow(self, bits: int) -> None:
        self._load(range(1 << self.bits))
        known = [item for bucket in self._read.values() for item in bucket.entries.items()]
        self._outgrown.add(self.bits)
        self.bits, self._read, self._learnt, self._urgent = bits, {}, {}, set()
        self._load(range(1 << bits))
        for number, bucket in self._read.items():
            if bucket.entries:  # of a run that came no further than this
                bucket.entries.clear()
                self._learnt[number] = set()
        for key, content in known:
            number = self._of(key)
            self._read[number].entries[key] = content
            self._learnt.setdefault(number, set()).add(key)

    def _said(self, key: bytes) -> bytes | None:
        return self._read[self._of(key)].entries.get(key)

    def _of(self, key: bytes) -> int:
        return int.from_bytes(key[:4]) >> (32 - self.bits)

    def _load(self, numbers: Iterable[int]) -> None:
        missing = sorted(set(numbers) - self._read.keys())
        if missing:
            found = self._store.read(self.bits, missing)
            self._read |= {number: found.get(number) or Bucket() for number in missing}
            self._read_since_claim.update(missing)

    def _write(self, numbers: set[int]) -> None:
        """Write buckets, each read before a claim that came before its write.

        So a run that was overtaken either stops at the claim or loses the condition.
        """
        for number in sorted(numbers):
            self._still_claimed(number)
            while not self._store.write(self.bits, number, self._read[number]):
                self._read_again(number)
                self._still_claimed(number)
            self._read[number].version += 1
            self._learnt.pop(number, None)
        self._urgent -= numbers

    def _still_claimed(self, number: int) -> None:
        if number in self._read_since_claim:
            self._claim()

    def _read_again(self, number: int) -> None:
        """Take what another run wrote beside what is learnt here."""
        stored = self._store.read(self.bits, (number,)).get(number) or Bucket()
        own = self._read[number].entries
        learnt = {key: own[key] for key in self._learnt.get(number, ())}
        self._read[number] = Bucket(stored.entries | learnt, stored.version)
        self._read_since_claim.add(number)
