"""What a connector needs to be let in, in the secret store: read each time, written when it turns.

Tokens that an ERP gives for an older one are written back before the older one is forgotten.
"""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from shared.errors import ErpAccess


class ErpSecret:
    """One JSON secret, encrypted at rest by the store. It is never logged."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self.name = name

    def value(self) -> dict[str, Any]:
        """Return the secret as it is now. Raises ErpAccess where there is none."""
        try:
            answer = self._client.get_secret_value(SecretId=self.name)
        except ClientError as exc:
            if exc.response["Error"]["Code"] == "ResourceNotFoundException":
                raise ErpAccess(what="no secret is kept for this connection") from exc
            raise
        return dict(json.loads(answer["SecretString"]))

    def store(self, value: Mapping[str, Any]) -> None:
        """Let the secret be value from now on."""
        text = json.dumps(dict(value))
        try:
            self._client.put_secret_value(SecretId=self.name, SecretString=text)
        except ClientError as exc:
            if exc.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            self._client.create_secret(Name=self.name, SecretString=text)
