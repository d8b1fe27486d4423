"""A named person agrees to a notice that must not go by itself, or refuses it."""

from dataclasses import replace
from typing import Protocol

from shared.domain.agreement import HandoverTier
from shared.domain.answer import Answer
from shared.domain.clock import Now
from shared.domain.notice import Channel, DeliveryState, Notice
from shared.errors import Conflict, InvalidInput
from shared.usecases.ports.accounts import ReadsAccount, ReadsNotice
from shared.usecases.ports.policies import ReadsBook
from shared.usecases.ports.queue import Queue
from shared.usecases.put_off_notice import only_waits
from shared.usecases.second_look import second_look


class Accounts(ReadsAccount, ReadsNotice, Protocol):
    """Accounts and what they are about to be told."""


class Approvals(Protocol):
    def approve(self, entity: str, customer_id: str, answer: Answer, now: Now) -> bool: ...
    def end(
        self,
        entity: str,
        customer_id: str,
        answer: Answer,
        state: DeliveryState,
        code: str,
        now: Now,
    ) -> bool: ...


def approve(
    accounts: Accounts,
    policies: ReadsBook,
    approvals: Approvals,
    queue: Queue,
    entity_id: str,
    customer_id: str,
    answer: Answer,
    now: Now,
) -> str:
    """Let a notice be carried out, in the name of who answers; return what came of it, as a code.

    approved, or withdrawn where a look at the account as it is now finds nothing left to ask.
    Raises InvalidInput for a tier that does not fit, and Conflict where the notice does not wait
    for anybody.
    """
    notice = _waiting(accounts, entity_id, customer_id, answer.n)
    _check_tier(notice, answer.tier)
    account = accounts.account(entity_id, customer_id)
    book = policies.book(entity_id, account)
    look = second_look(account, notice, book, now)
    if isinstance(look, str) and not only_waits(account, notice, book, now):
        said, withdrawn = replace(answer, note=look), DeliveryState.WITHDRAWN
        _won(approvals.end(entity_id, customer_id, said, withdrawn, look, now), answer.n)
        return "withdrawn"
    _won(approvals.approve(entity_id, customer_id, answer, now), answer.n)
    body: dict[str, object] = {"entity": entity_id, "customer_id": customer_id}
    queue.send("ESCALATION", body | {"kind": "notice", "n": answer.n})
    return "approved"


def refuse(
    accounts: Accounts,
    approvals: Approvals,
    entity_id: str,
    customer_id: str,
    answer: Answer,
    now: Now,
) -> str:
    """Keep a notice from being carried out; its stage counts as done. Return "refused".

    Raises Conflict where the notice does not wait for anybody.
    """
    _waiting(accounts, entity_id, customer_id, answer.n)
    done, code = DeliveryState.DONE, "not_approved"
    _won(approvals.end(entity_id, customer_id, answer, done, code, now), answer.n)
    return "refused"


def _waiting(accounts: Accounts, entity_id: str, customer_id: str, n: int) -> Notice:
    notice = accounts.notice(entity_id, customer_id, n)
    if notice.delivery is not DeliveryState.APPROVAL:
        raise Conflict(notice=n, reason=f"it waits for nobody: {notice.delivery}")
    return notice


def _check_tier(notice: Notice, tier: str) -> None:
    tiers = [str(t) for t in HandoverTier]
    if notice.channel is Channel.HANDOVER and tier not in tiers:
        raise InvalidInput(field="tier", reason=f"say to whom the case goes: {', '.join(tiers)}")
    if notice.channel is not Channel.HANDOVER and tier:
        raise InvalidInput(field="tier", reason="only a hand-over has one")


def _won(written: bool, n: int) -> None:
    if not written:
        raise Conflict(notice=n, reason="somebody decided on it first")
