"""Which queue a fact goes to that somebody must still act on. Relay and janitor agree on it."""

from dataclasses import dataclass

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.domain.notice import Channel
from shared.domain.payment import PaymentState

_SENT_DIRECTLY = {str(Channel.EMAIL): "notice", str(Channel.SMS): "sms"}
"""Kind of the message that has a notice sent, where nothing is charged or approved before."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One message: queue is a name of shared.adapters.queues; group and dedup are for FIFO."""

    queue: str
    body: dict[str, object]
    group: str = ""
    dedup: str = ""


def errand(item: Item) -> Errand | None:
    """Return the message that makes somebody act on item, or None where nobody has to.

    item is the whole item as stored. Only one that carries the pending key asks for anything, and
    a notice without it: a sweep claimed that, and watches over it.
    """
    kind = item.get("psk", "").split("#")[0]
    if kind in ("await", "checkout") or (not kind and item.get("type") != "NOTICE"):
        return None
    entity = keys.entity_of(item["pk"])
    whose: dict[str, object] = {"entity": entity, "customer_id": item.get("customer_id", "")}
    match item["type"]:
        case "NOTICE":
            direct = not item.get("fee", False) and not item.get("approval", False)
            kind = _SENT_DIRECTLY.get(item["channel"]) if direct else None
            queue = "NOTICE" if kind else "ESCALATION"
            return Errand(queue, whose | {"kind": kind or "notice", "n": item["n"]})
        case "PAYMENT" if item["source"] != "gateway" and not _receipt_only(item):
            return Errand("PAYMENT", {"entity": entity, "payment_id": item["payment_id"]})
        case "PAYMENT":
            return Errand("NOTICE", whose | {"kind": "receipt", "payment_id": item["payment_id"]})
        case "HEAD":
            document_id = item["document_id"]
            return Errand("DOCUMENT", whose | {"kind": "document", "document_id": document_id})
        case "STATEMENT":
            statement_id = item["statement_id"]
            return Errand("DOCUMENT", whose | {"kind": "statement", "statement_id": statement_id})
        case "PACK":
            return Errand("DOCUMENT", whose | {"kind": "handover", "pack_id": item["pack_id"]})
        case "WRITEBACK":
            ids = {"payment_id": item["payment_id"], "document_id": item["document_id"]}
            dedup = f"{item['payment_id']}-{item['document_id']}"
            if step := item.get("step", 0):
                ids["step"], dedup = step, f"{dedup}-{step}"
            return Errand("WRITEBACK", whose | ids, group=item["document_id"], dedup=dedup)
        case "CHECKOUT":
            return Errand("PAYMENT", whose | {"autopay": item["checkout_id"]})
        case "REFUND":
            return Errand("PAYMENT", {"entity": entity, "refund_id": item["refund_id"]})
    return None


def _receipt_only(item: Item) -> bool:
    """Return whether a payment that people noted waits for nothing but the receipt they asked for.

    Any other is gone on with, and taken off the list.
    """
    going = item["plan"] or (item["state"] == PaymentState.RETURNED and item["allocations"])
    return bool(item.get("receipt")) and not going
