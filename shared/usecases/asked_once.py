"""A request that its caller named is carried out once; its name stands for nothing else."""

from collections.abc import Callable
from typing import Protocol

from shared.domain.cash_step import Asked, Done
from shared.errors import RequestReused


class Requests(Protocol):
    def done(self, entity_id: str, asked: Asked) -> Done | None: ...


def asked_once[Made](
    requests: Requests, entity_id: str, asked: Asked, work: Callable[[], Made]
) -> Made:
    """Return what work makes, which gives the same thing again for the same request.

    Raises RequestReused where the request said something else before, or another one of its name
    was faster.
    """
    same(requests.done(entity_id, asked), asked)
    made = work()
    same(requests.done(entity_id, asked), asked)
    return made


def same(done: Done | None, asked: Asked) -> Done | None:
    """Return done as it is. Raises RequestReused where that was another request."""
    if done is not None and done.digest != asked.digest:
        raise RequestReused(field="idempotency-key", reason="it named another request")
    return done
