"""Numbers: none twice, and none missing where the company wants no gap."""

from collections import Counter
from collections.abc import Iterable, Iterator

from tests.sim.books.customer import Item


def broken_numbers(heads: Iterable[Item], *, gapless: bool) -> Iterator[str]:
    """Yield what is wrong with the numbers of all documents of a company."""
    documents = list(heads)
    numbers = Counter(head["number"] for head in documents)
    for number, times in numbers.items():
        if times > 1:
            yield f"{times} documents have the number {number}"
    own = {h["number"] for h in documents if h["kind"] != "charge" and not h["external_id"]}
    for series in ("INV-", "CN-") if gapless else ():
        given = sorted(int(n.removeprefix(series)) for n in own if n.startswith(series))
        if given != list(range(1, len(given) + 1)):
            yield f"numbers {given} of {series} have a gap"
