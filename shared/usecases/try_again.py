"""Work that is done anew from its first read where another writer was first."""

from collections.abc import Callable

from shared.errors import WriteConflict

ATTEMPTS_MAX = 8


def try_again[T](
    pause: Callable[[int], None], work: Callable[[], T], attempts_max: int = ATTEMPTS_MAX
) -> T:
    """Return what work returns. pause waits before try n (from 0) is followed by the next.

    Raises WriteConflict after attempts_max tries.
    """
    for attempt in range(attempts_max - 1):
        try:
            return work()
        except WriteConflict:
            pause(attempt)
    return work()
