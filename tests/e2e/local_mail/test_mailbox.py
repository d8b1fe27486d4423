"""The mailbox as a browser gets it, the JSON for tests, and mails kept in a directory."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from .conftest import ROOT, SET, Mail, call


class Tags(HTMLParser):
    """Collects every start tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.found.append((tag, dict(attrs)))


def test_the_list_is_newest_first_and_searched_by_recipient(mail: Mail, ses: Any) -> None:
    for name in ("ann", "bob", "cat"):
        content = call()["Content"]
        content["Simple"]["Subject"] = {"Data": f"For {name} <b>&</b>"}
        ses.send_email(**call(f"{name}@buyer.example", Content=content))
    page, headers = mail.page("/mailbox")
    assert page.index("For cat") < page.index("For bob") < page.index("For ann")
    assert "For ann &lt;b&gt;&amp;&lt;/b&gt;" in page
    assert "script" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    found, _ = mail.page("/mailbox?to=BOB@")
    assert "For bob" in found
    assert "For ann" not in found


def test_a_mail_is_shown_in_a_sandbox_with_links_that_work(mail: Mail, ses: Any) -> None:
    content = call()["Content"]
    content["Simple"]["Body"]["Html"] = {
        "Data": "<!doctype html><html><head><title>t</title></head><body>"
        '<img src="cid:logo"><a href="http://127.0.0.1:1/p/demo/l/x">Pay</a></body></html>'
    }
    content["Simple"]["Attachments"] = [
        {
            "RawContent": b"\x89PNG",
            "FileName": "logo.png",
            "ContentType": "image/png",
            "ContentId": "logo",
            "ContentDisposition": "INLINE",
        },
        {"RawContent": b"a;b", "FileName": "näh.csv", "ContentType": "text/csv"},
    ]
    message_id = ses.send_email(**call(Content=content))["MessageId"]
    page, _ = mail.page(f"/mailbox/{message_id}")
    (frame,) = [attributes for tag, attributes in Tags(page).found if tag == "iframe"]
    assert frame["src"] == f"/mailbox/{message_id}/html"
    assert frame["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
    assert "Please pay." in page
    inner, headers = mail.page(f"/mailbox/{message_id}/html")
    assert '<head><base target="_blank">' in inner
    assert 'href="http://127.0.0.1:1/p/demo/l/x"' in inner
    assert "data:image/png;base64," in inner
    assert "sandbox allow-popups" in headers["Content-Security-Policy"]
    with urllib.request.urlopen(f"{mail.url}/mailbox/{message_id}/attachments/1") as answer:
        assert answer.read() == b"a;b"
        assert answer.headers["Content-Disposition"].startswith("attachment;")


def test_pages_that_do_not_exist_say_so(mail: Mail) -> None:
    for path in ("/mailbox/none", "/mailbox/none/html", "/api/messages/none", "/else"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            mail.page(path)


def test_other_host_names_are_refused(mail: Mail) -> None:
    request = urllib.request.Request(mail.url + "/api/messages", headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request)


def test_the_json_pages_by_number_and_filters(mail: Mail, ses: Any) -> None:
    for number in range(3):
        ses.send_email(
            **call(
                f"p{number}@buyer.example", EmailTags=[{"Name": "notice", "Value": f"n{number}"}]
            )
        )
    first = mail.get("/api/messages", limit=2, brief=1)
    assert [m["recipients"][0] for m in first["messages"]] == [
        "p0@buyer.example",
        "p1@buyer.example",
    ]
    assert "html" not in first["messages"][0]
    rest = mail.get("/api/messages", after=first["last"])
    assert [m["tags"]["notice"] for m in rest["messages"]] == ["n2"]
    assert mail.get("/api/messages", after=rest["last"])["count"] == 0
    assert [m["tags"]["notice"] for m in mail.messages(tag="notice:n1")] == ["n1"]
    assert len(mail.messages(to="p*@buyer.example")) == 3
    assert mail.messages(to="1@buyer.example") == []
    assert mail.messages(after=first["messages"][1]["id"])[0]["tags"] == {"notice": "n2"}


def test_a_reader_can_wait_for_a_mail(mail: Mail, ses: Any) -> None:
    threading.Timer(0.2, lambda: ses.send_email(**call("late@buyer.example"))).start()
    started = time.monotonic()
    assert len(mail.messages(to="late@buyer.example", wait_seconds=25)) == 1
    assert time.monotonic() - started < 25, "it waited to the end"


def test_mails_in_a_directory_survive_a_restart(tmp_path: Path) -> None:
    def start() -> tuple[subprocess.Popen[str], Mail]:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "infra.local.mail", "--state-dir", str(tmp_path)),
                *("--identity", "seller.example", "--configuration-set", SET),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        return process, Mail(json.loads(process.stdout.readline())["url"], process)

    def stop(process: subprocess.Popen[str]) -> None:
        process.terminate()
        assert process.wait(timeout=10) == 0
        assert process.stdout is not None
        process.stdout.close()

    process, mail = start()
    mail.ses().send_email(**call())
    (before,) = mail.messages()
    stop(process)
    process, mail = start()
    (after,) = mail.messages()
    mail.ses().send_email(**call())
    assert [kept["seq"] for kept in mail.messages()] == [1, 2]
    stop(process)
    assert after == before
    assert len(list(tmp_path.glob("*.eml"))) == 2
