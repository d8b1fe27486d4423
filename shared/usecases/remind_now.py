"""A person has a mail sent now; it takes a number and counts as its stage."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta

from shared.domain.account import Account
from shared.domain.by_hand import remind_decision
from shared.domain.clock import Now
from shared.domain.decide import Decision
from shared.domain.money import Money
from shared.domain.notice import Notice
from shared.domain.notices import stage_notice
from shared.domain.policy_book import PolicyBook
from shared.domain.uncharged import Uncharged
from shared.errors import Conflict, NotFound, WriteConflict
from shared.usecases.dry_run import Charges, would_charge
from shared.usecases.ports.accounts import Accounts
from shared.usecases.ports.notices import ClaimsNotices
from shared.usecases.ports.policies import ReadsBook

_ATTEMPTS_MAX = 8
_PAUSE = timedelta(minutes=10)
_WHY_NOT = {
    "handed_over": "somebody else has the case",
    "internal": "the customer is the company itself",
    "mail_stopped": "mail to the customer is stopped",
    "no_address": "the customer has no e-mail address",
    "reminders_off": "the customer wants no reminders by mail",
    "no_such_stage": "the customer's policy has no mail of that name",
    "stage_not_reached": "nothing has reached a mail yet: name the stage",
    "nothing_to_ask": "nothing that may be asked for fits this stage",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailByHand:
    """The mail of a stage that a person wants sent about documents, or about all that it fits.

    stage_id is "" for the furthest mail reached. subject is the issuer's own name for a person who
    may agree to what waits for that, "" for anybody else. with_fee charges what the stage charges
    even where it is the first word about what is late.
    """

    by: str
    subject: str = ""
    stage_id: str = ""
    documents: Collection[str] = ()
    with_fee: bool = False


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a mail by hand would say and charge: fees by number, and what it leaves out."""

    decision: Decision
    fees: tuple[tuple[str, Money], ...]
    uncharged: tuple[Uncharged, ...]


def remind_now(
    accounts: Accounts,
    policies: ReadsBook,
    notices: ClaimsNotices,
    entity_id: str,
    customer_id: str,
    mail: MailByHand,
    now: Now,
) -> Notice:
    """Claim the mail of a stage about open documents, and return the claimed notice.

    A stage that somebody has to agree to waits for that by hand as well, unless who asks may agree:
    then they do. The sender looks again before it goes out. Raises Conflict where nothing may be
    said, with the code why, NotFound for a document that is not open, and WriteConflict where the
    number is lost again and again.
    """
    entity = accounts.entity(entity_id)
    if entity.hold_all:
        raise Conflict(entity=entity_id, reason="the entity holds all messages")
    if entity.erp_stale:
        raise Conflict(why="erp_stale", reason=f"the facts are old: {entity.erp_stale}")
    for _ in range(_ATTEMPTS_MAX):
        account = accounts.account(entity_id, customer_id)
        today = now.today(account.customer.time_zone)
        decision = _decided(account, policies.book(entity_id, account), today, mail)
        if _just_asked(account.newest_notice, decision, now):
            raise Conflict(why="just_sent", reason="the same mail was asked for a moment ago")
        made = stage_notice(account.newest_notice, decision, today, now.business)
        notice = replace(made, by_hand=mail.by, with_fee=mail.with_fee)
        if mail.subject and made.approval:
            notice = replace(notice, approved_by=mail.by, approved_subject=mail.subject)
        if notices.claim(entity_id, customer_id, notice, now.wall):
            return notice
    raise WriteConflict(customer=customer_id)


def remind_ahead(
    accounts: Accounts,
    policies: ReadsBook,
    charges: Charges,
    entity_id: str,
    customer_id: str,
    mail: MailByHand,
    now: Now,
) -> Ahead:
    """Return what remind_now would say and charge, without claiming it. Raises as it does."""
    account = accounts.account(entity_id, customer_id)
    today = now.today(account.customer.time_zone)
    book = policies.book(entity_id, account)
    decision = _decided(account, book, today, mail)
    fees, left_out = would_charge(account, book, decision, today, charges)
    return Ahead(decision, fees, left_out)


def _decided(account: Account, book: PolicyBook, today: date, mail: MailByHand) -> Decision:
    unknown = [d for d in mail.documents if account.document(d.partition("/")[0]) is None]
    if unknown:
        raise NotFound(document=unknown[0][:64])
    decision = remind_decision(account, book, today, mail.stage_id, mail.documents, mail.with_fee)
    if isinstance(decision, str):
        raise Conflict(why=decision, reason=_WHY_NOT[decision])
    return decision


def _just_asked(newest: Notice | None, decision: Decision, now: Now) -> bool:
    """Return whether a button was pressed twice: the newest notice is the same mail, just now."""
    if newest is None or not newest.by_hand or newest.stage != getattr(decision.stage, "id", ""):
        return False
    asked = {item.document_id for item in newest.items if item.asked}
    return asked == set(decision.documents) and now.business - newest.claimed_at < _PAUSE
