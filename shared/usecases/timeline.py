"""The story of one customer: everything that happened, newest first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.domain.money import Money, to_decimal_text
from shared.domain.tasks import told


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    at is an instant or a date as ISO text; kind is invoice, charge, credit_note, notice, hold,
    promise, dispute, plan, handover, question, checkout, task, mail, links, ladder, or the kind of
    a posting's first movement (payment, refund, write_off, ...); state says how it stands; facts
    hold what the kind adds.
    """

    at: str
    kind: str
    title: str
    state: str
    facts: Mapping[str, Any]


def timeline(items: Iterable[Mapping[str, Any]]) -> tuple[Event, ...]:
    """Return the events that the customer's stored items tell, newest first.

    A notice carries the state of its delivery. Kinds that tell no story are passed over.
    """
    stored = list(items)
    known = _known(stored)
    events = []
    for item in stored:
        tell = _TELLERS.get(item["type"])
        if tell is not None and not _told_by_its_head(item):
            events.append(tell(item, known))
    return tuple(sorted(events, key=lambda e: (e.at, e.kind, e.title), reverse=True))


def _told_by_its_head(item: Mapping[str, Any]) -> bool:
    return item["type"] == "POSTING" and item["movements"][0]["kind"] in ("invoice", "charge")


@dataclass(frozen=True, slots=True)
class _Known:
    """What items tell of each other: deliveries by notice, and of documents, by id, their numbers
    and the kinds of all that took something off them.
    """

    deliveries: Mapping[int, Mapping[str, Any]]
    numbers: Mapping[str, str]
    closed_by: Mapping[str, frozenset[str]]


def _known(stored: Sequence[Mapping[str, Any]]) -> _Known:
    closed_by: dict[str, set[str]] = {}
    for posting in (i for i in stored if i["type"] == "POSTING"):
        for one in posting["movements"]:
            if one["amount"] < 0 and one.get("document_id"):
                closed_by.setdefault(one["document_id"], set()).add(str(one["kind"]))
    return _Known(
        {i["n"]: i for i in stored if i["type"] == "DELIVERY"},
        {i["document_id"]: i["number"] for i in stored if i["type"] == "HEAD"},
        {document_id: frozenset(kinds) for document_id, kinds in closed_by.items()},
    )


def _notice(item: Mapping[str, Any], known: _Known) -> Event:
    delivery = known.deliveries.get(item["n"], {})
    facts = {
        "n": item["n"],
        "stage": item["stage"],
        "channel": item["channel"],
        "policy_version": item["policy_version"],
        "documents": [number for _, number, _, _, _, asked, *_ in item["items"] if asked],
        "code": delivery.get("code", ""),
    }
    title = item["stage"] or item["kind"]
    return Event(item["claimed_at"], "notice", title, delivery.get("state", "claimed"), facts)


def _head(item: Mapping[str, Any], known: _Known) -> Event:
    total = _text(item["total"], item["currency"])
    closed = _closed(known.closed_by.get(item["document_id"], frozenset()))
    state = "void" if item.get("voided") else "open" if item["open"] else closed
    if item["external_id"] and not item["total"]:
        state = "moved"
    if item["kind"] == "credit_note" and not item.get("voided"):
        state = "issued"
    facts = {
        "document_id": item["document_id"],
        "due_on": item["due_on"],
        "total": total,
        "open": _text(item["open"], item["currency"]),
        "currency": item["currency"],
    }
    return Event(item["issued_on"], item["kind"], item["number"], state, facts)


def _posting(item: Mapping[str, Any], known: _Known) -> Event:
    first = item["movements"][0]
    kind = str(first["kind"])
    facts = {
        "posting_id": item["posting_id"],
        "amount": _text(sum(_same(item, kind)), first["currency"]),
        "currency": first["currency"],
        "reason": first.get("reason", ""),
        "by": item.get("by", ""),
        "note": item.get("note", ""),
    }
    title = kind.replace("_", " ").capitalize()
    about = {m.get("document_id", ""): None for m in item["movements"] if m["kind"] == kind}
    named = [document_id for document_id in about if document_id in known.numbers]
    if named:
        title = f"{title} of {told(known.numbers[document_id] for document_id in named)}"
        facts |= {"document_id": named[0]}
    return Event(item["value_date"], kind, title, "settled", facts)


def _closed(by: frozenset[str]) -> str:
    """Return how a document stands of which nothing is open, by what took something off it."""
    given_up = [words for kind, words in _GIVEN_UP.items() if kind in by]
    return given_up[0] if given_up and "allocation" not in by else "paid"


def _same(posting: Mapping[str, Any], kind: str) -> Iterable[int]:
    return (m["amount"] for m in posting["movements"] if m["kind"] == kind)


def _hold(item: Mapping[str, Any], _: _Known) -> Event:
    facts = {
        "hold_id": item["hold_id"],
        "ends_on": item["ended_on"] or item["ends_on"],
        "by": item["by"],
        "documents": item["documents"],
    }
    return Event(item["starts_on"], "hold", item["reason"], "held", facts)


def _promise(item: Mapping[str, Any], _: _Known) -> Event:
    facts = {
        "promise_id": item["promise_id"],
        "amount": _text(item["amount"], item["currency"]),
        "currency": item["currency"],
        "documents": item["documents"],
        "by": item["by"],
    }
    taken_back = "withdrawn" if item["withdrawn_on"] else "promised"
    title = f"Payment by {item['pays_on']}"
    return Event(item["made_on"] or item["pays_on"], "promise", title,
                 item["outcome"] or taken_back, facts)  # fmt: skip


def _dispute(item: Mapping[str, Any], _: _Known) -> Event:
    facts = {"dispute_id": item["dispute_id"], "text": item["text"], "by": item["by"]}
    facts |= {"documents": item["documents"], "note": item["answer"]}
    title = item["reason"].replace("_", " ").capitalize()
    return Event(item["opened_on"], "dispute", title, item["outcome"] or "open", facts)


def _plan(item: Mapping[str, Any], _: _Known) -> Event:
    facts = {
        "plan_id": item["plan_id"],
        "amount": _text(sum(minor for _, minor in item["parts"]), item["currency"]),
        "currency": item["currency"],
        "documents": item["documents"],
        "by": item["by"],
    }
    title = f"Paying in {len(item['parts'])} parts"
    return Event(item["agreed_on"], "plan", title, item["state"], facts)


def _handover(item: Mapping[str, Any], _: _Known) -> Event:
    facts = {
        "handover_id": item["handover_id"],
        "by": item["approved_by"],
        "n": item["notice"],
        "ended_on": item["ended_on"],
    }
    state = "taken back" if item["ended_on"] else "in force"
    return Event(item["starts_on"], "handover", f"To the {item['tier']}", state, facts)


def _question(item: Mapping[str, Any], _: _Known) -> Event:
    facts = {k: item[k] for k in ("question_id", "text", "documents") if k in item}
    return Event(item["asked_at"], "question", "Question", "asked", facts)


def _checkout(item: Mapping[str, Any], _: _Known) -> Event:
    facts = {
        "checkout_id": item["checkout_id"],
        "amount": _text(item["amount"], item["currency"]),
        "currency": item["currency"],
    }
    return Event(item["created_at"], "checkout", "Payment page", item["state"], facts)


def _task(item: Mapping[str, Any], _: _Known) -> Event:
    facts = {"task_id": item["task_id"], "kind": item["kind"], "note": item["note"]}
    at = item["done_at"] or item["created_at"]
    return Event(at, "task", item["title"], item["status"], facts)


def _mail_wish(item: Mapping[str, Any], _: _Known) -> Event:
    return Event(item["at"], "mail", _WISHES[item["wish"]], "noted", {"by": item["by"]})


def _links_end(item: Mapping[str, Any], _: _Known) -> Event:
    return Event(item["at"], "links", "Links into the portal ended", "ended", {"by": item["by"]})


def _ladder_move(item: Mapping[str, Any], _: _Known) -> Event:
    facts = {k: item[k] for k in ("document_id", "before", "after", "by")}
    said = f"{item['number']}: policy {item['after'] or 'of the customer'}"
    return Event(item["at"], "ladder", said, "moved", facts | {"text": item["reason"]})


def _text(minor: int, currency: str) -> str:
    return to_decimal_text(Money(minor=minor, currency=currency))


_GIVEN_UP = {
    "waiver": "waived",
    "correction": "taken back",
    "write_off": "written off",
    "deduction": "given up",
}
_WISHES = {
    "no_reminders": "Wants no reminders by mail",
    "reminders": "Wants reminders by mail again",
    "internal": "Internal: nothing is sent",
    "external": "Not internal any more",
    "mail_again": "The address was found to be good",
}
_TELLERS = {
    "LADDER_MOVE": _ladder_move,
    "LINKS_END": _links_end,
    "MAIL_WISH": _mail_wish,
    "NOTICE": _notice,
    "HEAD": _head,
    "POSTING": _posting,
    "HOLD": _hold,
    "PROMISE": _promise,
    "DISPUTE": _dispute,
    "PLAN": _plan,
    "HANDOVER": _handover,
    "QUESTION": _question,
    "CHECKOUT": _checkout,
    "TASK": _task,
}
