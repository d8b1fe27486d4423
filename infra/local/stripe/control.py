# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API under /_config: clock, webhooks, faults, debits, disputes, quiet."""

import time
from typing import Any

from aiohttp import web
from localstripe import resources

from infra.local.stripe import disputes, refunds, setups
from infra.local.stripe.charges import end_debits
from infra.local.stripe.errors import invalid, missing
from infra.local.stripe.faults import KINDS, Fault
from infra.local.stripe.objects import retrieve
from infra.local.stripe.params import choice, decimal, integer, url
from infra.local.stripe.payment_methods import Failure
from infra.local.stripe.webhooks import Endpoint
from infra.local.stripe.world import Settlement, world

BANK_REFUSED = Failure("debit_not_authorized", "The customer's bank refused the debit.")


async def _body(request: web.Request) -> dict[str, Any]:
    if not request.can_read_body:
        return {}
    if request.content_type != "application/json":
        raise invalid("The control API takes application/json")
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise invalid("The body must be a JSON object")
    return body


async def put_webhook(request: web.Request) -> web.Response:
    """Send events to {url, secret}; optional: previous_secret, events."""
    body = await _body(request)
    for name in ("url", "secret"):
        if not body.get(name):
            raise missing(name)
    live = tuple(s for s in (body["secret"], body.get("previous_secret")) if s)
    types = tuple(body.get("events") or ("*",))
    name = request.match_info["id"]
    world().dispatcher.endpoints[name] = Endpoint(name, url(body["url"], "url"), live, types)
    return web.json_response({"id": name, "events": types})


async def delete_webhook(request: web.Request) -> web.Response:
    """Send no more events to that endpoint."""
    found = world().dispatcher.endpoints.pop(request.match_info["id"], None)
    return web.json_response({"deleted": found is not None})


async def get_clock(_: web.Request) -> web.Response:
    """Return both clocks in seconds since 1970, and the offset between them."""
    clock = world().clock
    body = {"business_s": clock.now_s(), "wall_s": int(time.time())}
    return web.json_response(body | {"offset_seconds": clock.offset_s})


async def set_clock(request: web.Request) -> web.Response:
    """Move the business clock to {offset_seconds} from the wall clock and do what fell due."""
    body = await _body(request)
    world().clock.offset_s = integer(body.get("offset_seconds"), "offset_seconds")
    done = world().agenda.run_due()
    return web.json_response({"business_s": world().clock.now_s(), "done": done})


async def set_debits(request: web.Request) -> web.Response:
    """Let debits made from now on settle after {settle_after_days} calendar days."""
    days = integer((await _body(request)).get("settle_after_days"), "settle_after_days", least=0)
    world().settings.debit_settles_after_days = days
    return web.json_response({"settle_after_days": days})


async def settle_debits(request: web.Request) -> web.Response:
    """End pending debits now: {outcome: succeed | fail | as_due, payment_intent?, code?}."""
    body = await _body(request)
    outcome = choice(body.get("outcome", "as_due"), "outcome", ("succeed", "fail", "as_due"))
    failure = BANK_REFUSED if outcome == "fail" else None
    if failure and body.get("code"):
        failure = Failure(body["code"], failure.message)
    ended = end_debits(failure, outcome != "as_due", body.get("payment_intent"))
    return web.json_response({"ended": ended})


async def return_debit(request: web.Request) -> web.Response:
    """Let the bank take back a settled debit: {payment_intent, reason?}."""
    body = await _body(request)
    reason = body.get("reason", "insufficient_funds")
    dispute = disputes.return_debit(body.get("payment_intent", ""), reason)
    return web.json_response(dispute._export())


async def decline_method(request: web.Request) -> web.Response:
    """Let charges of a payment method fail from now on: {code, decline_code?}; code "" ends it."""
    body = await _body(request)
    setups.decline(request.match_info["id"], body.get("code", ""), body.get("decline_code"))
    return web.json_response({"declines": bool(body.get("code"))})


async def set_settlement(request: web.Request) -> web.Response:
    """Settle {currency} in {into} at {rate}; without into and rate, in itself again."""
    body = await _body(request)
    if not body.get("currency"):
        raise missing("currency")
    currency = str(body["currency"]).lower()
    world().settings.settlements.pop(currency, None)
    if body.get("into"):
        rate = decimal(body.get("rate"), "rate")
        into = str(body["into"]).lower()
        world().settings.settlements[currency] = Settlement(into, rate)
    return web.json_response({"settled_elsewhere": sorted(world().settings.settlements)})


async def order_fault(request: web.Request) -> web.Response:
    """Order {target, kind, match?, method?, times?, seconds?}."""
    body = await _body(request)
    target = choice(body.get("target"), "target", KINDS)
    choice(body.get("kind"), "kind", KINDS[target])
    try:
        fault = Fault(**body)
    except TypeError as exc:
        raise invalid(str(exc)) from exc
    world().faults.order(fault)
    return web.json_response({"ordered": True})


async def get_faults(_: web.Request) -> web.Response:
    """Return every fault ordered and how often each has happened."""
    return web.json_response({"faults": world().faults.report()})


async def clear_faults(_: web.Request) -> web.Response:
    """Forget all faults and send what was held back."""
    world().faults.clear()
    return web.json_response({"released": world().dispatcher.release()})


async def get_idle(_: web.Request) -> web.Response:
    """Return whether nothing is under way, and when the next thing falls due."""
    counts = world().dispatcher.counts()
    now_s = world().clock.now_s()
    coming = world().agenda.live()
    debits = [entry.due_s for entry in coming if entry.kind == "debit"]
    due_now = sum(entry.due_s <= now_s for entry in coming)
    body = {
        "idle": not (counts["scheduled"] or counts["in_flight"] or counts["held"] or due_now),
        "deliveries": counts,
        "due_now": due_now,
        "debits_pending": len(debits),
        "next_debit_due_s": min(debits, default=None),
        "next_due_s": min((entry.due_s for entry in coming), default=None),
        "business_s": now_s,
    }
    return web.json_response(body)


async def get_deliveries(_: web.Request) -> web.Response:
    """Return every delivery with start, end and outcome of its tries."""
    return web.json_response({"deliveries": world().dispatcher.report()})


async def resend_event(request: web.Request) -> web.Response:
    """Deliver an event again."""
    event = retrieve("event", request.match_info["id"])
    return web.json_response({"sent_to": world().dispatcher.resend(event)})


async def open_dispute(request: web.Request) -> web.Response:
    """Dispute {charge, amount?, reason?}."""
    body = await _body(request)
    amount = integer(body["amount"], "amount", least=1) if "amount" in body else None
    reason = body.get("reason", "fraudulent")
    dispute = disputes.open_dispute(body.get("charge", ""), amount, reason)
    return web.json_response(dispute._export())


async def close_dispute(request: web.Request) -> web.Response:
    """Close a dispute with {status: won | lost}."""
    status = (await _body(request)).get("status", "")
    return web.json_response(disputes.close_dispute(request.match_info["id"], status)._export())


async def fail_refund(request: web.Request) -> web.Response:
    """Let a refund come back."""
    return web.json_response(refunds.fail(request.match_info["id"])._export())


async def forget_keys(_: web.Request) -> web.Response:
    """Forget all idempotency keys, as Stripe may after a day."""
    world().answers.clear()
    return web.json_response({"forgotten": True})


async def clear_data(_: web.Request) -> web.Response:
    """Forget every object, event, key and fault; keep clock and endpoints."""
    world().clear()
    return web.json_response({"objects": len(resources.store)})


def add_routes(app: web.Application) -> None:
    """Give the application the control API."""
    for method, path, handler in (
        ("POST", "/_config/webhooks/{id}", put_webhook),
        ("DELETE", "/_config/webhooks/{id}", delete_webhook),
        ("GET", "/_config/clock", get_clock),
        ("POST", "/_config/clock", set_clock),
        ("POST", "/_config/debits", set_debits),
        ("POST", "/_config/debits/settle", settle_debits),
        ("POST", "/_config/debits/return", return_debit),
        ("POST", "/_config/payment_methods/{id}/decline", decline_method),
        ("POST", "/_config/settlement", set_settlement),
        ("POST", "/_config/faults", order_fault),
        ("GET", "/_config/faults", get_faults),
        ("DELETE", "/_config/faults", clear_faults),
        ("GET", "/_config/idle", get_idle),
        ("GET", "/_config/deliveries", get_deliveries),
        ("POST", "/_config/events/{id}/resend", resend_event),
        ("POST", "/_config/disputes", open_dispute),
        ("POST", "/_config/disputes/{id}/close", close_dispute),
        ("POST", "/_config/refunds/{id}/fail", fail_refund),
        ("POST", "/_config/idempotency/forget", forget_keys),
        ("DELETE", "/_config/data", clear_data),
    ):
        app.router.add_route(method, path, handler)
