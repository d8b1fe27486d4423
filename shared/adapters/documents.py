"""Files of customers in the documents bucket."""

from typing import Any

PDF = "application/pdf"


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
