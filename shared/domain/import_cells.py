"""What a good cell of a dropped file is. Each reader returns the value or raises BadCell."""

import re
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.domain.currencies import EXPONENTS
from shared.domain.customer import Contact
from shared.domain.money import Money, parse_money
from shared.errors import InvalidInput

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEARS = range(1970, 2200)
_DECIMAL = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,6})?")
_ZONE = re.compile(r"UTC|[A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_SUBDIVISION = re.compile(r"[A-Z0-9]{1,3}")
_CONTACT = re.compile(r"(?P<role>[a-z][a-z0-9_-]*): *(?P<name>[^<>]*)<(?P<address>[^<>]+)>")
_NAME = re.compile(r"[a-z][a-z0-9_-]{1,30}")
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_HOST = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}")
OUR_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
"""The form of the ids that this hub gives out."""
_EXTERNAL_ID_MAX = 100
_EMAIL_MAX = 254
_CC_MAX = 10


class BadCell(Exception):
    """A cell that cannot be taken. message is a sentence that does not repeat the value."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(code)


def required(cell: str, length_max: int = 200) -> str:
    """Return one line of text that is not empty."""
    if not cell:
        raise BadCell("missing_value", "A value is needed here.")
    return line(cell, length_max)


def external_id(cell: str) -> str:
    """Return the ERP's own id of a thing."""
    return required(cell, _EXTERNAL_ID_MAX)


def line(cell: str, length_max: int = 200) -> str:
    """Return one line of text, possibly empty, without control characters."""
    if any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u2029" for c in cell):
        raise BadCell("control_character", "Line breaks and control characters do not belong here.")
    return _short(cell, length_max)


def text(cell: str, length_max: int = 2000) -> str:
    """Return text that may have several lines, with line breaks as \\n."""
    lines = cell.replace("\r\n", "\n").replace("\r", "\n")
    line(lines.replace("\n", " ").replace("\t", " "), length_max)
    return lines


def email(cell: str) -> str:
    """Return an e-mail address, or "" where there is none."""
    if not cell:
        return ""
    local, at, host = cell.partition("@")
    good = at and len(cell) <= _EMAIL_MAX and _LOCAL.fullmatch(local) and _HOST.fullmatch(host)
    if not good or local.startswith(".") or local.endswith(".") or ".." in local:
        raise BadCell("bad_email", "This is not an e-mail address of the form name@example.com.")
    return cell


def emails(cell: str) -> tuple[str, ...]:
    """Return the addresses that semicolons separate."""
    found = tuple(email(part.strip(" ")) for part in cell.split(";") if part.strip(" "))
    if len(found) > _CC_MAX:
        raise BadCell("too_many", f"At most {_CC_MAX} addresses.")
    return found


def contacts(cell: str) -> tuple[Contact, ...]:
    """Return the people that semicolons separate, each as `role: Name <address>`."""
    found = []
    for part in filter(None, (part.strip(" ") for part in cell.split(";"))):
        match = _CONTACT.fullmatch(part)
        if match is None:
            raise BadCell("bad_contact", "Write people as role: Name <name@example.com>.")
        address = email(match["address"])
        found.append(Contact(name(match["role"]), line(match["name"].strip(" ")), address))
    if len(found) > _CC_MAX:
        raise BadCell("too_many", f"At most {_CC_MAX} people.")
    return tuple(found)


def country(cell: str) -> str:
    """Return a country code of two capitals."""
    if not _COUNTRY.fullmatch(cell):
        raise BadCell("bad_country", "Use a country code of two capitals, such as DE.")
    return cell


def subdivision(cell: str) -> str:
    """Return the part of a country whose holidays count, as ISO 3166-2 has it after the hyphen."""
    if not _SUBDIVISION.fullmatch(cell):
        raise BadCell("bad_subdivision", "Use the code of a part of the country, such as BY.")
    return cell


def time_zone(cell: str) -> str:
    """Return an IANA time zone that exists."""
    if not _ZONE.fullmatch(cell):
        raise BadCell("unknown_time_zone", "Use an IANA name, such as Europe/Berlin.")
    try:
        ZoneInfo(cell)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadCell("unknown_time_zone", "Use an IANA name, such as Europe/Berlin.") from None
    return cell


def currency(cell: str) -> str:
    """Return a currency code in legal use."""
    if cell not in EXPONENTS:
        raise BadCell("unknown_currency", "Use a currency code in capitals, such as EUR.")
    return cell


def name(cell: str) -> str:
    """Return the name of a policy or stage."""
    if not _NAME.fullmatch(cell):
        raise BadCell("bad_name", "Use small letters, digits, - and _.")
    return cell


def day(cell: str) -> date:
    """Return a real date written YYYY-MM-DD."""
    try:
        found = date.fromisoformat(cell) if _DATE.fullmatch(cell) else None
    except ValueError:
        raise BadCell("bad_date", "There is no such day.") from None
    if found is None:
        raise BadCell("bad_date", "Write dates as YYYY-MM-DD, such as 2026-04-03.")
    if found.year not in _YEARS:
        raise BadCell("bad_date", f"Use a year from {_YEARS[0]} to {_YEARS[-1]}.")
    return found


def amount(cell: str, currency_code: str) -> Money:
    """Return an amount, of either sign, with no more decimals than its currency has."""
    try:
        return parse_money(cell, currency_code)
    except InvalidInput as exc:
        reason = str(exc.facts.get("reason", "")) or "use a currency code such as EUR"
        raise BadCell("bad_amount", f"This is not an amount: {reason}.") from None


def positive(cell: str, currency_code: str) -> Money:
    """Return an amount above zero."""
    found = amount(cell, currency_code)
    if found.minor <= 0:
        raise BadCell("not_positive", "The amount must be above zero.")
    return found


def decimal(cell: str) -> str:
    """Return plain decimal text, such as 1.5: ASCII digits, a dot, no grouping, no exponent."""
    if not _DECIMAL.fullmatch(cell):
        raise BadCell("bad_number", "Write digits with a dot, such as 1.5.")
    return cell


def percent(cell: str) -> str:
    """Return plain decimal text from 0 to 100."""
    found = decimal(cell)
    whole = int(found.partition(".")[0])
    if found.startswith("-") or whole > 100 or (whole == 100 and found.strip("0.") != "1"):
        raise BadCell("bad_number", "Use a percentage from 0 to 100.")
    return found


def _short(cell: str, length_max: int) -> str:
    if len(cell) > length_max:
        raise BadCell("too_long", f"At most {length_max} characters.")
    return cell
