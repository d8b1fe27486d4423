"""Automatic payment: what it means, turned on upon the gateway's page, and turned off here."""

from datetime import date

from aws_lambda_powertools import Logger

from functions.edge import http
from functions.portal.saying import page, policy, sent, whose
from functions.portal.visit import Event, Visit, checked_id, signed_in
from shared import runtime
from shared.domain.autopay import first_taken
from shared.domain.autopay_rule import AutopayRule
from shared.domain.collection import Collection
from shared.domain.gateway import GatewayRefused, GatewayUnavailable
from shared.domain.mandate import ENDED_BY_CUSTOMER, Mandate
from shared.domain.money import Money
from shared.errors import Conflict, NotFound
from shared.usecases.give_mandate import ask_mandate, end_mandate, resolve_mandate

log = Logger()


def autopay(event: Event) -> http.Answer:
    """Show whether automatic payment is on, what it takes next, and how to turn it on or off."""
    visitor = signed_in(event)
    if http.query(event, "sent"):
        return sent(visitor, "autopay.ended")
    asked = http.query(event, "mandate")
    if asked:
        _ask_the_gateway(visitor, checked_id(asked))
    mandate, coming = _standing(visitor)
    rule = policy(visitor).autopay
    if rule is None and mandate is None:
        raise NotFound()
    first_on, first = _first(visitor, rule) if rule and mandate is None else (None, ())
    return page(
        "autopay",
        visitor,
        rule=rule,
        first_on=first_on,
        first=first,
        mandate=mandate,
        coming=coming,
        waiting=bool(asked) and mandate is None,
    )


def turn_on(event: Event) -> http.Answer:
    """Lead to the gateway's page on which the customer gives leave."""
    visitor = signed_in(event)
    _rule(visitor)
    if not runtime.has_gateway():
        raise GatewayUnavailable()
    return http.see_other(ask_mandate(runtime.giving_mandates(), visitor.principal, visitor.now))


def turn_off(event: Event) -> http.Answer:
    """End automatic payment. What the bank is moving already still comes."""
    visitor = signed_in(event)
    mandate_id = checked_id(visitor.form.get("mandate", [""])[0])
    try:
        end_mandate(runtime.autopay(), *whose(visitor), mandate_id, ENDED_BY_CUSTOMER, visitor.now)
    except Conflict:
        log.info("automatic payment was off already")
    return http.see_other(f"{visitor.base}/autopay?sent=1")


def autopay_standing(visitor: Visit) -> str:
    """Return "on" where what is due is taken by itself, "offered" where it may be, else ""."""
    mandate, _ = _standing(visitor)
    if mandate is not None:
        return "on"
    return "offered" if policy(visitor).autopay is not None else ""


def _rule(visitor: Visit) -> AutopayRule:
    rule = policy(visitor).autopay
    if rule is None:
        raise NotFound()
    return rule


def _first(visitor: Visit, rule: AutopayRule) -> tuple[date, tuple[Money, ...]]:
    account = runtime.accounts().account(*whose(visitor))
    return first_taken(account, rule, visitor.now.today(account.customer.time_zone))


def _standing(visitor: Visit) -> tuple[Mandate | None, tuple[Collection, ...]]:
    """Return the customer's mandate, and what is announced or under way."""
    account = runtime.accounts().account(*whose(visitor))
    today = visitor.now.today(account.customer.time_zone)
    coming = (c for c in account.collections if not c.over)
    return account.mandate(today), tuple(sorted(coming, key=lambda c: c.take_on))


def _ask_the_gateway(visitor: Visit, mandate_id: str) -> None:
    """Bring a mandate to the state that the gateway reports; its webhook does the same later."""
    try:
        resolve_mandate(runtime.money_in(), *whose(visitor), mandate_id, visitor.now)
    except (GatewayUnavailable, GatewayRefused) as exc:
        log.warning("gateway not asked", code=exc.code)


ROUTES = {
    "GET /p/{entity}/autopay": autopay,
    "POST /p/{entity}/autopay": turn_on,
    "POST /p/{entity}/autopay/end": turn_off,
}
