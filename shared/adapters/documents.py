"""Files of customers in the documents bucket."""

from typing import Any

from botocore.exceptions import ClientError

PDF = "application/pdf"
ZIP = "application/zip"
_GONE = ("NoSuchKey", "AccessDenied")
"""Who may not list a bucket is told that what is not there is denied."""


class Documents:
    """Stores files, and makes addresses from which they can be read for a minute."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put_pdf(
        self, entity_id: str, customer_id: str, document_id: str, version: int, body: bytes
    ) -> str:
        """Store the PDF of one version of a document and return its key."""
        key = f"invoices/{entity_id}/{customer_id}/{document_id}-{version}.pdf"
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=PDF)
        return key

    def put_statement(
        self, entity_id: str, customer_id: str, statement_id: str, body: bytes
    ) -> str:
        """Store the PDF of a statement of account and return its key."""
        key = f"statements/{entity_id}/{customer_id}/{statement_id}.pdf"
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=PDF)
        return key

    def put_case(self, entity_id: str, customer_id: str, pack_id: str, body: bytes) -> str:
        """Store the pack of a case and return its key."""
        key = f"cases/{entity_id}/{customer_id}/{pack_id}.zip"
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=ZIP)
        return key

    def read(self, key: str) -> bytes | None:
        """Return the file, or None where it is not there any more."""
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=key)
        except ClientError as exc:
            if exc.response["Error"]["Code"] in _GONE:
                return None
            raise
        return bytes(found["Body"].read())

    def address(self, key: str, file_name: str, seconds: int = 60, kind: str = PDF) -> str:
        """Return an address from which the file, of a media type, can be read for a while."""
        safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in file_name)
        return str(
            self._client.generate_presigned_url(
                "get_object",
                Params={
                    "Bucket": self._bucket,
                    "Key": key,
                    "ResponseContentType": kind,
                    "ResponseContentDisposition": f'inline; filename="{safe}"',
                },
                ExpiresIn=seconds,
            )
        )
