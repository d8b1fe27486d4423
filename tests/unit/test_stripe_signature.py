"""Our check of the signature agrees with the stripe package's, and refuses the future as well."""

import hashlib
import hmac
import time
from datetime import UTC, datetime, timedelta

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.stripe_signature import verify
from shared.errors import UntrustedWebhook

SECRET, OTHER = "whsec_right", "whsec_wrong"
BODY = b'{"id": "evt_1", "object": "event", "name": "\xc3\xa9"}'


def now() -> datetime:
    return datetime.now(UTC)


def mark(body: bytes, secret: str, t: int) -> str:
    return hmac.new(secret.encode(), f"{t}.".encode() + body, hashlib.sha256).hexdigest()


def header(body: bytes = BODY, secret: str = SECRET, age_s: int = 0) -> str:
    t = int(time.time()) - age_s
    return f"t={t},v1={mark(body, secret, t)}"


def ours(body: bytes, head: str, *secrets: str) -> bool:
    try:
        verify(body, head, secrets or (SECRET,), now())
    except UntrustedWebhook:
        return False
    return True


def theirs(body: bytes, head: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, head, SECRET, tolerance=300)
    except (stripe.SignatureVerificationError, UnicodeDecodeError, TypeError):
        return False  # TypeError: a mark that is not ASCII is too much for the package
    return True


def variants() -> dict[str, tuple[bytes, str]]:
    t, good = int(time.time()), header()
    right, wrong = mark(BODY, SECRET, t), mark(BODY, OTHER, t)
    return {
        "as signed": (BODY, good),
        "two marks, the second right": (BODY, f"t={t},v1={wrong},v1={right}"),
        "another scheme beside": (BODY, f"t={t},v0={wrong},v1={right}"),
        "only v0": (BODY, f"t={t},v0={right}"),
        "no header": (BODY, ""),
        "no timestamp": (BODY, f"v1={right}"),
        "t=abc": (BODY, f"t=abc,v1={right}"),
        "empty t": (BODY, f"t=,v1={right}"),
        "no mark": (BODY, f"t={t}"),
        "empty mark": (BODY, f"t={t},v1="),
        "foreign secret": (BODY, header(secret=OTHER)),
        "too old": (BODY, header(age_s=301)),
        "nearly too old": (BODY, header(age_s=290)),
        "trailing newline": (BODY + b"\n", good),
        "serialised again": (BODY.replace(b": ", b":"), good),
        "mark in capitals": (BODY, f"t={t},v1={right.upper()}"),
        "not ascii": (BODY, f"t={t},v1=é"),
        "garbage": (BODY, "====,,,=,"),
    }


@pytest.mark.parametrize("name", variants())
def test_both_say_the_same(name):
    body, head = variants()[name]
    assert ours(body, head) == theirs(body, head)


def test_the_variants_hold_both_good_and_bad_ones():
    answers = [ours(body, head) for body, head in variants().values()]
    assert answers.count(True) >= 4
    assert answers.count(False) >= 10


@given(st.binary(max_size=200), st.integers(-250, 250), st.booleans())
def test_both_say_the_same_of_any_body(body, age_s, right):
    head = header(body, SECRET if right else OTHER, age_s)
    assert ours(body, head) == right
    try:
        body.decode()
    except UnicodeDecodeError:
        return  # the package reads text; what is not text is refused after our check, as no JSON
    assert theirs(body, head) == right


@given(st.text(max_size=80))
def test_whatever_the_package_refuses_we_refuse(head):
    assert not ours(BODY, head)


def test_the_future_is_refused_though_the_package_takes_it():
    tomorrow = header(age_s=-86_400)
    assert theirs(BODY, tomorrow)
    assert not ours(BODY, tomorrow)


@pytest.mark.parametrize(
    ("age_s", "good"), [(300, True), (301, False), (-300, True), (-301, False)]
)
def test_the_window_is_300_seconds_both_ways(age_s, good):
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    t = int((moment - timedelta(seconds=age_s)).timestamp())
    head = f"t={t},v1={mark(BODY, SECRET, t)}"
    if good:
        verify(BODY, head, (SECRET,), moment)
    else:
        with pytest.raises(UntrustedWebhook):
            verify(BODY, head, (SECRET,), moment)


def test_either_of_two_secrets_fits_while_one_replaces_the_other():
    assert ours(BODY, header(), OTHER, SECRET)
    assert not ours(BODY, header(), OTHER)


@pytest.mark.parametrize("secrets", [("",), ("  ",), ()])
def test_no_secret_fits_nothing(secrets):
    empty = header(secret="")
    with pytest.raises(UntrustedWebhook):
        verify(BODY, empty, secrets, now())


def test_a_header_of_ten_kilobytes_is_refused_unread():
    assert not ours(BODY, header() + ",v1=" + "0" * 10_000)
