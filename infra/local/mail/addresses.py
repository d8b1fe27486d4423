"""Mail addresses: what SES takes, what it refuses, and how patterns match them."""

from __future__ import annotations

import re
from email.header import decode_header, make_header
from email.utils import getaddresses
from fnmatch import fnmatchcase

from infra.local.mail.errors import bad_request

_DOMAIN = re.compile(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+"
)
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")


def bare(address: str) -> str:
    """Return the address alone in lower case: 'Ann <Ann@x.example>' gives 'ann@x.example'.

    SES takes 7-bit text here: a name in another script must come as an encoded word,
    a domain as Punycode.
    """
    if not address.isascii():
        raise bad_request("An address has characters that are not 7-bit ASCII")
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in address):
        raise bad_request("An address has control characters")
    found = getaddresses([address])
    if len(found) != 1 or not found[0][1]:
        raise bad_request("Illegal address")
    local, at, domain = found[0][1].rpartition("@")
    if not at:
        raise bad_request("Missing final '@domain'")
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain.lower()):
        raise bad_request("Illegal address")
    return f"{local}@{domain}".lower()


def readable(text: str) -> str:
    """Return a header value with its encoded words decoded, for people."""
    try:
        return str(make_header(decode_header(text)))
    except (LookupError, UnicodeError, ValueError):
        return text


def split_list(text: str) -> list[str]:
    """Return the addresses of a header such as To, each with its name if it has one."""
    return [
        f"{name} <{address}>" if name else address
        for name, address in getaddresses([text])
        if address
    ]


def fits(pattern: str, text: str) -> bool:
    """Say whether a text matches a pattern with * and ?, whatever the case."""
    return fnmatchcase(text.lower(), pattern.lower())
