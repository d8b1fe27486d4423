"""What must be true of the table at every moment, told without any code of the hub.

broken() reads plain items alone: it adds movements up by itself and knows each kind by name, so a
kind that nobody taught it is a break, too.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Item = Mapping[str, Any]
MAKES_TOTAL = {"invoice", "revision", "charge"}
SETTLES = {"allocation", "deallocation"}
RECEIVES = {"payment"}
NEVER_WENT = {"withdrawn", "failed"}


def broken(items: Iterable[Item]) -> list[str]:
    """Return one sentence for each thing that is wrong with these items; empty for good books."""
    customers: dict[str, _Customer] = defaultdict(_Customer)
    facts: dict[str, Item] = {}
    found: list[str] = []
    for item in items:
        parts = item["pk"].split("#")
        if len(parts) >= 4 and parts[2] == "C":
            customers[parts[3]].add(item, parts[4] if len(parts) > 4 else "live")
        elif item["type"] == "PAYMENT":
            customers[item["customer_id"]].add(item, "FACT")
        elif item["sk"] == "FACT":
            facts[item["pk"].split("#FACT#")[1]] = item
    for customer_id, customer in customers.items():
        found += [f"{customer_id}: {text}" for text in customer.broken(facts)]
    found += _facts_without_deed(facts, customers)
    return found


class _Customer:
    def __init__(self) -> None:
        self.of: dict[str, list[Item]] = defaultdict(list)
        self.place: dict[int, str] = {}

    def add(self, item: Item, place: str) -> None:
        self.of[item["type"]].append(item)
        self.place[id(item)] = place
        if item["type"] == "POSTING":
            self.of["MOVEMENT"] += [
                {"document_id": "", "source_id": "", **m} for m in item["movements"]
            ]

    def broken(self, facts: Mapping[str, Item]) -> Iterator[str]:
        yield from self._heads()
        yield from self._conservation()
        yield from self._payments()
        yield from self._notes_to_erp()
        yield from self._notices(facts)
        yield from self._charges()
        yield from self._checkouts()

    def _heads(self) -> Iterator[str]:
        total: Counter[str] = Counter()
        left: Counter[str] = Counter()
        for movement in self.of["MOVEMENT"]:
            kind, document = movement["kind"], movement["document_id"]
            if kind not in MAKES_TOTAL | SETTLES | RECEIVES:
                yield f"movements of kind {kind} are unknown here"
            if kind in RECEIVES:
                continue
            left[document] += movement["amount"]
            if kind in MAKES_TOTAL:
                total[document] += movement["amount"]
        heads: dict[str, Item] = {}
        for head in self.of["HEAD"]:
            document = head["document_id"]
            if document in heads:
                yield f"{document} has two heads"
            heads[document] = head
            if head["open"] != left[document]:
                yield f"{document} is open for {head['open']}, its movements say {left[document]}"
            if head["total"] != total[document]:
                yield f"{document} totals {head['total']}, its movements say {total[document]}"
            if not 0 <= head["open"] <= head["total"]:
                yield f"{document} is open for {head['open']} of {head['total']}"
            wanted = "live" if head["open"] else "H"
            if self.place[id(head)] != wanted:
                yield f"{document}, open for {head['open']}, lies in {self.place[id(head)]}"
            if ("gpk" in head, "gsk" in head) != (bool(head["open"]),) * 2:
                yield f"{document}, open for {head['open']}, is wrongly in the due index or out"
            elif head["open"] and not head["gsk"].startswith(head["due_on"]):
                yield f"{document} is due on {head['due_on']} but found under {head['gsk']}"
        for document in left.keys() - heads.keys():
            yield f"movements of {document}, which has no head"

    def _conservation(self) -> Iterator[str]:
        balance: Counter[str] = Counter()
        for movement in self.of["MOVEMENT"]:
            if movement["kind"] in RECEIVES | SETTLES:
                balance[movement["currency"]] += movement["amount"]
        for credit in self.of["CREDIT"]:
            balance[credit["currency"]] -= credit["unapplied"]
            if credit["unapplied"] <= 0:
                yield f"an empty credit {credit['source_id']}"
        for currency, minor in balance.items():
            if minor:
                yield f"{minor} {currency} of what came in is neither allocated nor credit"

    def _payments(self) -> Iterator[str]:
        moved: Counter[tuple[str, str]] = Counter()
        came: Counter[str] = Counter()
        for movement in self.of["MOVEMENT"]:
            if movement["kind"] == "allocation":
                moved[movement["source_id"], movement["document_id"]] -= movement["amount"]
            if movement["kind"] in RECEIVES:
                came[movement["source_id"]] += movement["amount"]
        credits = {credit["source_id"]: credit["unapplied"] for credit in self.of["CREDIT"]}
        payments = {payment["payment_id"]: payment for payment in self.of["PAYMENT"]}
        for payment_id, payment in payments.items():
            said = {a["document_id"]: a["amount"] for a in payment["allocations"]}
            mine = {doc: minor for (pid, doc), minor in moved.items() if pid == payment_id}
            rest = payment["amount"] - sum(mine.values())
            if came[payment_id] != payment["amount"]:
                yield f"payment {payment_id} of {payment['amount']} moved {came[payment_id]}"
            if said != mine:
                yield f"payment {payment_id} says {said}, its movements {mine}"
            if credits.get(payment_id, 0) != rest:
                yield f"payment {payment_id} has {rest} left, not {credits.get(payment_id, 0)}"
        for payment_id in came.keys() - payments.keys():
            yield f"money moved by {payment_id}, which is no payment"

    def _notes_to_erp(self) -> Iterator[str]:
        told = {(w["payment_id"], w["document_id"]): w["amount"] for w in self.of["WRITEBACK"]}
        wanted = {
            (payment["payment_id"], allocation["document_id"]): allocation["amount"]
            for payment in self.of["PAYMENT"]
            if payment["source"] == "gateway"
            for allocation in payment["allocations"]
        }
        if told != wanted:
            yield f"the ERP is told {told} of {wanted}"

    def _notices(self, facts: Mapping[str, Item]) -> Iterator[str]:
        notices = sorted(self.of["NOTICE"], key=lambda notice: notice["n"])
        numbers = [notice["n"] for notice in notices]
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"notices are numbered {numbers}"
        states = {delivery["n"]: delivery["state"] for delivery in self.of["DELIVERY"]}
        done: dict[str, int] = {}
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
            for line in notice["items"]:
                if not line["asked"]:
                    continue
                document = line["document_id"]
                position = notice["done_after"][document]
                if position <= done.get(document, position - 1):
                    yield f"notice {notice['n']} asks {document} at {position} once more"
                done[document] = position
        for number in states.keys() - set(numbers):
            yield f"a delivery of notice {number}, which there is not"

    def _charges(self) -> Iterator[str]:
        charges = [head for head in self.of["HEAD"] if head["kind"] == "charge"]
        named = Counter((charge["invoice_id"], charge["stage_done"]) for charge in charges)
        for (invoice, stage), times in named.items():
            if times > 1:
                yield f"{invoice} is charged {times} times at {stage}"
        numbered = Counter(charge["number"] for charge in charges)
        for number, times in numbered.items():
            if times > 1:
                yield f"{times} charges have the number {number}"

    def _checkouts(self) -> Iterator[str]:
        paid = {payment["checkout_id"] for payment in self.of["PAYMENT"]}
        seen: set[str] = set()
        for checkout in self.of["CHECKOUT"]:
            checkout_id, state = checkout["checkout_id"], checkout["state"]
            if checkout_id in seen:
                yield f"checkout {checkout_id} lies in two places"
            seen.add(checkout_id)
            if checkout["amount"] != sum(minor for _, minor in checkout["allocations"]):
                yield f"checkout {checkout_id} is for another amount than its parts"
            if (state == "paid") != (checkout_id in paid):
                yield f"checkout {checkout_id} is {state}, its payment says otherwise"
            unresolved = state in ("open", "processing")
            if (self.place[id(checkout)] == "live") != unresolved:
                yield f"checkout {checkout_id}, {state}, lies in {self.place[id(checkout)]}"
            if unresolved and "ppk" not in checkout:
                yield f"checkout {checkout_id} is {state} and nobody will ask"


def _facts_without_deed(
    facts: Mapping[str, Item], customers: Mapping[str, _Customer]
) -> Iterator[str]:
    heads = {h["document_id"]: h for c in customers.values() for h in c.of["HEAD"]}
    receipts = {n["payment_id"] for c in customers.values() for n in c.of["NOTICE"]}
    for name, fact in facts.items():
        kind = name.split(":")[0]
        if name.startswith("erp:invoice:"):
            head = heads.get(fact["document_id"])
            if head is None or head["total"] != fact["total"]:
                yield f"fact {name} says {fact['total']}, its document otherwise"
        elif kind == "receipt" and name.removeprefix("receipt:") not in receipts:
            yield f"fact {name} without its receipt"
