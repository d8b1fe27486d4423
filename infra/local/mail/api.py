"""`/api/messages`: the mails as JSON, for tests and demos."""

from __future__ import annotations

from infra.local.mail.clock import iso_millis, parse_instant
from infra.local.mail.control import wait_s
from infra.local.mail.errors import BadControl
from infra.local.mail.reply import Reply, json_reply
from infra.local.mail.service import Service
from infra.local.mail.store import Query

HEAVY = ("html", "text", "headers")
KNOWN = {"to", "subject", "tag", "since", "after", "limit", "wait_seconds", "brief"}


def messages(service: Service, query: dict[str, str]) -> Reply:
    """Return the mails asked for, oldest first, and the number to ask after next time."""
    if set(query) - KNOWN:
        raise BadControl(f"unknown parameter; known are {', '.join(sorted(KNOWN))}")
    try:
        wanted = _query(service, query)
        limit = int(query["limit"]) if "limit" in query else None
        timeout_s = wait_s(query)
    except ValueError as exc:
        raise BadControl(str(exc)) from exc
    if timeout_s:
        service.store.wait(wanted, timeout_s)
    last = service.store.last_seq()
    found = service.store.find(wanted, limit)
    facts = [message.facts() for message in found]
    if query.get("brief"):
        for fact in facts:
            for name in HEAVY:
                del fact[name]
            for event in fact["events"]:
                del event["payload"]
    reached = found[-1].seq if found and limit is not None and len(found) == limit else last
    return json_reply(
        {
            "messages": facts,
            "count": len(facts),
            "last": max(reached, wanted.after_seq, found[-1].seq if found else 0),
            "business_time": iso_millis(service.clock.business()),
        }
    )


def message(service: Service, message_id: str) -> Reply:
    """Return one mail as JSON."""
    found = service.store.get(message_id)
    return json_reply(found.facts()) if found else _gone()


def raw(service: Service, message_id: str) -> Reply:
    """Return one mail's MIME bytes."""
    found = service.store.get(message_id)
    if found is None:
        return _gone()
    name = f'attachment; filename="{message_id}.eml"'
    return Reply(200, found.raw, "message/rfc822", {"Content-Disposition": name})


def _query(service: Service, query: dict[str, str]) -> Query:
    after = query.get("after", "0")
    known = service.store.get(after)
    pairs = [pair.partition(":") for pair in query.get("tag", "").split(",") if pair]
    return Query(
        to=query.get("to", ""),
        subject=query.get("subject", ""),
        tags=tuple((name, value) for name, _, value in pairs),
        since=parse_instant(query["since"]) if query.get("since") else None,
        after_seq=known.seq if known else int(after),
    )


def _gone() -> Reply:
    return json_reply({"error": "no such message"}, 404)
