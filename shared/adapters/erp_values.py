"""Values as accounting systems write them, read into ours. What cannot be read is BadValue."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any

from shared.domain.erp import BadRecord, ErpRow, RecordKind
from shared.domain.import_cells import BadCell, email
from shared.domain.money import Money, exponent, parse_money
from shared.errors import ErpUnreadable, InvalidInput

OUR_MARK = "duecourse:"
"""What our keys begin with where an ERP keeps them among its users' own words."""
_DIGITS_MAX = 15
_NOISE = Decimal("0.0000001")


class BadValue(Exception):
    """A value that cannot be read. message is for a person and repeats no value."""

    def __init__(self, field: str, code: str, message: str) -> None:
        self.field, self.code, self.message = field, code, message
        super().__init__(code)


def rows_and_bad(
    kind: RecordKind,
    records: Iterable[Mapping[str, Any]],
    id_field: str,
    read: Callable[[Mapping[str, Any]], Iterable[ErpRow]],
) -> tuple[tuple[ErpRow, ...], tuple[BadRecord, ...]]:
    """Return the rows that read makes of records, and those that it cannot read."""
    rows: list[ErpRow] = []
    bad: list[BadRecord] = []
    for record in records:
        try:
            rows += read(record)
        except BadValue as exc:
            external_id = str(record.get(id_field, ""))
            bad.append(BadRecord(kind, external_id, exc.field, exc.code, exc.message))
    return tuple(rows), tuple(bad)


def marked(key: str) -> str:
    """Return our key as an ERP keeps it."""
    return OUR_MARK + key


def our_key(text: object) -> str:
    """Return the key in a text of the ERP, or "": it stands first, other words may follow."""
    word = str(text or "").split(" ", 1)[0]
    return word.removeprefix(OUR_MARK) if word.startswith(OUR_MARK) else ""


def money(record: Mapping[str, Any], field: str, currency: str) -> Money:
    """Return the amount of a field: a number of JSON, or text.

    What a product that reckons in binary leaves far behind the last digit is none of it: 0.1 + 0.2.
    """
    try:
        told = _without_noise(Decimal(str(record[field])), currency)
        return parse_money(format(told.normalize(), "f"), currency)
    except (KeyError, InvalidOperation):
        raise BadValue(field, "no_amount", "There is no amount here.") from None
    except InvalidInput:
        message = "The amount or its currency cannot be kept in whole minor units."
        raise BadValue(field, "bad_amount", message) from None


def number(amount: Money) -> Decimal:
    """Return the amount as the number that a product is told, such as 12.50 for 1250 cents."""
    return Decimal(amount.minor).scaleb(-exponent(amount.currency))


def day(record: Mapping[str, Any], *fields: str) -> date:
    """Return the date of the first field that has one: ISO text, or /Date(milliseconds)/."""
    for field in fields:
        if value := record.get(field):
            return instant({field: value}, field).date()
    raise BadValue(fields[0], "no_date", "There is no date here.")


def instant(record: Mapping[str, Any], field: str) -> datetime:
    """Return the moment of a field as UTC; text without a zone is UTC."""
    text = str(record.get(field) or "")
    try:
        if text.startswith("/Date("):
            ms = text.removeprefix("/Date(").removesuffix(")/").partition("+")[0]
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(ms))
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise BadValue(field, "bad_date", "This is no date as we know it.") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def readable[T](
    records: Iterable[Mapping[str, Any]], read: Callable[[Mapping[str, Any]], T]
) -> list[T]:
    """Return what read makes of records; one that it cannot read is passed over: it is parked."""
    found = []
    for record in records:
        with suppress(BadValue):
            found.append(read(record))
    return found


def moments(records: Iterable[Mapping[str, Any]], field: str) -> list[datetime]:
    """Return the moments of records, as far as they can be read: no page ends because of one."""
    return readable(records, lambda record: instant(record, field))


def answered_at(headers: Mapping[str, str]) -> datetime:
    """Return the product's clock as the headers of an answer tell it."""
    try:
        return parsedate_to_datetime(headers["date"]).astimezone(UTC)
    except (KeyError, ValueError):
        raise ErpUnreadable(what="an answer without its time") from None


def address(value: object) -> str:
    """Return the first e-mail address of a field, or "" where there is none that can be used."""
    first = str(value or "").replace(";", ",").split(",")[0].strip()
    try:
        return email(first)
    except BadCell:
        return ""


def line_amounts(net: Money, tax: Money) -> tuple[str, str]:
    """Return unit price and tax rate, as text, of a line of quantity 1 with this net and tax.

    The rate is the roundest one (at most four decimals) that makes this tax of this net.
    """
    price = format(number(net), "f")
    if not tax.minor or not net.minor:
        return price, "0"
    exact = Decimal(tax.minor) * 100 / Decimal(net.minor)
    for digits in range(5):
        rate = round(exact, digits)
        if abs(rate * net.minor / 100 - tax.minor) <= Decimal("0.5"):
            return price, format(rate.normalize(), "f")
    return price, format(round(exact, 4).normalize(), "f")


def _without_noise(told: Decimal, currency: str) -> Decimal:
    """Return told, whole minor units where it misses them by less than any person writes.

    Raises InvalidInput for a number that no money has.
    """
    if not told.is_finite() or told.adjusted() > _DIGITS_MAX:
        raise InvalidInput(field="amount")
    whole = told.quantize(Decimal(1).scaleb(-exponent(currency)))
    return whole if abs(told - whole) < _NOISE else told


def people(rows: Sequence[Mapping[str, Any]], field: str) -> tuple[str, ...]:
    """Return the addresses of rows in one order, each once."""
    return tuple(sorted({found for row in rows if (found := address(row.get(field)))}))
