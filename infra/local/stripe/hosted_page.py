# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosted page over HTTP: shown, submitted, left. Works without scripts."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from localstripe import resources

from infra.local.stripe import payment_methods
from infra.local.stripe.page_texts import language_for
from infra.local.stripe.page_view import View, stylesheet
from infra.local.stripe.payment_methods import DEBITS
from infra.local.stripe.world import world

PATH = "/c/pay/{session}"


async def show(request: web.Request) -> web.Response:
    """Return the page of a session."""
    session, view = _session_and_view(request)
    return _closed(session, view) or _page(view.checkout(session, {}, {}, None), 200, session)


async def submit(request: web.Request) -> web.Response:
    """Try to pay: 303 to the seller when done, 402 when declined, 422 for a bad field."""
    session, view = _session_and_view(request)
    closed = _closed(session, view)
    if closed is not None:
        if session is not None and session.status == "complete":
            return web.Response(status=303, headers={"Location": session.return_url()})
        return closed
    entered = {k: v.strip() for k, v in (await request.post()).items() if isinstance(v, str)}
    kind = entered.get("method", "card")
    if session.customer_email:
        entered.setdefault("email", session.customer_email)
    entered.setdefault("name", entered.get("email", "").partition("@")[0])
    problems = _problems(session, kind, entered)
    if problems:
        return _page(view.checkout(session, entered, problems, None), 422, session)
    method = payment_methods.make(kind, _numbers(kind, entered), entered["name"], entered["email"])
    failure = session.pay(method, entered["name"], entered["email"])
    if failure is not None:
        return _page(view.checkout(session, entered, {}, failure), 402, session)
    return web.Response(status=303, headers={"Location": session.return_url()})


async def style(_: web.Request) -> web.Response:
    """Return the style sheet."""
    return web.Response(text=stylesheet(), content_type="text/css")


def _session_and_view(request: web.Request) -> tuple[Any, View]:
    session = resources.store.get("checkout.session:" + request.match_info["session"])
    locale = session.locale if session is not None else None
    language = language_for(locale, request.headers.get("Accept-Language", ""))
    return session, View(world().settings.account_name, language)


def _closed(session: Any, view: View) -> web.Response | None:
    if session is None:
        return _page(view.closed("unknown"), 404, None)
    if session.status == "complete":
        return _page(view.closed("paid", session.return_url()), 200, session)
    if session.status == "expired":
        return _page(view.closed("expired", session.cancel_url), 410, session)
    return None


def _page(html: str, status: int, session: Any) -> web.Response:
    targets = ["'self'"]
    if session is not None:
        parts = urlsplit(session.success_url)
        targets.append(f"{parts.scheme}://{parts.netloc}")
    policy = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none';"
        f" form-action {' '.join(targets)}"
    )
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(text=html, status=status, content_type="text/html", headers=headers)


def _numbers(kind: str, entered: dict[str, str]) -> dict[str, Any]:
    """Return what was entered as the details of a payment method of that kind."""
    if kind == "card":
        month, year = entered["card_expiry"].split("/")
        numbers = {"number": entered["card_number"], "cvc": entered["card_cvc"]}
        return numbers | {"exp_month": int(month), "exp_year": 2000 + int(year[-2:])}
    debit = DEBITS[kind]
    numbers = {debit.account_field: entered.get(debit.account_field) or debit.account}
    if debit.routing_field:
        numbers[debit.routing_field] = entered.get(debit.routing_field) or debit.routing
    return numbers


def _problems(session: Any, kind: str, entered: dict[str, str]) -> dict[str, str]:
    """Return which fields are wrong and why; fill in what a card test may leave out."""
    found: dict[str, str] = {}
    if kind not in session.payment_method_types or kind not in payment_methods.KINDS:
        return {"methods": "number_wrong"}
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", entered.get("email", "")):
        found[f"{kind}-email"] = "email_wrong"
    if not entered["name"]:
        found[f"{kind}-name"] = "name_wrong"
    if kind == "card":
        entered.setdefault("card_expiry", "12/34")
        entered.setdefault("card_cvc", "123")
        entered["card_number"] = entered.get("card_number", "").replace(" ", "")
        if not re.fullmatch(r"\d{16}", entered["card_number"]):
            found["card-card_number"] = "number_wrong"
        if not _expiry_is_good(entered["card_expiry"]):
            found["card-card_expiry"] = "exp_wrong"
        if not re.fullmatch(r"\d{3}", entered["card_cvc"]):
            found["card-card_cvc"] = "cvc_wrong"
    elif kind == "sepa_debit":
        iban = entered.get("iban", DEBITS[kind].account)
        if not 14 <= len(iban.replace(" ", "")) <= 34:
            found["sepa_debit-iban"] = "number_wrong"
    return found


def _expiry_is_good(text: str) -> bool:
    read = re.fullmatch(r"(0[1-9]|1[0-2])/(?:20)?(\d\d)", text)
    if read is None:
        return False
    today = datetime.fromtimestamp(world().clock.now_s(), UTC)
    return (2000 + int(read[2]), int(read[1])) >= (today.year, today.month)


def add_routes(app: web.Application) -> None:
    """Give the application the hosted page."""
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, submit)
    app.router.add_get("/c/style.css", style)
