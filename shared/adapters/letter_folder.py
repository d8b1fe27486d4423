"""Letters in a folder of the bucket: a print-ready PDF, and beside it what there is to know."""

import hashlib
import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.domain.clock import Now, iso
from shared.domain.mail import SendResult, SendState
from shared.domain.post import PrintJob


class LetterFolder:
    """Puts letters where a printer fetches them. Putting one in twice leaves one."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def post(self, job: PrintJob, now: Now) -> SendResult:
        """Put the letter and its manifest item in the day's folder; message_id is where it lies.

        The item comes last: a letter without one is not to be printed.
        """
        place = f"letters/{job.entity_id}/{job.dated_on.isoformat()}/{job.customer_id}-{job.n}"
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
            self._put(f"{place}.json", manifest, "application/json")
        except (BotoCoreError, ClientError) as failed:
            return SendResult(SendState.REFUSED, code=type(failed).__name__)
        return SendResult(SendState.ACCEPTED, message_id=f"{place}.pdf")

    def _put(self, key: str, body: bytes, kind: str) -> None:
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=kind)
