"""One legal entity of the company, and its settings. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Entity:
    """One legal entity of the company. hold_all means: decide, show, and send nothing.

    daily_cap bounds the messages of a day while it is set (the first days after release).
    business_days are ISO weekdays (Monday 1) on which messages may go out. series maps the names
    of number series to their patterns (shared.domain.numbering), where they are not the standard
    ones; gapless_numbers says that no number may ever be missing in one. default_terms are those of
    its invoices to customers who have none (shared.domain.terms_text). apply_credit and the
    tolerance say what happens to money by itself (shared.domain.cash_rules): tolerance is by
    currency, in minor units, and bounded by tolerance_percent as well. mail_paused is the reason
    why no mail goes out for now (shared.domain.reputation), or ""; mail_pauses counts the pauses
    that are over. erp_stale says whose facts are older than erp_max_age_hours, or than
    bank_max_age_hours where the bank's money comes in files (0: it does not), or ""
    (shared.domain.freshness).
    """

    entity_id: str
    name: str
    currency: str
    time_zone: str
    language: str
    contact_email: str
    hold_all: bool = True
    daily_cap: int | None = None
    shards: int = 1
    contact_phone: str = ""
    address: str = ""
    bank_account: str = ""
    default_policy: str = "standard"
    default_terms: str = "net 30"
    policy_version: int = 0
    series: Mapping[str, str] = field(default_factory=dict)
    gapless_numbers: bool = False
    apply_credit: str = "offer"
    tolerance: Mapping[str, int] = field(default_factory=dict)
    tolerance_percent: str = "0"
    mail_paused: str = ""
    mail_pauses: int = 0
    erp_max_age_hours: int = 26
    bank_max_age_hours: int = 0
    erp_stale: str = ""
    version: int = 1

    @property
    def waits(self) -> bool:
        """Return whether nothing is asked of anybody for now: by decision, or for lack of facts."""
        return self.hold_all or bool(self.erp_stale)
