"""Mails as they were sent, without the secrets of their links."""

import json
from typing import Any

from shared.adapters.links import cut_tokens
from shared.domain.messages import MailText


def kept_mail(body: bytes) -> MailText:
    """Return a mail or text message as it was kept: the secrets of its links are cut out."""
    told = json.loads(body)
    return MailText(told["subject"], told["html"], told["text"])


class MailArchive:
    """Keeps mails in the documents bucket."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def keep(self, entity_id: str, customer_id: str, n: int, text: MailText) -> str:
        """Store the mail of notice n and return its key. A repeated call overwrites it."""
        key = f"mails/{entity_id}/{customer_id}/{n:08d}.json"
        body = {
            "subject": text.subject,
            "html": cut_tokens(text.html),
            "text": cut_tokens(text.text),
        }
        self._client.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=json.dumps(body, ensure_ascii=False).encode(),
            ContentType="application/json",
        )
        return key

    def keep_letter(self, entity_id: str, customer_id: str, n: int, pdf: bytes) -> str:
        """Store the letter of notice n, its link cut out, and return its key."""
        key = f"mails/{entity_id}/{customer_id}/{n:08d}.pdf"
        self._client.put_object(
            Bucket=self._bucket, Key=key, Body=pdf, ContentType="application/pdf"
        )
        return key
