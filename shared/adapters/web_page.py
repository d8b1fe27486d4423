"""A page of the web where an ERP's answer was to be: told from it, and put into words."""

import html
import re
from collections.abc import Mapping

_BEGINS = re.compile(rb"\s*(<!doctype|<html|<head|<body|<title|<h1|<\?xml)", re.IGNORECASE)
_UNSEEN = re.compile(r"<(script|style|head)\b.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_READ_MAX = 20_000


def is_page(headers: Mapping[str, str], body: bytes) -> bool:
    """Return whether an answer is a page for people. Names of headers are in small letters."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in ("text/html", "application/xhtml+xml") or bool(_BEGINS.match(body))


def words_of(body: bytes) -> str:
    """Return what a page says, its title first, each sentence once and no markup."""
    text = body[:_READ_MAX].decode("utf-8", "replace")
    title = _TITLE.search(text)
    seen = _UNSEEN.sub(" ", _TITLE.sub(" ", text))
    parts = [title[1] if title else "", *_TAG.split(seen)]
    lines = (" ".join(html.unescape(part).split()).strip("<>") for part in parts)
    return ". ".join(dict.fromkeys(line.rstrip(".") for line in lines if line))
