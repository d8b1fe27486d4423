"""The hub's queues, by name."""

import json
from collections.abc import Iterable, Mapping
from itertools import batched
from typing import Any

from shared.errors import WriteConflict

_BATCH_MAX = 10
Body = Mapping[str, object]


class Queues:
    """Sends JSON messages. urls maps a queue's name (such as NOTICE) to its URL."""

    def __init__(self, client: Any, urls: Mapping[str, str]) -> None:
        self._client = client
        self._urls = urls

    def send(
        self, queue: str, body: Body, group: str = "", dedup: str = "", *, delay_s: int = 0
    ) -> None:
        """Send one message, to be seen after delay_s; group and dedup are for a FIFO queue."""
        self.send_many(queue, [(body, group, dedup)], delay_s=delay_s)

    def send_many(
        self, queue: str, messages: Iterable[tuple[Body, str, str]], *, delay_s: int = 0
    ) -> None:
        """Send (body, group, dedup) messages in batches, to be seen after delay_s (900 at most).

        Raises WriteConflict when the queue took only some of them: the caller's retry sends all
        again, and every consumer is idempotent.
        """
        for chunk in batched(messages, _BATCH_MAX, strict=False):
            entries = []
            for i, (body, group, dedup) in enumerate(chunk):
                text = json.dumps(body, separators=(",", ":"))
                entry: dict[str, Any] = {"Id": str(i), "MessageBody": text}
                if delay_s:
                    entry["DelaySeconds"] = delay_s
                if group:
                    entry |= {"MessageGroupId": group, "MessageDeduplicationId": dedup}
                entries.append(entry)
            answer = self._client.send_message_batch(QueueUrl=self._urls[queue], Entries=entries)
            if answer.get("Failed"):
                raise WriteConflict(queue=queue, failed=len(answer["Failed"]))
