"""What was agreed with a customer, said to it and heard from it, as the table holds it."""

from collections import defaultdict

from shared.adapters import keys
from shared.adapters.account_items import hold_from, notice_from
from shared.adapters.agreement_items import dispute_from, plan_from, promise_from
from shared.adapters.codec import Item
from shared.adapters.handover_items import handover_from
from shared.adapters.table import Table
from shared.domain.case_pack import Asked, CaseFacts, Spoken
from shared.domain.clock import iso

_NEVER_SENT = ("claimed", "calling", "approval", "withdrawn")


class CaseReader:
    """Reads of whole customers. Two Queries each."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def facts(self, entity_id: str, customer_id: str) -> CaseFacts:
        """Return all that was agreed and said, oldest first."""
        of: defaultdict[str, list[Item]] = defaultdict(list)
        for partition in (keys.live, keys.history):
            for item in self._table.query(partition(entity_id, customer_id)):
                of[item["type"]].append(item)
        deliveries = {item["n"]: item for item in of["DELIVERY"]}
        return CaseFacts(
            spoken=tuple(_spoken(item, deliveries.get(item["n"], {})) for item in of["NOTICE"]),
            holds=tuple(sorted((hold_from(i) for i in of["HOLD"]), key=lambda h: h.starts_on)),
            promises=tuple(
                sorted((promise_from(i) for i in of["PROMISE"]), key=lambda p: p.pays_on)
            ),
            disputes=tuple(
                sorted((dispute_from(i) for i in of["DISPUTE"]), key=lambda d: d.opened_on)
            ),
            plans=tuple(sorted((plan_from(i) for i in of["PLAN"]), key=lambda p: p.agreed_on)),
            handovers=tuple(
                sorted((handover_from(i) for i in of["HANDOVER"]), key=lambda h: h.starts_on)
            ),
            asked=tuple(sorted(_asked(of), key=lambda one: (one.at, one.text))),
        )


def _spoken(notice: Item, delivery: Item) -> Spoken:
    state = delivery.get("state", "claimed")
    told = notice_from(notice, delivery or None)
    return Spoken(
        n=told.n,
        kind=told.kind,
        stage=told.stage,
        channel=str(told.channel),
        policy=told.policy,
        policy_version=told.policy_version,
        at=iso(told.claimed_at),
        state=state,
        code=delivery.get("code", ""),
        sent_at="" if state in _NEVER_SENT else delivery.get("updated_at", ""),
        delivered_at=delivery.get("delivered_at", ""),
        message_id=delivery.get("message_id", ""),
        approved_by=told.approved_by,
        kept=delivery.get("mail_key", ""),
        told=tuple(item.number for item in told.items if item.asked),
        about=frozenset(item.document_id for item in told.items),
    )


def _asked(of: dict[str, list[Item]]) -> list[Asked]:
    questions = [Asked(i["asked_at"], "question", "customer", i["text"]) for i in of["QUESTION"]]
    calls = {  # one may end several tasks, and what is settled ends by itself
        Asked(i["done_at"], "call", i["done_by"], i["note"])
        for i in of["TASK"]
        if i["kind"] == "call" and i["done_at"] and i["done_by"]
    }
    return questions + sorted(calls, key=lambda one: one.at)
