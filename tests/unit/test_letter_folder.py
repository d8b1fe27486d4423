"""The printer's folder: a letter lies there once, and what is not known is not tried again."""

from datetime import UTC, date, datetime

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from shared.adapters.letter_folder import LetterFolder
from shared.domain.clock import Now
from shared.domain.mail import SendState
from shared.domain.post import PrintJob

PDF, ITEM = 1, 2


class Bucket:
    """A bucket that fails at one of its puts, before or after the object is there."""

    def __init__(self, at: int = 0, failure: Exception | None = None) -> None:
        self.kept: list[str] = []
        self._puts, self._at, self._failure = 0, at, failure

    def put_object(self, *, Key: str, **_: object) -> None:
        self._puts += 1
        if self._puts != self._at or isinstance(self._failure, ReadTimeoutError):
            self.kept.append(Key)
        if self._puts == self._at and self._failure is not None:
            raise self._failure


def answered(status: int, code: str) -> ClientError:
    told = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(told, "PutObject")


def post(bucket: Bucket, day: int = 2) -> SendState:
    wall = datetime(2026, 3, day, 9, tzinfo=UTC)
    job = PrintJob(
        entity_id="demo",
        customer_id="c1",
        n=4,
        reference="C-1-4",
        dated_on=date(2026, 3, day),
        address=("Nordlicht GmbH", "20457 Hamburg"),
        country="DE",
        language="de",
        sheet="din_5008",
        pages=1,
        pdf=b"%PDF-1.7 letter",
    )
    return LetterFolder(bucket, "documents").post(job, Now(wall, wall)).state


@pytest.mark.rule("R1")
def test_a_letter_that_is_put_in_again_on_another_day_lies_there_once() -> None:
    bucket = Bucket()
    assert [post(bucket, day=2), post(bucket, day=3)] == [SendState.ACCEPTED] * 2
    assert set(bucket.kept) == {"letters/demo/c1-4.pdf", "letters/demo/c1-4.json"}


@pytest.mark.rule("R1")
@pytest.mark.parametrize(
    ("at", "failure", "state"),
    [
        (PDF, ReadTimeoutError(endpoint_url="x"), SendState.REFUSED),
        (PDF, answered(500, "InternalError"), SendState.REFUSED),
        (ITEM, ReadTimeoutError(endpoint_url="x"), SendState.UNCERTAIN),
        (ITEM, answered(500, "InternalError"), SendState.UNCERTAIN),
        (ITEM, answered(403, "AccessDenied"), SendState.REFUSED),
        (ITEM, EndpointConnectionError(endpoint_url="x"), SendState.REFUSED),
    ],
)
def test_what_may_be_printed_is_never_called_refused(
    at: int, failure: Exception, state: SendState
) -> None:
    bucket = Bucket(at, failure)
    assert post(bucket) is state
    assert (state is SendState.REFUSED) or "letters/demo/c1-4.pdf" in bucket.kept
