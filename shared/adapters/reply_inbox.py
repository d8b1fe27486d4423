"""Mails that SES took for us: its note of each, and the bytes that it put into the bucket."""

from dataclasses import dataclass
from typing import Any

from shared.adapters.reply_mail import READ_BYTES_MAX, read_reply
from shared.domain.replies import Reply

_SUSPICIOUS = ("spamVerdict", "virusVerdict", "dmarcVerdict")


@dataclass(frozen=True, slots=True)
class Received:
    """SES's note of one mail: where its bytes are, whom it was for, what the checks said."""

    key: str
    recipients: tuple[str, ...]
    suspicious: bool


def received(note: dict[str, Any]) -> Received | None:
    """Return what a note of SES says, or None for one that speaks of no mail in a bucket.

    Spam, malware and a sender that its own domain disowns are suspicious.
    """
    receipt = note.get("receipt", {})
    action = receipt.get("action", {})
    if note.get("notificationType") != "Received" or action.get("type") != "S3":
        return None
    verdicts = (receipt.get(name, {}).get("status") for name in _SUSPICIOUS)
    return Received(
        key=action["objectKey"],
        recipients=tuple(receipt.get("recipients", ())),
        suspicious="FAIL" in verdicts,
    )


class ReplyInbox:
    """Reads the mails that came in."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def read(self, note: Received) -> Reply:
        """Return the mail of note; of a long one the beginning, where its words are."""
        found = self._client.get_object(
            Bucket=self._bucket, Key=note.key, Range=f"bytes=0-{READ_BYTES_MAX - 1}"
        )
        return read_reply(found["Body"].read(), note.recipients, suspicious=note.suspicious)
