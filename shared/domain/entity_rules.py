"""What an entity's settings may be."""

from collections.abc import Collection
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.domain.cash_rules import ApplyCredit, Tolerance, check_tolerance
from shared.domain.entity import Entity
from shared.domain.money import exponent
from shared.domain.numbering import check_series
from shared.domain.terms_text import known_terms
from shared.errors import InvalidInput

ERP_MAX_AGE_HOURS_MAX = 24 * 14


def check_entity(entity: Entity, languages: Collection[str]) -> None:
    """Raise InvalidInput, naming the field, where a setting cannot be.

    Currency, zone, language and terms are known ones, and the patterns of numbers give numbers.
    """
    exponent(entity.currency)
    check_series(entity.series)
    check_tolerance(Tolerance(entity.tolerance, entity.tolerance_percent))
    if not 1 <= entity.erp_max_age_hours <= ERP_MAX_AGE_HOURS_MAX:
        raise InvalidInput(
            field="erp_max_age_hours", reason=f"a number from 1 to {ERP_MAX_AGE_HOURS_MAX}"
        )
    if not 0 <= entity.bank_max_age_hours <= ERP_MAX_AGE_HOURS_MAX:
        raise InvalidInput(
            field="bank_max_age_hours", reason=f"a number from 0 to {ERP_MAX_AGE_HOURS_MAX}"
        )
    if entity.apply_credit not in ApplyCredit:
        raise InvalidInput(field="apply_credit", reason=f"one of {', '.join(ApplyCredit)}")
    if known_terms(entity.default_terms) is None:
        raise InvalidInput(field="default_terms", reason="write terms such as net 30")
    if entity.language not in languages:
        raise InvalidInput(field="language", reason=f"one of {', '.join(sorted(languages))}")
    try:
        ZoneInfo(entity.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(
            field="time_zone", reason="an IANA name, such as Europe/Berlin"
        ) from None
