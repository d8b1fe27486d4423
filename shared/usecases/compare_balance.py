"""The nightly look at the gateway's balance: what nobody told us, and sums that differ."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import batched

from shared.domain.balance_sums import Booked, booked, differences, posting_ids_of
from shared.domain.clock import Now
from shared.domain.gateway import BalanceEntry, GatewayPayment, PaymentEntry
from shared.domain.gateway_postings import MORE_THAN_PAID
from shared.domain.parked import Parked
from shared.domain.payment import payment_id
from shared.errors import NotFound
from shared.ids import derived_id
from shared.usecases.apply_payment import follow_payment
from shared.usecases.money_in import Ports

BALANCE_BACK = timedelta(days=7)
_BATCH = 100


def compare_balance(ports: Ports, entity_id: str, now: Now, back: timedelta) -> tuple[int, int]:
    """Book what the gateway did to our payments unheard, and park each sum that still differs.

    The sums are by day and kind of everything that the gateway's balance moved by since back ago.
    Returns how many payments were moved and how many differences there are. Payments that are not
    in our books are not looked at: they are found, or parked, by themselves.
    """
    moved = 0
    found: list[Booked] = []
    since = min(now.business, now.wall) - back
    for chunk in batched(ports.gateway.balance_since(since), _BATCH, strict=False):
        again, parts = _chunk(ports, entity_id, chunk, now)
        moved += again
        found += parts
    wrong = differences(found)
    for each in wrong:
        facts: dict[str, str | int] = {
            "day": each.day.isoformat(),
            "type": each.kind,
            "currency": each.currency,
            "gateway": each.theirs_minor,
            "books": each.ours_minor,
        }
        name = (entity_id, each.day.isoformat(), each.kind, each.currency)
        parked_id = derived_id("parked", "balance", *name)
        reason = "balance_differs"
        item = Parked(parked_id, "balance", "gateway", reason, now.business, facts)
        ports.parked.park(entity_id, item)
    return moved, len(wrong)


def _chunk(
    ports: Ports, entity_id: str, chunk: Iterable[PaymentEntry], now: Now
) -> tuple[int, list[Booked]]:
    entries: dict[str, list[BalanceEntry]] = {}
    for each in chunk:
        entries.setdefault(each.reference, []).append(each.entry)
    known = ports.payments.booked(entity_id, list(entries))
    moved = 0
    found: list[Booked] = []
    for reference, whose in known.items():
        own = (entity_id, whose.customer_id, reference)
        parts = list(_booked(ports, *own, None, entries[reference]))
        if not all(part.agrees for part in parts):
            told = _told(ports, reference)
            if told is not None:
                moved += follow_payment(ports, entity_id, told, now).code == "moved"
                parts = list(_booked(ports, *own, told, entries[reference]))
        found += parts
    return moved, found


def _told(ports: Ports, reference: str) -> GatewayPayment | None:
    try:
        return ports.gateway.payment(reference)
    except NotFound:
        return None


def _booked(
    ports: Ports,
    entity_id: str,
    customer_id: str,
    reference: str,
    told: GatewayPayment | None,
    entries: list[BalanceEntry],
) -> Iterator[Booked]:
    booked_as = payment_id(entity_id, reference)
    of_entry = posting_ids_of(told, booked_as)
    names = {e.entry_id: of_entry.get(e.entry_id, of_entry[""]) for e in entries}
    ids = [*names.values(), f"fx:{booked_as}"]
    for entry_id in names:
        ids += [f"fee:{entry_id}", f"fx:{entry_id}"]
    known = dict(ports.books.known(entity_id, customer_id, ids))
    for name in [n for n, posting in known.items() if posting.note == MORE_THAN_PAID]:
        known |= ports.books.parts(entity_id, customer_id, name)
    for entry in entries:
        yield booked(entry, names[entry.entry_id], booked_as, known)
