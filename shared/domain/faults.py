"""What is wrong with data that people write: each fault as the field it is about and a sentence."""

from collections.abc import Iterable

Fault = tuple[tuple[str | int, ...], str]


class Faults(ValueError):
    """All that one rule finds wrong with an object; a path counts from that object."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(sentence for _, sentence in self.faults))


def refuse(faults: Iterable[Fault]) -> None:
    """Raise Faults where there are any."""
    found = tuple(faults)
    if found:
        raise Faults(found)
