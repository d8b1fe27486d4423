"""Every key of the one table, one function per item type. No key is made anywhere else."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime

from shared.domain.by_name import name_place
from shared.domain.clock import iso

Key = dict[str, str]
LINKS_END = "LINKS_END#"


def _key(pk: str, sk: str) -> Key:
    return {"pk": pk, "sk": sk}


def live(entity: str, customer_id: str) -> str:
    """Return the partition of a customer's live facts: profile, open heads, credits, holds."""
    return f"E#{entity}#C#{customer_id}"


def history(entity: str, customer_id: str) -> str:
    """Return the partition of a customer's closed heads, notices and questions."""
    return live(entity, customer_id) + "#H"


def ledger(entity: str, customer_id: str) -> str:
    """Return the partition of a customer's postings, which nothing ever changes."""
    return live(entity, customer_id) + "#L"


def entity(entity: str) -> Key:
    return _key(f"E#{entity}", "ENTITY")


def registry(entity: str) -> Key:
    return _key("ENTITIES", f"E#{entity}")


def policy(entity: str, name: str, version: int) -> Key:
    return _key(f"E#{entity}", f"POLICY#{name}#{version:06d}")


def policy_current(entity: str, name: str) -> Key:
    return _key(f"E#{entity}", f"POLICY_CURRENT#{name}")


def braking(entity: str, version: int = 0) -> Key:
    """Return the key of a change of the brake: they are in the order of the entity's versions."""
    return _key(f"E#{entity}", f"BRAKE#{version:08d}")


def chart(entity: str) -> Key:
    return _key(f"E#{entity}", "CHART")


def import_run(entity: str, import_id: str) -> Key:
    return _key(f"E#{entity}#IMPORT", import_id)


def connection(entity: str, name: str) -> Key:
    """Return the key of a connection; how far its kinds are pulled lies in the same partition."""
    return _key(f"E#{entity}#CONN", name)


def ledger_connection(entity: str) -> Key:
    """Return the key of which connection takes what the hub books."""
    return _key(f"E#{entity}#CONN", "#LEDGER")


def bank_cursor(entity: str) -> Key:
    """Return the key of when the newest file of payments came."""
    return _key(f"E#{entity}#CONN", "#BANK")


def erp_hint(entity: str, connection: str) -> Key:
    """Return the key of when a connection's ERP said last that something changed."""
    return _key(f"E#{entity}#HINT", connection)


def payment_part(entity: str, payment: str, part: str) -> Key:
    """Return the key of the note that the ERP's payment has this part."""
    return _key(f"E#{entity}#PARTS#{payment}", part)


def pull_state(entity: str, connection: str, kind: str) -> Key:
    return _key(f"E#{entity}#CONN", f"{connection}#CURSOR#{kind}")


def manifest(entity: str, connection: str, kind: str, bits: int, bucket: int) -> Key:
    """Return the key of one of the 2**bits buckets of what is known of a kind's records.

    They lie in a partition of their own, so that a list of connections does not read them.
    """
    return _key(f"E#{entity}#CONN#{connection}", f"MANIFEST#{kind}#{bits:02d}#{bucket:06x}")


def recurrence(entity: str, recurrence_id: str) -> Key:
    return _key(f"E#{entity}#RECUR", recurrence_id)


def directory(entity: str, customer_id: str) -> Key:
    return _key(f"E#{entity}#D", f"C#{customer_id}")


def names_partition(entity: str) -> str:
    """Return the partition of the due index in which customers stand by name."""
    return f"NAMES#{entity}"


def name_entry(entity: str, name: str, customer_id: str) -> dict[str, str]:
    """Return the index attributes of a customer in the list by name."""
    return {"gpk": names_partition(entity), "gsk": name_place(name, customer_id)}


def payments_partition(entity: str) -> str:
    """Return the partition of the due index in which payments stand by value date."""
    return f"PAYMENTS#{entity}"


def payment_entry(entity: str, received_on: str, payment_id: str) -> dict[str, str]:
    """Return the index attributes of a payment in the list by value date."""
    return {"gpk": payments_partition(entity), "gsk": f"{received_on}#{payment_id}"}


def profile(entity: str, customer_id: str) -> Key:
    return _key(live(entity, customer_id), "PROFILE")


def open_head(entity: str, customer_id: str, document_id: str) -> Key:
    return _key(live(entity, customer_id), f"HEAD#{document_id}")


def closed_head(entity: str, customer_id: str, document_id: str) -> Key:
    return _key(history(entity, customer_id), f"HEAD#{document_id}")


def credit(entity: str, customer_id: str, source_id: str) -> Key:
    return _key(live(entity, customer_id), f"CREDIT#{source_id}")


def hold(entity: str, customer_id: str, hold_id: str) -> Key:
    return _key(live(entity, customer_id), f"HOLD#{hold_id}")


def past_hold(entity: str, customer_id: str, hold_id: str) -> Key:
    return _key(history(entity, customer_id), f"HOLD#{hold_id}")


def promise(entity: str, customer_id: str, promise_id: str) -> Key:
    return _key(live(entity, customer_id), f"PROMISE#{promise_id}")


def past_promise(entity: str, customer_id: str, promise_id: str) -> Key:
    return _key(history(entity, customer_id), f"PROMISE#{promise_id}")


def dispute(entity: str, customer_id: str, dispute_id: str) -> Key:
    return _key(live(entity, customer_id), f"DISPUTE#{dispute_id}")


def past_dispute(entity: str, customer_id: str, dispute_id: str) -> Key:
    return _key(history(entity, customer_id), f"DISPUTE#{dispute_id}")


def handover(entity: str, customer_id: str, handover_id: str) -> Key:
    return _key(live(entity, customer_id), f"HANDOVER#{handover_id}")


def past_handover(entity: str, customer_id: str, handover_id: str) -> Key:
    return _key(history(entity, customer_id), f"HANDOVER#{handover_id}")


def case_pack(entity: str, customer_id: str, pack_id: str) -> Key:
    return _key(history(entity, customer_id), f"PACK#{pack_id}")


def plan(entity: str, customer_id: str, plan_id: str) -> Key:
    return _key(live(entity, customer_id), f"PLAN#{plan_id}")


def past_plan(entity: str, customer_id: str, plan_id: str) -> Key:
    return _key(history(entity, customer_id), f"PLAN#{plan_id}")


def mandate(entity: str, customer_id: str, mandate_id: str) -> Key:
    return _key(live(entity, customer_id), f"MANDATE#{mandate_id}")


def past_mandate(entity: str, customer_id: str, mandate_id: str) -> Key:
    return _key(history(entity, customer_id), f"MANDATE#{mandate_id}")


def collection(entity: str, customer_id: str, collection_id: str) -> Key:
    return _key(live(entity, customer_id), f"COLLECTION#{collection_id}")


def past_collection(entity: str, customer_id: str, collection_id: str) -> Key:
    return _key(history(entity, customer_id), f"COLLECTION#{collection_id}")


def kept_word(entity: str, customer_id: str) -> Key:
    """Return the key of the count of the promises that a customer did not keep."""
    return _key(live(entity, customer_id), "WORD")


def open_checkout(entity: str, customer_id: str, checkout_id: str) -> Key:
    return _key(live(entity, customer_id), f"CHECKOUT#{checkout_id}")


def closed_checkout(entity: str, customer_id: str, checkout_id: str) -> Key:
    return _key(history(entity, customer_id), f"CHECKOUT#{checkout_id}")


def lines(entity: str, customer_id: str, document_id: str, lines_id: str = "") -> Key:
    """Return the key of a document's lines. lines_id tells an ERP's words of them apart."""
    suffix = f"#{lines_id}" if lines_id else ""
    return _key(history(entity, customer_id), f"LINES#{document_id}{suffix}")


def more_lines(first: Mapping[str, str], piece: str) -> Key:
    """Return the key of a further piece of the lines whose first one is at first."""
    return _key(first["pk"], f"{first['sk']}#{piece}")


def credited(entity: str, customer_id: str, document_id: str) -> Key:
    """Return the key of what credit notes took back of an invoice."""
    return _key(history(entity, customer_id), f"CREDITED#{document_id}")


def notice(entity: str, customer_id: str, n: int) -> Key:
    return _key(history(entity, customer_id), f"NOTICE#{n:08d}")


def delivery(entity: str, customer_id: str, n: int) -> Key:
    """Return the key that sorts right after its notice, so one reverse Query reads both."""
    return _key(history(entity, customer_id), f"NOTICE#{n:08d}#DELIVERY")


def payment(entity: str, payment_id: str) -> Key:
    """Return the key of a payment, which is the fact that it exists, once per entity.

    payment_id is derived from the id that whoever took the money gave it.
    """
    return fact(entity, f"payment:{payment_id}")


def refund(entity: str, refund_id: str) -> Key:
    return fact(entity, f"refund:{refund_id}")


def request(entity: str, request_id: str) -> Key:
    """Return the key of what a person's request led to, so that a repeat leads to the same."""
    return fact(entity, f"request:{request_id}")


def incoming(entity: str, customer_id: str, payment_id: str) -> Key:
    """Return the key of a payment that is announced, among the customer's live facts."""
    return _key(live(entity, customer_id), f"INCOMING#{payment_id}")


def writebacks(entity: str, customer_id: str, document_id: str) -> tuple[str, str]:
    """Return the partition of what the ERP is to hear of a document, and how its keys begin."""
    return history(entity, customer_id), f"WRITEBACK#{document_id}#"


def writeback(
    entity: str, customer_id: str, payment_id: str, document_id: str, step: int = 0
) -> Key:
    """Return the key of what the ERP is to hear. step tells later changes of the same allocation.

    step is the payment's version then, 0 for what came with the payment. All of one document are
    side by side.
    """
    partition, begins = writebacks(entity, customer_id, document_id)
    suffix = f"#{step:06d}" if step else ""
    return _key(partition, f"{begins}{payment_id}{suffix}")


def merged(entity: str, customer_id: str, into: str) -> Key:
    """Return the key of the note that a customer was merged into another one."""
    return _key(history(entity, customer_id), f"MERGED#{into}")


def statement(entity: str, customer_id: str, statement_id: str) -> Key:
    return _key(history(entity, customer_id), f"STATEMENT#{statement_id}")


def question(entity: str, customer_id: str, question_id: str) -> Key:
    return _key(history(entity, customer_id), f"QUESTION#{question_id}")


def mail_wish(entity: str, customer_id: str, profile_version: int) -> Key:
    """Return the key of the wish that made a profile what it is in that version."""
    return _key(history(entity, customer_id), f"MAIL_WISH#{profile_version:08d}")


def links_end(entity: str, customer_id: str, wall: datetime) -> Key:
    """Return the key of what ended a customer's links at that instant."""
    return _key(history(entity, customer_id), LINKS_END + iso(wall))


def ladder_move(entity: str, customer_id: str, document_id: str, version: int) -> Key:
    """Return the key of the move to another ladder that made a document what it is in a version."""
    return _key(history(entity, customer_id), f"LADDER#{document_id}#{version:08d}")


def mail_tally(entity: str, pauses: int, day: date, shard: int) -> Key:
    """Return the key of a part of the count of a day's mails, since so many pauses are over."""
    return _key(f"E#{entity}#MAIL", f"TALLY#{pauses:06d}#{day.isoformat()}#{shard:03d}")


def mail_pause(entity: str, pauses: int) -> Key:
    """Return the key of the pause of mails that began when so many were over."""
    return _key(f"E#{entity}#MAIL", f"PAUSE#{pauses:06d}")


def mail_turns() -> Key:
    """Return the key of the turns to send: one line for the account, as the service counts."""
    return _key("MAIL", "TURNS")


def posting(entity: str, customer_id: str, posting_id: str) -> Key:
    return _key(ledger(entity, customer_id), f"P#{posting_id}")


def fact(entity: str, name: str) -> Key:
    """Return the key of a fact that must be true once per entity, such as gateway:pi_123."""
    return _key(f"E#{entity}#FACT#{name}", "FACT")


def open_task(entity: str, task_id: str) -> Key:
    return _key(f"E#{entity}#T", f"TASK#{task_id}")


def done_task(entity: str, customer_id: str, task_id: str) -> Key:
    return _key(history(entity, customer_id), f"TASK#{task_id}")


def parked(entity: str, parked_id: str) -> Key:
    return _key(f"E#{entity}#PARKED", f"PARKED#{parked_id}")


def inbox(entity: str, event_id: str) -> Key:
    return _key(f"E#{entity}#INBOX#{event_id}", "INBOX")


def run(entity: str, run_id: str) -> Key:
    return _key(f"E#{entity}#RUN", run_id)


def sweep_partition(entity: str, run_id: str) -> str:
    """Return the partition of one sweep: the run itself and what became of its batches."""
    return f"E#{entity}#SWEEP#{run_id}"


def sweep_run(entity: str, run_id: str) -> Key:
    return _key(sweep_partition(entity, run_id), "RUN")


def sweep_batch(entity: str, run_id: str, number: int) -> Key:
    return _key(sweep_partition(entity, run_id), f"BATCH#{number:06d}")


def sweep_list(entity: str) -> str:
    """Return the partition that names an entity's sweeps in the order they were planned."""
    return f"E#{entity}#SWEEPS"


def sweep_entry(entity: str, planned_wall: datetime, run_id: str) -> Key:
    return _key(sweep_list(entity), f"{iso(planned_wall)}#{run_id}")


def ticket(entity: str, shard: int, day: date, customer_id: str, reason_id: str) -> Key:
    return _key(ticket_partition(entity, shard), f"{day.isoformat()}#{customer_id}#{reason_id}")


def ticket_partition(entity: str, shard: int) -> str:
    return f"E#{entity}#TICKET#{shard:03d}"


def session(entity: str, secret_hash: str) -> Key:
    return _key(f"E#{entity}#SESSION#{secret_hash}", "SESSION")


def clock() -> Key:
    return _key("CLOCK", "CLOCK")


def shard_of(customer_id: str, shards: int) -> int:
    """Return the shard (0..shards-1) that a customer's due entries and tickets live in."""
    return int.from_bytes(hashlib.blake2b(customer_id.encode(), digest_size=4).digest()) % shards


def due_partition(entity: str, shard: int) -> str:
    return f"DUE#{entity}#{shard:03d}"


def due_entry(entity: str, shard: int, due_on: date, customer_id: str, item: str) -> dict[str, str]:
    """Return the index attributes of one open instalment in the due index."""
    return {
        "gpk": due_partition(entity, shard),
        "gsk": f"{due_on.isoformat()}#{customer_id}#{item}",
    }


def pending_partition(entity: str) -> str:
    return f"E#{entity}#PENDING"


def pending_entry(entity: str, kind: str, since_wall: datetime, fact_id: str) -> dict[str, str]:
    """Return the index attributes of a fact that somebody must still act on."""
    return {"ppk": pending_partition(entity), "psk": f"{kind}#{iso(since_wall)}#{fact_id}"}


def day_count(entity: str, day: date) -> Key:
    """Return the key of the count of a day's messages, kept while a cap is set."""
    return _key(f"E#{entity}", f"DAY_COUNT#{day.isoformat()}")


def entity_of(pk: str) -> str:
    """Return the entity that a partition key belongs to."""
    return pk.split("#")[1]


def owner_of_ledger(pk: str) -> tuple[str, str]:
    """Return entity and customer of the partition of ledger()."""
    _, entity, _, customer_id, _ = pk.split("#")
    return entity, customer_id


def counter(entity: str, name: str) -> Key:
    """Return the key of a counter, such as that of the invoice numbers given out."""
    return _key(f"E#{entity}", f"COUNTER#{name}")


def invoice_charges(entity: str, customer_id: str, document_id: str) -> Key:
    """Return the key of what was charged on an invoice so far."""
    return _key(history(entity, customer_id), f"CHARGES#{document_id}")


def charge_sheet(entity: str, customer_id: str, charge_id: str) -> Key:
    """Return the key of the lines that a charge of interest was reckoned by."""
    return _key(history(entity, customer_id), f"SHEET#{charge_id}")


def charge_watch(entity: str, customer_id: str, document_id: str) -> Key:
    """Return the key of the note that an invoice may bear charges, also once it is closed."""
    return _key(f"E#{entity}#CHARGE_WATCH", f"{customer_id}#{document_id}")


def charge_number(entity: str, number: str, customer_id: str) -> Key:
    """Return the key by which a customer's charge is found again.

    Its number is made from its invoice's, which an ERP may have given to two customers.
    """
    return _key(f"E#{entity}#CHARGE_NUMBER#{number}", customer_id)


def charged_day(entity: str) -> Key:
    """Return the key of the newest day whose charges were handed out."""
    return _key(f"E#{entity}", "CHARGED_DAY")


def drift_report(entity: str) -> Key:
    """Return the key of the newest comparison of an entity with its ERP."""
    return _key(f"E#{entity}", "DRIFT")
