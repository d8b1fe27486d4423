"""The bucket that files are dropped into."""

from typing import Any

from botocore.exceptions import ClientError

from shared.domain.import_run import DroppedFile, Upload

FILE_BYTES_MAX = 50_000_000
_LINK_LIFE_S = 900
_GONE = ("NoSuchKey", "404", "PreconditionFailed", "412")


class DropBucket:
    """Reads dropped files and signs uploads of announced ones."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def upload(self, entity_id: str, import_id: str, partial: bool) -> Upload:
        """Return a way to upload one file within a quarter of an hour."""
        metadata = {"import-id": import_id, "partial": "true" if partial else "false"}
        url = self._client.generate_presigned_url(
            "put_object",
            Params={"Bucket": self._name, "Key": announced_key(entity_id, import_id)}
            | {"Metadata": metadata},
            ExpiresIn=_LINK_LIFE_S,
        )
        return Upload(import_id, url, {f"x-amz-meta-{k}": v for k, v in metadata.items()})

    def read(self, key: str, etag: str) -> DroppedFile | None:
        """Return the file, or None where it is gone or another one has taken its place.

        etag, where not "", names the very content that is meant. One above FILE_BYTES_MAX comes
        without its content.
        """
        request = {"Bucket": self._name, "Key": key} | ({"IfMatch": f'"{etag}"'} if etag else {})
        try:
            answer = self._client.get_object(**request)
        except ClientError as exc:
            if exc.response["Error"]["Code"] in _GONE:
                return None
            raise
        too_large = answer["ContentLength"] > FILE_BYTES_MAX
        metadata = answer["Metadata"]
        return DroppedFile(
            key=key,
            etag=answer["ETag"].strip('"'),
            data=b"" if too_large else answer["Body"].read(),
            too_large=too_large,
            import_id=metadata.get("import-id", ""),
            partial=metadata.get("partial") == "true",
        )


def announced_key(entity_id: str, import_id: str) -> str:
    """Return the key of a file that was announced by the import's id."""
    return f"in/{entity_id}/{import_id}.csv"
