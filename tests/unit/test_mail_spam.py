"""SpamAssassin reads every mail in every language: each stays below 2.0 points."""

import re
import shutil
import subprocess
from functools import cache

import pytest

from tests.support.mails import delivered, written

POINTS_MAX = 2.0
TIMEOUT_S = 300
SPAM = (
    b"From: winner@lottery.example\nSubject: YOU WON $$$ MILLIONS!!! ACT NOW\n"
    b"Content-Type: text/html\n\n"
    b"<html><body><font size=+7 color=red>CLICK HERE FREE VIAGRA 100% GUARANTEED</font>"
    b"<img src=http://1.2.3.4/a.gif></body></html>\n"
)
pytestmark = pytest.mark.skipif(
    shutil.which("spamassassin") is None, reason="no spamassassin here: make mails installs it"
)


@cache
def points() -> dict[str, tuple[float, str]]:
    """Return points and rules of each mail by its name, all read by one process."""
    mails = {" ".join(name): delivered(name[0], text) for name, text in written().items()}
    mails["spam"] = SPAM
    box = b"".join(
        b"From x@x Fri Nov 20 08:00:00 2026\nX-Name: "
        + name.encode()
        + b"\n"
        + re.sub(rb"(?m)^From ", b">From ", mail.replace(b"\r\n", b"\n"))
        + b"\n\n"
        for name, mail in mails.items()
    )
    read = subprocess.run(
        ["spamassassin", "-L", "--cf=report_safe 0", "--mbox"],
        input=box,
        capture_output=True,
        timeout=TIMEOUT_S,
        check=True,
    )
    told = dict(_points(mail) for mail in re.split(rb"(?m)^From x@x .*\n", read.stdout)[1:])
    assert told.keys() == mails.keys()
    return told


def _points(mail: bytes) -> tuple[str, tuple[float, str]]:
    head = re.sub(r"\n[ \t]+", " ", mail.partition(b"\n\n")[0].decode("utf-8", "replace"))
    score = re.search(r"X-Spam-Status: .*?score=(-?[0-9.]+).*?tests=(.*?)(?: autolearn|\n|$)", head)
    name = re.search(r"X-Name: (.*)", head)
    assert score is not None
    assert name is not None
    return name[1], (float(score[1]), score[2])


def test_every_mail_in_every_language_stays_below_two_points():
    seen = {name: told for name, told in points().items() if name != "spam"}
    assert len(seen) >= 32
    worst = max(seen.values())
    print(f"spam_points {worst[0]} <{POINTS_MAX}; {len(seen)} mails; {worst[1]}")
    assert {n: t for n, t in seen.items() if t[0] >= POINTS_MAX} == {}


def test_a_mail_that_is_spam_is_seen():
    assert points()["spam"][0] > POINTS_MAX
