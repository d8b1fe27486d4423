"""Terms as people write them ("2/10 net 30", "30 EOM", "50 % now, 50 % in 30 days"), and back."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from shared.domain.document import DiscountTax
from shared.domain.terms import PARTS_MAX, Offer, Part, Terms, When
from shared.errors import InvalidInput

LENGTH_MAX = 2_000

_NUMBER = r"[0-9]{1,3}(?:[.,][0-9]{1,3})?"
_DAYS = r"(?:days?|d|tagen?)"
_MONTHS = r"(?:months?|monaten?)"
_EOM = r"(?:eom|end of (?:the )?month|month end|monatsende)"
_ORDINAL = r"([0-9]{1,2})(?:st|nd|rd|th|\.)?"
_NEXT_MONTH = r"(?:(?:of )?(?:the )?(?:next|following) month|prox|des folgemonats)"
_LEAD = re.compile(r"^(?:net|n/|in|within|by|until|on|due|after|bis zum|am|the)\s*(?=\S)")
_TAIL = re.compile(r"(?<=[0-9a-z])\s*(?:net|netto|(?:of|after|from) (?:the )?invoice(?: date)?)$")

_WHENS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], When]], ...] = (
    (
        re.compile(r"now|at once|immediate(?:ly)?|(?:up)?on receipt|receipt|sofort|cash"),
        lambda m: When(),
    ),
    (re.compile(rf"([0-9]{{1,4}})(?: ?{_DAYS})?"), lambda m: When(days=int(m[1]))),
    (re.compile(rf"([0-9]{{1,2}}) ?{_MONTHS}"), lambda m: When(months=int(m[1]))),
    (
        re.compile(rf"([0-9]{{1,4}})(?: ?{_DAYS})? (?:after )?{_EOM}"),
        lambda m: When(days=int(m[1]), end_of_month=True),
    ),
    (
        re.compile(rf"{_EOM}(?: ?(?:\+|plus) ?([0-9]{{1,4}})(?: ?{_DAYS})?)?"),
        lambda m: When(days=int(m[1] or 0), end_of_month=True),
    ),
    (
        re.compile(rf"{_ORDINAL} {_NEXT_MONTH}"),
        lambda m: When(on_day=int(m[1]), end_of_month=True),
    ),
    (
        re.compile(
            r"([0-9]{1,2})(?:st|nd|rd|th|\.)(?: of (?:the )?month)?"
            rf"(?: after ([0-9]{{1,4}})(?: ?{_DAYS})?)?"
        ),
        lambda m: When(on_day=int(m[1]), days=int(m[2] or 0)),
    ),
)
_SHORT_OFFER = re.compile(rf"({_NUMBER}) ?%? ?/ ?([0-9]{{1,3}})(?: ?{_DAYS})?[ ,]+(?=\S)")
_NAMED_OFFER = re.compile(
    rf"({_NUMBER}) ?% ?(?:(?:discount|skonto)(?: (?:within|by|until|in|bis zum))?|within|by|until)"
    r" (.+)"
)
_PLAIN_OFFER = re.compile(rf"({_NUMBER}) ?% ?(.+)")
_TIMES = re.compile(rf"([0-9]{{1,2}}) ?x ?([0-9]{{1,3}}) ?({_DAYS}|{_MONTHS})")
_PERCENT_PART = re.compile(rf"({_NUMBER}) ?% (.+)")
_AMOUNT_PART = re.compile(r"([0-9]{1,12}\.[0-9]{2,3}) (.+)")
_REST_PART = re.compile(r"(?:the )?(?:rest|part|balance|remainder) (.+)")
_TAX = re.compile(r"tax (reduce|keep|mixed)")
_GRACE = re.compile(rf"([0-9]{{1,2}}) ?{_DAYS} grace")
_SHORT = re.compile(r"([0-9]{1,7}) minor short")


class UnknownTerms(InvalidInput):
    """The text says no terms that we know, or terms that cannot be."""

    code = "unknown_terms"
    help = (
        'Write terms such as "net 30", "2/10 net 30", "30 EOM", "10th of next month", '
        '"3 x 30 days" or "50 % now, 50 % in 30 days".'
    )


def known_terms(text: str) -> Terms | None:
    """Return the terms that text says, or None where it is text for people only."""
    try:
        return parse_terms(text)
    except UnknownTerms:
        return None


@lru_cache(maxsize=256)
def parse_terms(text: str) -> Terms:
    """Return the terms that text says. Upper and lower case are the same.

    "N EOM" is N days after the end of the issue's month; a discount "by" a date counts that day.

    Raises UnknownTerms with the part that is not understood, or what is wrong with the whole.
    """
    if len(text) > LENGTH_MAX:
        raise UnknownTerms(field="terms", reason=f"at most {LENGTH_MAX} characters")
    main, *options = (" ".join(piece.lower().split()) for piece in text.split(";"))
    with _refusing():
        offer, rest = _offer(main)
        chosen = dict(_option(option) for option in options)
        return Terms(parts=_parts(rest), offer=offer, **chosen)


def terms_text(terms: Terms) -> str:
    """Return the text that parse_terms reads back as these terms."""
    texts = [_offer_text(terms.offer) + _parts_text(terms.parts)]
    if terms.tax is not DiscountTax.REDUCE:
        texts.append(f"tax {terms.tax}")
    if terms.tolerance_days:
        texts.append(f"{terms.tolerance_days} days grace")
    if terms.tolerance_minor:
        texts.append(f"{terms.tolerance_minor} minor short")
    return "; ".join(texts)


def _offer(main: str) -> tuple[Offer | None, str]:
    """Return the discount that main begins with, if any, and what follows it."""
    short = _SHORT_OFFER.match(main)
    if short:
        return _offer_of(short[1], When(days=int(short[2]))), main[short.end() :]
    first, comma, rest = (piece.strip() for piece in main.partition(", "))
    named = _NAMED_OFFER.fullmatch(first)
    last_has_share = any(
        pattern.fullmatch(rest.rpartition(", ")[2])
        for pattern in (_PERCENT_PART, _AMOUNT_PART, _REST_PART)
    )
    if named is None and comma and not last_has_share:
        named = _PLAIN_OFFER.fullmatch(first)
    if named is None:
        return None, main
    if not comma:
        raise UnknownTerms(field="terms", reason="say after the discount when the rest is due")
    return _offer_of(named[1], _when(named[2])), rest


def _offer_of(percent: str, when: When) -> Offer:
    return Offer(percent=_plain(percent), when=when)


def _parts(text: str) -> tuple[Part, ...]:
    times = _TIMES.fullmatch(text)
    if times:
        count, step = int(times[1]), int(times[2])
        if not 0 < count <= PARTS_MAX:
            raise UnknownTerms(field="terms", reason=f"1 to {PARTS_MAX} parts")
        return _steps(count, step, monthly=times[3].startswith("mon"))
    pieces = [piece.strip() for piece in text.split(", ")]
    if len(pieces) == 1 and not any(
        pattern.fullmatch(text) for pattern in (_PERCENT_PART, _AMOUNT_PART, _REST_PART)
    ):
        return (Part(when=_when(text)),)
    return tuple(_part(piece) for piece in pieces)


def _steps(count: int, step: int, *, monthly: bool) -> tuple[Part, ...]:
    """Return count equal parts, each step after the one before it."""
    found = [n * step for n in range(1, count + 1)]
    return tuple(Part(when=When(months=n) if monthly else When(days=n)) for n in found)


def _part(text: str) -> Part:
    if found := _PERCENT_PART.fullmatch(text):
        return Part(percent=_plain(found[1]), when=_when(found[2]))
    if found := _AMOUNT_PART.fullmatch(text):
        return Part(amount=found[1], when=_when(found[2]))
    if found := _REST_PART.fullmatch(text):
        return Part(when=_when(found[1]))
    raise UnknownTerms(field="terms", reason=f'how much is due in "{text}"?')


def _when(text: str) -> When:
    bare = text
    while (shorter := _LEAD.sub("", bare)) != bare:
        bare = shorter
    bare = _TAIL.sub("", bare)
    for pattern, made in _WHENS:
        if found := pattern.fullmatch(bare):
            return made(found)
    raise UnknownTerms(field="terms", reason=f'when is "{text}"?')


def _option(text: str) -> tuple[str, Any]:
    if found := _TAX.fullmatch(text):
        return "tax", DiscountTax(found[1])
    if found := _GRACE.fullmatch(text):
        return "tolerance_days", int(found[1])
    if found := _SHORT.fullmatch(text):
        return "tolerance_minor", int(found[1])
    raise UnknownTerms(field="terms", reason=f'what does "{text}" mean?')


def _plain(percent: str) -> str:
    whole, _, digits = percent.replace(",", ".").partition(".")
    digits = digits.rstrip("0")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{digits}" if digits else whole


@contextmanager
def _refusing() -> Iterator[None]:
    """Say a refusal of the models as ours."""
    try:
        yield
    except ValidationError as exc:
        reason = exc.errors()[0]["msg"].removeprefix("Value error, ")
        raise UnknownTerms(field="terms", reason=reason) from None


def _offer_text(offer: Offer | None) -> str:
    if offer is None:
        return ""
    if offer.when == When(days=offer.when.days) and offer.when.days:
        return f"{offer.percent}/{offer.when.days} "
    return f"{offer.percent} % by {_when_text(offer.when)}, "


def _parts_text(parts: Sequence[Part]) -> str:
    if len(parts) == 1 and parts[0].percent is None and parts[0].amount is None:
        when = parts[0].when
        if when == When(days=when.days) and when.days:
            return f"net {when.days}"
        return "due on receipt" if when == When() else _when_text(when)
    first, last = parts[0].when, parts[-1].when
    for step, end, unit in (
        (first.months, last.months, "months"),
        (first.days, last.days, "days"),
    ):
        even = step and end == len(parts) * step
        if even and tuple(parts) == _steps(len(parts), step, monthly=unit == "months"):
            return f"{len(parts)} x {step} {unit}"
    return ", ".join(_part_text(part) for part in parts)


def _part_text(part: Part) -> str:
    share = f"{part.percent} %" if part.percent is not None else part.amount or "part"
    timed = part.when.months or (part.when == When(days=part.when.days) and part.when.days)
    return f"{share} {'in ' if timed else ''}{_when_text(part.when)}"


def _when_text(when: When) -> str:
    if when.months:
        return f"{when.months} months"
    if when.on_day and when.end_of_month:
        return f"{_ordinal(when.on_day)} of next month"
    if when.on_day:
        after = f" after {when.days} days" if when.days else " of the month"
        return f"{_ordinal(when.on_day)}{after}"
    if when.end_of_month:
        return f"{when.days} EOM" if when.days else "EOM"
    return f"{when.days} days" if when.days else "now"


def _ordinal(day: int) -> str:
    ending = "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"
