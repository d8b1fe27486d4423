"""A page of the web in place of an ERP's answer, in words."""

import pytest

from shared.adapters.web_page import is_page, words_of

_NOT_FOUND = b"""<!doctype html>
<html lang=en>
<title>404 Not Found</title>
<h1>Not Found</h1>
<p>The requested URL was not found on the server. If you entered it manually, try again.</p>
"""


@pytest.mark.parametrize(
    ("kind", "body", "page"),
    [
        ("text/html; charset=utf-8", b"anything", True),
        ("", _NOT_FOUND, True),
        ("application/json", b" \n<HTML><body>x", True),
        ("application/json", b'{"a": "<html>"}', False),
        ("text/plain", b"Period is closed", False),
        ("", b"", False),
    ],
)
def test_a_page_is_told_from_an_answer(kind, body, page):
    assert is_page({"content-type": kind} if kind else {}, body) is page


def test_a_page_says_its_title_and_its_text_once_and_no_markup():
    assert words_of(_NOT_FOUND) == (
        "404 Not Found. Not Found. The requested URL was not found on the server. If you entered "
        "it manually, try again"
    )


def test_scripts_styles_and_markup_that_is_none_are_not_said():
    body = b"<html><head><style>p{}</style></head><body><script>alert(1)</script>Down &amp; out<p"
    assert words_of(body + b"<!-- x --></body>") == "Down & out"
    assert words_of(b"<<<>>>") == words_of(b"") == ""
    assert words_of(b"\xff\xfe<b>x") != ""
