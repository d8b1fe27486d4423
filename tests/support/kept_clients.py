"""Clients of AWS that are made once and lent to one test after the other, each time as new.

To make a client takes as long as twenty calls of it to moto.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

import boto3
from botocore.config import Config


class KeptClients(boto3.Session):
    """Lends each of its clients once at a time, so that who asks twice has two."""

    def __init__(self) -> None:
        super().__init__()
        self._free: dict[str, list[_Kept]] = defaultdict(list)
        self._lent: list[tuple[str, _Kept]] = []

    def client(self, service_name: str, *args: Any, **kwargs: Any) -> Any:
        """Return a client as boto3 makes it, with nothing on it of who had it before."""
        asked = _told(service_name, args, kwargs)
        if free := self._free[asked]:
            kept = free.pop()
            kept.restore()  # not before: a test's own patches are undone after its clients are back
        else:
            kept = _Kept(super().client(service_name, *args, **kwargs))
        self._lent.append((asked, kept))
        return kept.client

    @contextmanager
    def lending(self) -> Iterator["KeptClients"]:
        """Take back at the end what was lent meanwhile."""
        try:
            yield self
        finally:
            for asked, kept in self._lent:
                self._free[asked].append(kept)
            self._lent.clear()


class _Kept:
    """A client and what it was like when it was new."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self._emitter = client.meta.events._emitter
        self._handlers = copy(self._emitter._handlers)
        parts = (client, client.meta, client._endpoint)
        self._parts = [(part, dict(vars(part))) for part in parts]

    def restore(self) -> None:
        """Take off the client what somebody hung on it."""
        for part, as_new in self._parts:
            vars(part).clear()
            vars(part).update(as_new)
        self._emitter._handlers = copy(self._handlers)
        self._emitter._lookup_cache = {}


def _told(service: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """Return in words all that a client is made of: two alike are the same client."""
    words = {name: vars(v) if isinstance(v, Config) else v for name, v in kwargs.items()}
    around = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    return repr((service, args, sorted(words.items()), sorted(around.items())))
