"""Documents: their heads are what the movements sum to, and lie where that belongs."""

from collections import Counter
from collections.abc import Iterator

from tests.sim.books.customer import Customer, Item
from tests.sim.books.kinds import BEGINS_A_SOURCE, MAKES_TOTAL, NEVER_ABOVE_NOTHING, odd_posting


def broken_heads(customer: Customer) -> Iterator[str]:
    """Yield what is wrong with the documents of a customer."""
    total: Counter[str] = Counter()
    left: Counter[str] = Counter()
    parts: Counter[tuple[str, int]] = Counter()
    for posting in customer.postings:
        yield from odd_posting(posting)
    for movement in customer.movements:
        document = movement["document_id"]
        if not document:
            continue
        left[document] += movement["amount"]
        parts[document, movement["instalment"]] += movement["amount"]
        if movement["kind"] in MAKES_TOTAL:
            total[document] += movement["amount"]
    heads: dict[str, Item] = {}
    for head in customer.of["HEAD"]:
        document = head["document_id"]
        if document in heads:
            yield f"{document} has two heads"
        heads[document] = head
        if head["open"] != left[document]:
            yield f"{document} is open for {head['open']}, its movements say {left[document]}"
        if head["kind"] != "credit_note":
            if head["total"] != total[document]:
                yield f"{document} totals {head['total']}, its movements say {total[document]}"
        elif head["open"]:
            yield f"credit note {document} is open"
        if not 0 <= head["open"] <= head["total"]:
            yield f"{document} is open for {head['open']} of {head['total']}"
        yield from _place(customer, head)
        yield from _instalments(head, parts)
    for document in left.keys() - heads.keys():
        yield f"movements of {document}, which has no head"
    yield from _voided(customer, heads)
    yield from _charged_twice(customer)
    yield from _taken_back(customer)


def _place(customer: Customer, head: Item) -> Iterator[str]:
    document, is_open = head["document_id"], bool(head["open"])
    place = customer.place[id(head)]
    if place != ("live" if is_open else "H"):
        yield f"{document}, open for {head['open']}, lies in {place}"
    if ("gpk" in head, "gsk" in head) != (is_open, is_open):
        yield f"{document}, open for {head['open']}, is wrongly in the due index or out"
    elif is_open and not head["gsk"].startswith(head["due_on"]):
        yield f"{document} is due on {head['due_on']} but found under {head['gsk']}"


def _instalments(head: Item, parts: Counter[tuple[str, int]]) -> Iterator[str]:
    document = head["document_id"]
    instalments = head.get("instalments") or [[0, head["due_on"], head["total"], head["open"]]]
    if sum(total for _, _, total, _ in instalments) != head["total"]:
        yield f"the instalments of {document} sum to another total"
    first = next((due_on for _, due_on, _, opened in instalments if opened), instalments[-1][1])
    if first != head["due_on"]:
        yield f"{document} is due on {head['due_on']}, its first open instalment on {first}"
    for number, _, total, opened in instalments:
        if opened != parts[document, number] and head["kind"] != "credit_note":
            said = parts[document, number]
            yield f"{document}/{number} is open for {opened}, its movements say {said}"
        if not 0 <= opened <= total:
            yield f"{document}/{number} is open for {opened} of {total}"


def _voided(customer: Customer, heads: dict[str, Item]) -> Iterator[str]:
    applied: Counter[str] = Counter()
    voids = {m["document_id"] for m in customer.movements if m["kind"] == "void"}
    for movement in customer.movements:
        if movement["kind"] not in MAKES_TOTAL | {"void"}:
            applied[movement["document_id"]] += movement["amount"]
    for document in voids:
        if applied[document]:
            yield f"{document} is void, and {applied[document]} is applied to it"
    for document, head in heads.items():
        if bool(head.get("voided")) != (document in voids):
            yield f"{document} is voided or not, its movements say otherwise"


def _charged_twice(customer: Customer) -> Iterator[str]:
    fees = [head for head in customer.of["HEAD"] if head.get("charge") == "late_fee"]
    named = Counter((fee["invoice_id"], fee["stage_done"]) for fee in fees)
    for (invoice, stage), times in named.items():
        if times > 1:
            yield f"{invoice} is charged {times} times at {stage}"


def _taken_back(customer: Customer) -> Iterator[str]:
    """Yield what came back more than it ever went; of what is used, by document and source."""
    began = {m["source_id"] for m in customer.movements if m["kind"] in BEGINS_A_SOURCE}
    for kinds in NEVER_ABOVE_NOTHING:
        sums: Counter[tuple[str, str]] = Counter()
        for movement in customer.movements:
            source = movement["source_id"]
            if movement["kind"] in kinds and (not source or source in began):
                sums[movement["document_id"], source] += movement["amount"]
        for whose, minor in sums.items():
            if minor > 0:
                yield f"{minor} more came back than ever went as {sorted(kinds)} of {whose}"
