"""The print service by its documented API, against one on loopback that checks what it is sent."""

from datetime import UTC, date, datetime

import pytest
from botocore.exceptions import ClientError

from shared.adapters.pingen import Pingen
from shared.domain.clock import Now
from shared.domain.mail import SendState
from shared.domain.post import PrintJob
from tests.support.pingen import pingen

WALL = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW = Now(WALL, WALL)
JOB = PrintJob(
    entity_id="demo",
    customer_id="c1",
    n=4,
    reference="C-1-4",
    dated_on=date(2026, 3, 2),
    address=("Nordlicht GmbH", "Hafenweg 5", "20457 Hamburg"),
    country="DE",
    language="de",
    sheet="din_5008",
    pages=1,
    pdf=b"%PDF-1.7 letter",
)


@pytest.fixture
def service():
    with pingen() as serving:
        yield serving


def by(service) -> Pingen:
    return Pingen(lambda _: service.secret, service.url, service.url)


def test_a_letter_is_uploaded_ordered_and_sent_in_one_order(service):
    result = by(service).post(JOB, NOW)
    assert (result.state, result.message_id) == (SendState.ACCEPTED, "letter-0")
    assert service.steps == ["token", "place", "upload", "letter"]
    (letter,) = service.letters.values()
    assert service.files[letter["file_url"]] == JOB.pdf
    assert (letter["auto_send"], letter["file_original_name"]) == (True, "C-1-4.pdf")


def test_the_token_is_kept_while_it_lives(service):
    post = by(service)
    post.post(JOB, NOW)
    post.post(JOB, NOW)
    assert service.steps.count("token") == 1


def test_the_same_letter_has_the_same_key_so_a_repeat_prints_none(service):
    post = by(service)
    assert post.post(JOB, NOW).message_id == post.post(JOB, NOW).message_id
    assert len(service.letters) == 1


@pytest.mark.parametrize(
    ("step", "wrong", "state"),
    [
        ("token", 401, SendState.REFUSED),
        ("token", "hang up", SendState.REFUSED),
        ("place", 503, SendState.REFUSED),
        ("upload", 403, SendState.REFUSED),
        ("upload", "hang up", SendState.REFUSED),
        ("letter", 429, SendState.REFUSED),
        ("letter", 401, SendState.REFUSED),
        ("letter", 422, SendState.REJECTED),
        ("letter", 500, SendState.UNCERTAIN),
        ("letter", "hang up", SendState.UNCERTAIN),
    ],
)
def test_what_is_known_after_a_failure(service, step, wrong, state):
    service.fail[step] = wrong
    assert by(service).post(JOB, NOW).state is state
    assert service.steps.count("letter") == (1 if step == "letter" else 0)


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("token", {"token_type": "Bearer"}),
        ("token", {"access_token": "tok", "expires_in": None}),
        ("token", []),
        ("place", {"data": {}}),
        ("place", {"data": None}),
    ],
)
def test_an_answer_that_says_something_else_has_ordered_nothing(service, step, told):
    service.say[step] = told
    posting = by(service)
    assert posting.post(JOB, NOW).state is SendState.REFUSED
    del service.say[step]
    assert posting.post(JOB, NOW).state is SendState.ACCEPTED
    assert len(service.letters) == 1


@pytest.mark.parametrize("name", ["organisation", "client_id"])
def test_a_secret_that_is_not_filled_has_ordered_nothing(service, name):
    del service.secret[name]
    assert by(service).post(JOB, NOW).state is SendState.REFUSED
    assert "letter" not in service.steps


def test_a_secret_that_cannot_be_read_has_ordered_nothing(service):
    def sealed(_: datetime) -> dict[str, str]:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetSecretValue")

    result = Pingen(sealed, service.url, service.url).post(JOB, NOW)
    assert (result.state, result.code) == (SendState.REFUSED, "ClientError")


def test_nobody_there_is_a_sure_refusal(service):
    gone = Pingen(lambda _: service.secret, "http://127.0.0.1:9", "http://127.0.0.1:9")
    assert gone.post(JOB, NOW).state is SendState.REFUSED


def test_the_stand_in_refuses_what_the_service_would_refuse(service):
    service.secret["delivery_product"] = "pigeon"
    assert by(service).post(JOB, NOW).state is SendState.REJECTED
    assert service.letters == {}
