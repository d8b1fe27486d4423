"""The bytes of a mail that came in to a Reply. Whatever the bytes are, something comes back."""

import hashlib
import re
import unicodedata
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from html.parser import HTMLParser

from shared.domain.replies import Reply, Written, written_by

READ_BYTES_MAX = 1_000_000
"""How much of a mail is looked at, from its beginning: attachments stand behind the words."""
_HEADER_CHARS_MAX = 2_000
_HEADERS_MAX = 200
_SUBJECT_CHARS_MAX = 300
_TEXT_CHARS_MAX = 20_000
_PARTS_MAX = 50
_ADDRESSES_MAX = 20
_ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@[^@\s<>,;:\"()\[\]\\]{1,253}")
_OPEN_TAG = re.compile(r"<(?!!--)(?![^<>]{0,2000}>)")
"""A < that begins no tag: the parser would look for its end in all that follows."""


class _ShortHeaders(policy.Compat32):
    """Keeps the beginning of each header, of parts too: parsing takes the square of its length."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_HEADER_CHARS_MAX]


_POLICY = _ShortHeaders()


def read_reply(raw: bytes, recipients: tuple[str, ...] = (), *, suspicious: bool = False) -> Reply:
    """Return the mail of raw; recipients is whom the mail service took it for, if it said so.

    Only the first READ_BYTES_MAX are looked at. Unknown charsets, broken parts and headers give
    the words that can be made out.
    """
    raw = raw[:READ_BYTES_MAX]
    try:
        message: Message = message_from_bytes(raw, policy=_POLICY)
    except RecursionError:
        message = BytesHeaderParser(policy=_POLICY).parsebytes(raw)
        message.set_payload("")
    headers = _headers(message)
    subject = _words(headers.get("subject", ""), _SUBJECT_CHARS_MAX).replace("\n", " ").strip()
    named = _addresses(headers.get("from", ""))
    told = [headers.get(name, "") for name in ("delivered-to", "x-original-to", "to", "cc")]
    report = message.get_content_type() == "multipart/report"
    report = report and "disposition-notification" not in str(message.get("content-type", ""))
    return Reply(
        reply_id=_reply_id(raw, headers),
        sender=named[0].lower() if named else "",
        recipients=recipients or _addresses(*told),
        subject=subject,
        text=_text(message),
        written=_written(message, headers, subject, report),
        suspicious=suspicious,
    )


def _reply_id(raw: bytes, headers: dict[str, str]) -> str:
    """Return the name of the mail: of its sender's making where there is one, else of its bytes."""
    name = headers.get("message-id", "")
    return hashlib.sha256(f"{headers.get('from')} {name}".encode() if name else raw).hexdigest()


def _written(message: Message, headers: dict[str, str], subject: str, report: bool) -> Written:
    """Return who wrote the mail; a receipt that it was read counts as an automatic reply."""
    if message.get_content_type() == "multipart/report" and not report:
        return Written.BY_AUTO_REPLY
    return written_by(headers, subject, report)


def _headers(message: Message) -> dict[str, str]:
    """Return the first value of each header by its name in lower case, decoded, on one line."""
    found: dict[str, str] = {}
    for name, value in message.items()[:_HEADERS_MAX]:
        found.setdefault(name.lower(), _decoded(str(value)))
    return found


def _decoded(value: str) -> str:
    line = " ".join(value[:_HEADER_CHARS_MAX].split())
    try:
        line = str(make_header(decode_header(line)))
    except (HeaderParseError, LookupError, ValueError):
        line = line.encode("ascii", "replace").decode()
    return " ".join(_words(line, _HEADER_CHARS_MAX).split())


def _addresses(*values: str) -> tuple[str, ...]:
    found = [address for _, address in getaddresses([v for v in values if v])]
    return tuple(a for a in found if _ADDRESS.fullmatch(a))[:_ADDRESSES_MAX]


def _text(message: Message) -> str:
    """Return the words of the mail: its plain text, else its HTML as text."""
    html = ""
    for part in _leaves(message):
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment" or not kind.startswith("text/"):
            continue
        words = _words(_payload(part), _TEXT_CHARS_MAX)
        if kind == "text/html":
            html = html or words
        elif words.strip():
            return words
    reader = _HtmlWords()
    reader.feed(_OPEN_TAG.sub("&lt;", html))
    reader.close()
    return _words("".join(reader.words), _TEXT_CHARS_MAX)


def _leaves(message: Message) -> list[Message]:
    """Return the first parts without parts, in order, not inside a mail that is attached."""
    waiting, leaves = [message], []
    for _ in range(_PARTS_MAX):
        if not waiting:
            break
        part = waiting.pop(0)
        inside = part.get_payload()
        if isinstance(inside, list):
            if part.get_content_maintype() == "multipart":
                waiting[:0] = [p for p in inside[:_PARTS_MAX] if isinstance(p, Message)]
            continue
        leaves.append(part)
    return leaves


def _payload(part: Message) -> str:
    body = part.get_payload(decode=True)
    if not isinstance(body, bytes):
        return ""
    try:
        return body.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        return body.decode("utf-8", "replace")


def _words(text: str, chars_max: int) -> str:
    """Return text with tidy line ends and without control, direction or half characters."""
    lines = text[: 4 * chars_max].replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = (c for c in lines if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return "".join(kept)[:chars_max]


class _HtmlWords(HTMLParser):
    """Collects what a reader would see, a line for each block."""

    _BLOCKS = frozenset(("p", "div", "br", "tr", "li", "h1", "h2", "h3", "table"))
    _UNSEEN = frozenset(("style", "script", "head", "title"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._unseen = 0
        self._quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._UNSEEN:
            self._unseen += 1
        elif tag == "blockquote":
            self._quoted += 1
        if tag in self._BLOCKS or tag == "blockquote":
            self.words.append("\n> " if self._quoted else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "blockquote":
            self._quoted = max(0, self._quoted - 1)
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            words = " ".join(data.split())
            self.words.append(words + " " if words else "")
