"""A short wait before trying again, so that two writers do not meet a second time."""

import random
import time

_FIRST_S = 0.02
_LONGEST_S = 1.0


def pause(attempt: int) -> None:
    """Sleep for a random time that grows with attempt (from 0): at most a second."""
    longest_s = min(_LONGEST_S, _FIRST_S * 2**attempt)
    time.sleep(random.uniform(0, longest_s))  # noqa: S311 - chance, not a secret
