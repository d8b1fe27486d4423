"""What a connector needs to be let in, in the secret store: read each time, written when it turns.

Tokens that an ERP gives for an older one are written back before the older one is forgotten.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from shared.errors import ErpAccess, WriteConflict

KEY_MAX_AGE = timedelta(minutes=1)
_CURRENT = "AWSCURRENT"
_ASIDE = "RENEWED"
"""The label of the newest tokens that were put here, whether they became the secret or not."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A secret as it was read. version changes with every write."""

    value: dict[str, Any]
    version: str


class ErpSecret:
    """One JSON secret, encrypted at rest by the store. It is never logged."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self.name = name

    def value(self) -> dict[str, Any]:
        """Return the secret as it is now. Raises ErpAccess where there is none."""
        return self.read().value

    def read(self) -> Kept:
        """Return the secret as it is now, with its version. Raises ErpAccess where there is none"""
        found = self._labelled(_CURRENT)
        if found is None:
            raise ErpAccess(what="no secret is kept for this connection")
        return found

    def aside(self) -> Kept | None:
        """Return the tokens that replace() was given last, or None where it never was."""
        return self._labelled(_ASIDE)

    def store(self, value: Mapping[str, Any]) -> None:
        """Let the secret be value from now on, whatever it is: a person says so.

        Raises WriteConflict while the store still removes a former one of this name.
        """
        text = json.dumps(dict(value))
        try:
            self._client.put_secret_value(SecretId=self.name, SecretString=text)
        except ClientError as exc:
            if exc.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            self._create(text)

    def remove(self) -> None:
        """Remove the secret and all its versions. Does nothing where there is none."""
        try:
            self._client.delete_secret(SecretId=self.name, ForceDeleteWithoutRecovery=True)
        except ClientError as exc:
            if exc.response["Error"]["Code"] != "ResourceNotFoundException":
                raise

    def replace(self, seen: Kept, value: Mapping[str, Any]) -> bool:
        """Let value be the secret where it is still the one seen; return whether it was.

        Either way value is kept, and aside() finds it: an ERP gave it, and may not do so again.
        """
        text = json.dumps(dict(value))
        put = self._client.put_secret_value(
            SecretId=self.name, SecretString=text, VersionStages=[_ASIDE]
        )
        try:
            self._client.update_secret_version_stage(
                SecretId=self.name,
                VersionStage=_CURRENT,
                MoveToVersionId=put["VersionId"],
                RemoveFromVersionId=seen.version,
            )
        except ClientError as exc:
            # the label is on another version by now, or the version seen is gone
            lost = ("InvalidParameterException", "ResourceNotFoundException")
            if exc.response["Error"]["Code"] not in lost:
                raise
            return False
        return True

    def _create(self, text: str) -> None:
        try:
            self._client.create_secret(Name=self.name, SecretString=text)
        except ClientError as exc:
            # the store still removes the former one of this name
            if exc.response["Error"]["Code"] != "InvalidRequestException":
                raise
            raise WriteConflict(secret=self.name) from None

    def _labelled(self, label: str) -> Kept | None:
        try:
            answer = self._client.get_secret_value(SecretId=self.name, VersionStage=label)
        except ClientError as exc:
            if exc.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise
        return Kept(dict(json.loads(answer["SecretString"])), str(answer["VersionId"]))


class WebhookKey:
    """What signs the hints of one connection; in memory for KEY_MAX_AGE of the wall clock."""

    def __init__(self, secret: ErpSecret) -> None:
        self._secret = secret
        self._key = ""
        self._read_at: datetime | None = None

    def value(self, wall: datetime) -> str:
        """Return the key as it was at most KEY_MAX_AGE before wall, "" where there is none."""
        if self._read_at is None or not timedelta(0) <= wall - self._read_at < KEY_MAX_AGE:
            try:
                self._key = str(self._secret.value().get("webhook_key", ""))
            except ErpAccess:
                self._key = ""
            self._read_at = wall
        return self._key
