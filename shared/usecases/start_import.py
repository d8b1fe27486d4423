"""Announce a file: its import exists before its bytes do, so that progress can be watched."""

from typing import Protocol

from shared.domain.clock import Now
from shared.domain.import_run import ImportRun, ImportState, Upload
from shared.ids import new_id

_NAME_MAX = 120


class Runs(Protocol):
    def start(self, entity_id: str, run: ImportRun) -> ImportRun: ...


class Bucket(Protocol):
    def upload(self, entity_id: str, import_id: str, partial: bool) -> Upload: ...


def start_import(
    entity_id: str, file_name: str, partial: bool, by: str, runs: Runs, bucket: Bucket, now: Now
) -> Upload:
    """Return where to upload file_name to; its import waits for it under the id returned.

    by is who asked. partial takes the good rows of a file that has bad ones.
    """
    run = ImportRun(
        import_id=new_id(now.wall),
        file_name="".join(c for c in file_name if c.isprintable())[-_NAME_MAX:],
        state=ImportState.WAITING,
        partial=partial,
        by=by,
        created_at=now.wall,
    )
    runs.start(entity_id, run)
    return bucket.upload(entity_id, run.import_id, partial)
