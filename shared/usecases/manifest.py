"""What is known of an ERP's records without reading a fact: their hashes, many to an item.

It is a cache of what the facts say, and may be wrong in one direction only: a record that it does
not know is looked up. Whoever writes a fact that the manifest may know otherwise has said so before
(PullState.applying), and whoever finds that said trusts nothing here.

What changed of late lies together in one more bucket, NEWEST, and counts before the others: a sync
that finds changes all over writes one item, and not a part of every one. When there is no room left
in it, the others take over what it says.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Protocol

PER_BUCKET = 170
"""Records in a bucket on average, at most: one of so many is read for one unit."""
DIGEST_BYTES = 8
NEWEST = 1 << 24
"""The number of the bucket of what changed of late, after those of all others."""
NEWEST_MAX = 1024
"""Records in it, at most: 16 KB to be read by each sync, and written by each that has changes."""
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
        self._learnt: dict[bytes, bytes] = {}
        self._urgent = False
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
            self._learnt[key] = content
            if said is None:
                self.entries += 1
            else:
                self._urgent = True

    def trust(self) -> None:
        """Trust what it says from now on: all that the ERP has was seen."""
        self._trusted = True

    def claimed(self) -> None:
        """Note that the run renewed its claim."""
        self._read_since_claim.clear()

    def settle(self) -> None:
        """Write the changed hashes; added ones may wait."""
        if self._urgent and self.entries > 2 * PER_BUCKET << self.bits:
            self.finish()
        elif self._urgent:
            self._keep()

    def finish(self) -> None:
        """Write all that was learnt, in as many buckets as so many records need."""
        bits = self.bits
        while self.entries > PER_BUCKET << bits and bits < _BITS_MAX:
            bits += 1
        if bits > self.bits:
            self._grow(bits)
        elif self._learnt:
            self._keep()

    def tidy(self) -> None:
        """Delete the buckets of the former size once the new size is stored."""
        for bits in self._outgrown:
            self._store.remove(bits)
        self._outgrown.clear()

    def _keep(self) -> None:
        """Write what was learnt: into the newest bucket, while there is room."""
        newest = self._read[NEWEST].entries.keys() | self._learnt.keys()
        if len(newest) <= NEWEST_MAX:
            self._write(NEWEST, self._learnt)
        else:
            self._hand_on()
        self._learnt, self._urgent = {}, False

    def _hand_on(self) -> None:
        """Let the others take over what the newest bucket says, and then empty it."""
        while True:
            newest = self._read[NEWEST].entries | self._learnt
            parts = self._parts(newest)
            self._load(parts)
            for number in sorted(parts):
                self._write(number, parts[number])
            version = self._read[NEWEST].version
            self._still_claimed(NEWEST)
            if not version:
                return
            if self._store.write(self.bits, NEWEST, Bucket({}, version)):
                self._read[NEWEST] = Bucket({}, version + 1)
                return
            self._read_again(NEWEST)

    def _grow(self, bits: int) -> None:
        self._load(range(1 << self.bits))
        newest = self._read.pop(NEWEST).entries | self._learnt
        known: dict[bytes, bytes] = {}
        for bucket in self._read.values():
            known |= bucket.entries
        self._outgrown.add(self.bits)
        self.bits, self._read = bits, {}
        self._load(range(1 << bits))
        # of a run that came no further than this
        left = {number for number, bucket in self._read.items() if bucket.entries}
        for number in left:
            self._read[number].entries.clear()
        parts = self._parts(known | newest)
        for number in sorted(parts.keys() | left):
            self._write(number, parts.get(number, {}))
        self._learnt, self._urgent = {}, False

    def _parts(self, records: Mapping[bytes, bytes]) -> dict[int, dict[bytes, bytes]]:
        """Return records by the bucket that each belongs to."""
        parts: dict[int, dict[bytes, bytes]] = {}
        for key, content in records.items():
            parts.setdefault(self._of(key), {})[key] = content
        return parts

    def _said(self, key: bytes) -> bytes | None:
        places = (self._learnt, self._read[NEWEST].entries, self._read[self._of(key)].entries)
        return next((place[key] for place in places if key in place), None)

    def _of(self, key: bytes) -> int:
        return int.from_bytes(key[:4]) >> (32 - self.bits)

    def _load(self, numbers: Iterable[int]) -> None:
        """Read what was not read yet: the newest bucket before all others.

        Whoever empties it has written them before, so what it says no more is in what is read then.
        """
        needed = set(numbers)
        for wanted in ({NEWEST} if needed else needed, needed):
            missing = sorted(wanted - self._read.keys())
            if missing:
                found = self._store.read(self.bits, missing)
                self._read |= {number: found.get(number) or Bucket() for number in missing}
                self._read_since_claim.update(missing)

    def _write(self, number: int, learnt: Mapping[bytes, bytes]) -> None:
        """Write learnt over a bucket that was read before a claim that came before this.

        So a run that was overtaken either stops at the claim or loses the condition.
        """
        while True:
            self._still_claimed(number)
            read = self._read[number]
            bucket = Bucket({**read.entries, **learnt}, read.version)
            if self._store.write(self.bits, number, bucket):
                self._read[number] = Bucket(bucket.entries, bucket.version + 1)
                return
            self._read_again(number)

    def _still_claimed(self, number: int) -> None:
        if number in self._read_since_claim:
            self._claim()

    def _read_again(self, number: int) -> None:
        """Read a bucket that another run wrote since; with the newest, all that it stood before."""
        if number == NEWEST:
            self._read.clear()
        self._read.pop(number, None)
        self._load((number,))
