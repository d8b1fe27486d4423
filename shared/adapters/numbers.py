"""The next number of a series, given to a document in the transaction that writes it."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from shared.adapters import keys
from shared.adapters.table import ConditionLost, Put, Table, Update, Write
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.numbering import counter_name, number_text, pattern_of
from shared.errors import WriteConflict

_ATTEMPTS_MAX = 40
_COUNTER = "COUNTER"


class Numbers:
    """Gives out numbers. pause waits a little before attempt n (from 0) is made again.

    In a gapless series the counter moves in the document's transaction: no number is ever missing,
    and documents wait for each other. In the others the counter is moved before, so documents never
    wait. A number whose document was not written goes back, or to this process's next document;
    only a process that ends with one, or an answer that is lost, leaves it out. No number is given
    twice in either, since each is a fact of its own in the document's transaction.
    """

    def __init__(self, table: Table, pause: Callable[[int], None]) -> None:
        self._table = table
        self._pause = pause
        self._spare: defaultdict[str, list[int]] = defaultdict(list)

    def finalise(
        self,
        entity: Entity,
        series: str,
        unnumbered: Document,
        customer_id: str,
        writes: Callable[[str], Sequence[Write]],
    ) -> str | None:
        """Write what writes makes of the series' next number, and return that number.

        The number leads to unnumbered, the document that it is for, from then on.

        Returns None where a condition of writes was lost (the document is there already, or
        somebody was first) or the series stayed contended: read and decide again. Raises
        InvalidInput where the entity has no such series.
        """
        pattern, issued_on = pattern_of(entity.series, series), unnumbered.issued_on
        counter = keys.counter(entity.entity_id, counter_name(series, pattern, issued_on))

        def made(n: int) -> tuple[str, list[Write]]:
            number = number_text(pattern, n, issued_on)
            fact = {
                **keys.fact(entity.entity_id, f"number:{number}"),
                "type": "FACT",
                "customer_id": customer_id,
                "document_id": unnumbered.document_id,
            }
            return number, [Put(fact), *writes(number)]

        return self._gapless(counter, made) if entity.gapless_numbers else self._free(counter, made)

    def _gapless(
        self, counter: keys.Key, made: Callable[[int], tuple[str, list[Write]]]
    ) -> str | None:
        skipped = 0
        for attempt in range(_ATTEMPTS_MAX):
            item = self._table.get(counter)
            n = (int(item["last"]) if item else 0) + 1 + skipped
            number, writes = made(n)
            try:
                self._table.write(_moved_on(counter, item, n), *writes)
            except WriteConflict:
                self._pause(attempt)
            except ConditionLost as lost:
                if not set(lost.positions) <= {0, 1}:
                    return None
                if lost.positions == (1,):
                    skipped += 1  # somebody else's document has this number: it is not missing
                else:
                    skipped = 0
                    self._pause(attempt)
            else:
                return number
        return None

    def _free(
        self, counter: keys.Key, made: Callable[[int], tuple[str, list[Write]]]
    ) -> str | None:
        n = self._next(counter)
        for attempt in range(_ATTEMPTS_MAX):
            number, writes = made(n)
            try:
                self._table.write(*writes)
            except WriteConflict:
                self._pause(attempt)
            except ConditionLost as lost:
                if lost.positions != (0,):
                    break
                n = self._next(counter)
            else:
                return number
        self._give_back(counter, n)
        return None

    def _next(self, counter: keys.Key) -> int:
        spare = self._spare[counter["pk"] + counter["sk"]]
        if spare:
            return spare.pop()
        for attempt in range(_ATTEMPTS_MAX):
            try:
                return self._table.count(counter, "last", _COUNTER)
            except WriteConflict:
                self._pause(attempt)
        raise WriteConflict(field="number")

    def _give_back(self, counter: keys.Key, n: int) -> None:
        """Let the next document have n; where later numbers went out, the next of this process."""
        back = Update(counter, set={"last": n - 1}, condition="#last = :n", values={":n": n})
        try:
            self._table.write(back)
        except (ConditionLost, WriteConflict):
            self._spare[counter["pk"] + counter["sk"]].append(n)


def _moved_on(counter: keys.Key, item: dict[str, object] | None, n: int) -> Write:
    if item is None:
        return Put({**counter, "type": _COUNTER, "last": n})
    condition, values = "#last = :last", {":last": item["last"]}
    return Update(counter, set={"last": n}, condition=condition, values=values)
