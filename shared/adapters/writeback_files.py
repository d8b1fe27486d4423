"""Files for the ERP to fetch: one payment on one invoice each, written once."""

import csv
import io
from typing import Any

from botocore.exceptions import ClientError

from shared.domain.money import Money, to_decimal_text
from shared.domain.writeback import Writeback
from shared.errors import Conflict

COLUMNS = (
    "payment_id",
    "invoice_external_id",
    "received_on",
    "currency",
    "amount",
    "method",
    "gateway_reference",
    "discount",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


class WritebackFiles:
    """Writes files under out/ of the drop bucket."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, entity_id: str, note: Writeback) -> bool:
        """Write the file of note; return False where the same one is there already.

        Raises Conflict where another content has its name.
        """
        key = file_key(entity_id, note)
        body = file_content(note)
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=body,
                ContentType="text/csv; charset=utf-8",
                IfNoneMatch="*",
            )
        except ClientError as exc:
            if exc.response["Error"]["Code"] not in ("PreconditionFailed", "412"):
                raise
            stored = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            if stored != body:
                raise Conflict(key=key, reason="another content has this name") from None
            return False
        return True


def file_key(entity_id: str, note: Writeback) -> str:
    """Return the key of the file, the same for every attempt."""
    name = f"payments-{note.received_on.isoformat()}-{note.payment_id}-{note.document_id}"
    step = f"-{note.step}" if note.step else ""
    return f"out/{entity_id}/{name}{step}.csv"


def file_content(note: Writeback) -> bytes:
    """Return the header and the one row. A text that a spreadsheet would run gets a quote."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerow(
        (
            note.payment_id,
            _text(note.invoice_external_id),
            note.received_on.isoformat(),
            note.amount.currency,
            to_decimal_text(note.amount),
            _text(note.method),
            _text(note.gateway_reference),
            to_decimal_text(Money(minor=note.discount_minor, currency=note.amount.currency)),
        )
    )
    return out.getvalue().encode()


def _text(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value
