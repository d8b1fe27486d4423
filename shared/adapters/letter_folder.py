"""Letters in a folder of the bucket: a print-ready PDF, and beside it what there is to know."""

import hashlib
import json
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
)

from shared.domain.clock import Now, iso
from shared.domain.mail import SendResult, SendState
from shared.domain.post import PrintJob

_DEFINITE_BELOW = 500


class LetterFolder:
    """Puts letters where a printer fetches them, each in a place of its own.

    Putting one in twice leaves one, whatever day it is. client must be made with one attempt.
    """

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def post(self, job: PrintJob, now: Now) -> SendResult:
        """Put in the letter and then its manifest item; message_id is where it lies.

        A letter without an item is not to be printed: nothing is posted before that one call, of
        which a 4xx or no connection is a sure refusal, and a lost answer or a 5xx is uncertain.
        """
        place = f"letters/{job.entity_id}/{job.customer_id}-{job.n}"
        item = {
            "reference": job.reference,
            "file": f"{job.customer_id}-{job.n}.pdf",
            "address": list(job.address),
            "country": job.country,
            "language": job.language,
            "sheet": job.sheet,
            "pages": job.pages,
            "sha256": hashlib.sha256(job.pdf).hexdigest(),
            "made_at": iso(now.business),
        }
        manifest = json.dumps(item, ensure_ascii=False, indent=1).encode()
        try:
            self._put(f"{place}.pdf", job.pdf, "application/pdf")
        except (BotoCoreError, ClientError) as failed:
            return SendResult(SendState.REFUSED, code=type(failed).__name__)
        try:
            self._put(f"{place}.json", manifest, "application/json")
        except (ConnectTimeoutError, EndpointConnectionError):
            return SendResult(SendState.REFUSED, code="no_connection")
        except BotoCoreError:
            return SendResult(SendState.UNCERTAIN, code="no_answer")
        except ClientError as failed:
            sure = failed.response["ResponseMetadata"]["HTTPStatusCode"] < _DEFINITE_BELOW
            state = SendState.REFUSED if sure else SendState.UNCERTAIN
            return SendResult(state, code=failed.response["Error"]["Code"])
        return SendResult(SendState.ACCEPTED, message_id=f"{place}.pdf")

    def _put(self, key: str, body: bytes, kind: str) -> None:
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=kind)
