"""Notices are numbered without a gap, ask once for each stage, and a payment has one receipt."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from tests.sim.books.customer import Customer, Item

NEVER_WENT = {"withdrawn", "failed"}


def broken_notices(customer: Customer, facts: Mapping[str, Item]) -> Iterator[str]:
    """Yield what is wrong with the notices of a customer."""
    notices = sorted(customer.of["NOTICE"], key=lambda notice: notice["n"])
    numbers = [notice["n"] for notice in notices]
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"notices are numbered {numbers}"
    states = {delivery["n"]: delivery["state"] for delivery in customer.of["DELIVERY"]}
    done: dict[str, tuple[int, str]] = {}
    closed = _closings(customer)
    receipts: set[str] = set()
    for notice in notices:
        if notice["kind"] == "receipt":
            payment_id = notice["payment_id"]
            if payment_id in receipts:
                yield f"payment {payment_id} has two receipts"
            receipts.add(payment_id)
            if facts.get(f"receipt:{payment_id}", {}).get("n") != notice["n"]:
                yield f"receipt {notice['n']} without its fact"
        if notice["kind"] != "stage" or states.get(notice["n"]) in NEVER_WENT:
            continue
        for document, _, _, _, _, asked, *_ in notice["items"]:
            if not asked:
                continue
            position = notice["done_after"].get(document)
            if position is None or position == notice["done_before"].get(document):
                continue  # it was left out when the mail was written, and is still to be said
            before, asked_at = done.get(document, (position - 1, ""))
            again = any(asked_at <= moment <= notice["claimed_at"] for moment in closed[document])
            if position <= before and not again:
                yield f"notice {notice['n']} asks {document} at {position} once more"
            done[document] = (position, notice["claimed_at"])
    for number in states.keys() - set(numbers):
        yield f"a delivery of notice {number}, which there is not"


def _closings(customer: Customer) -> defaultdict[str, list[str]]:
    """Return when each document, and each instalment, was open for nothing: it begins anew then."""
    left: Counter[str] = Counter()
    found: defaultdict[str, list[str]] = defaultdict(list)
    for posting in sorted(customer.postings, key=lambda posting: str(posting["recorded_at"])):
        for movement in posting["movements"]:
            document = movement.get("document_id", "")
            items = {document, f"{document}/{movement.get('instalment', 0)}"}
            for item in items:
                left[item] += movement["amount"]
                if not left[item]:
                    found[item].append(posting["recorded_at"])
    return found
