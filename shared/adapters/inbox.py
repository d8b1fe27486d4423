"""The inbox: every webhook, stored before it is answered."""

import hashlib
import re
from datetime import datetime
from typing import Any

from shared.adapters import keys
from shared.adapters.table import ConditionLost, Put, Table, Update
from shared.domain.clock import iso
from shared.domain.gateway_event import GatewayEvent
from shared.usecases.receive_webhook import Stored

_ENTITY_ID = re.compile(r"[a-z][a-z0-9-]{1,30}")
_RECEIVED = "received"


class Inbox:
    """Envelopes in the table, raw bodies in the bucket."""

    def __init__(self, table: Table, s3: Any, bucket: str) -> None:
        self._table = table
        self._s3 = s3
        self._bucket = bucket

    def knows(self, entity_id: str) -> bool:
        """Return whether there is such an entity."""
        if not _ENTITY_ID.fullmatch(entity_id):
            return False
        return self._table.get(keys.entity(entity_id)) is not None

    def store(self, entity_id: str, event: GatewayEvent, body: bytes, wall: datetime) -> Stored:
        """Keep event and body and return how the event was known. The first of an id wins."""
        digest = hashlib.sha256(body).hexdigest()
        place = f"inbox/{entity_id}/{event.event_id}.json"
        item = {
            **keys.inbox(entity_id, event.event_id),
            "type": "INBOX",
            "event_id": event.event_id,
            "event_type": event.type,
            "object_id": event.object_id,
            "payment_reference": event.payment_reference,
            "api_version": event.api_version,
            "account": event.account,
            "created_s": event.created_s,
            "livemode": event.livemode,
            "body_sha256": digest,
            "body_key": place,
            "state": _RECEIVED,
            "received_at": iso(wall),
        }
        stored = Stored.NEW
        try:
            self._table.write(Put(item))
        except ConditionLost:
            stored = self._known(entity_id, event.event_id, digest)
        if stored in (Stored.NEW, Stored.AGAIN):
            self._s3.put_object(
                Bucket=self._bucket, Key=place, Body=body, ContentType="application/json"
            )
        return stored

    def finish(self, entity_id: str, event_id: str, state: str, code: str, at: datetime) -> None:
        """Note what became of the event, once; a repeat of it is known by that."""
        followed = Update(
            keys.inbox(entity_id, event_id),
            set={"state": state, "outcome": code, "followed_at": iso(at)},
            condition="#state = :received",
            values={":received": _RECEIVED},
        )
        try:
            self._table.write(followed)
        except ConditionLost:
            return

    def _known(self, entity_id: str, event_id: str, digest: str) -> Stored:
        item = self._table.get(keys.inbox(entity_id, event_id)) or {}
        if item.get("body_sha256") != digest:
            return Stored.OTHER_BODY
        return Stored.AGAIN if item["state"] == _RECEIVED else Stored.FOLLOWED
