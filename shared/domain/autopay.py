"""What is taken by itself, and when: announced before, tried before anybody is reminded. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from shared.domain.account import Account
from shared.domain.autopay_rule import AutopayRule
from shared.domain.checkout import Checkout
from shared.domain.collection import HANDED_OVER, MANDATE_ENDED, NOTHING_LEFT, PAID, Collection
from shared.domain.coverage import Cover, item_coverage, items_on
from shared.domain.days import days_after
from shared.domain.discount import offered
from shared.domain.document import Document
from shared.domain.mandate import Mandate
from shared.domain.money import Money
from shared.domain.open_items import document_id_of

Lines = tuple[tuple[str, Money], ...]


@dataclass(frozen=True, slots=True)
class Announced:
    """What the next message announces: open items of one currency, taken on take_on."""

    mandate: Mandate
    lines: Lines
    take_on: date
    retry_on: tuple[date, ...]

    @property
    def currency(self) -> str:
        """Return the currency of all lines."""
        return self.lines[0][1].currency


@dataclass(frozen=True, slots=True)
class Taking:
    """What a collection takes on its day: amounts by document, within what was announced."""

    collection: Collection
    mandate: Mandate
    allocations: Lines


def taken_on(
    account: Account, item: Document, cover: Cover, rule: AutopayRule | None, today: date
) -> date | None:
    """Return the day on which item is taken by itself, so that nobody is reminded of it, or None.

    That is so until the first try has failed. From then on the customer is told and reminded, but
    not on the day of a further try, which comes before all else on it.
    """
    collection = account.collecting(item.document_id)
    if collection is None:
        mandate = _mandate_for(account, item, cover, rule, today)
        return max(_take_day(item, cover, rule, today), today) if mandate and rule else None
    if collection.under_way is not None:
        return collection.under_way.on
    next_on = collection.next_on
    if next_on is None or _leave(account, collection, today) is None:
        return None
    return next_on if next_on <= today or not collection.tries else None


def to_announce(account: Account, rule: AutopayRule | None, today: date) -> tuple[Announced, ...]:
    """Return what is to be announced on today, one for each currency.

    All that is due within the days of the announcement goes together. Nothing is announced twice,
    and what an earlier try could not bring is not taken again by the same mandate.
    """
    mandate = account.mandate(today)
    if rule is None or mandate is None:
        return ()
    take_on = days_after(today, rule.announce_days)
    found: dict[str, list[tuple[str, Money]]] = {}
    for item, cover in _eligible(account, rule, today):
        currency = item.open.currency
        due_on = _take_day(item, cover, rule, today)
        if due_on <= take_on and not _is_taken(account, currency, take_on):
            amount = taken_of(item, cover, take_on)
            found.setdefault(currency, []).append((item.document_id, amount))
    retry_on = tuple(days_after(take_on, days) for days in _retry_days(mandate, rule))
    return tuple(Announced(mandate, tuple(lines), take_on, retry_on) for lines in found.values())


def first_taken(account: Account, rule: AutopayRule, today: date) -> tuple[date, tuple[Money, ...]]:
    """Return what a mandate given on today takes first, by currency, and the earliest day of that.

    It is all that is overdue, or due before the announcement of it has had its days.
    """
    take_on = days_after(today, rule.announce_days)
    if account.handed_over(today) is not None:
        return take_on, ()
    covers = item_coverage(account, today)
    sums: dict[str, Money] = {}
    for item in items_on(account, today):
        cover = covers[item.document_id]
        named = account.collecting(item.document_id) is not None
        if named or not _wanted(cover) or _take_day(item, cover, rule, today) >= take_on:
            continue
        amount = taken_of(item, cover, take_on)
        sums[amount.currency] = sums.get(amount.currency, Money.zero(amount.currency)) + amount
    return take_on, tuple(sums[currency] for currency in sorted(sums))


def to_take(account: Account, today: date) -> tuple[Taking, ...]:
    """Return what is to be taken on today, at most once for each currency.

    Of each item no more is taken than was announced, and no more than nothing else speaks for: what
    is contested, held, promised or on its way stays.
    """
    covers = item_coverage(account, today)
    found: list[Taking] = []
    busy = {c.amount.currency for c in account.collections if any(t.on == today for t in c.tries)}
    for collection in sorted(account.collections, key=lambda c: (c.take_on, c.collection_id)):
        mandate = _leave(account, collection, today)
        due = collection.next_on is not None and collection.next_on <= today
        if mandate is None or not due or collection.amount.currency in busy:
            continue
        allocations = _allocations(account, collection, covers, today)
        if allocations:
            busy.add(collection.amount.currency)
            found.append(Taking(collection, mandate, allocations))
    return tuple(found)


def still_to_take(account: Account, checkout: Checkout, today: date) -> bool:
    """Return whether a try that was noted takes today what it was noted for.

    Whoever asks the gateway looks again: money may have come, or leave been taken back.
    """
    trying = (c for c in account.collections if c.under_way is not None)
    collection = next((c for c in trying if c.tries[-1].checkout_id == checkout.checkout_id), None)
    if collection is None or _leave(account, collection, today) is None:
        return False
    others = tuple(c for c in account.checkouts if c.checkout_id != checkout.checkout_id)
    before = replace(account, checkouts=others)
    covers = item_coverage(before, today)
    return _allocations(before, collection, covers, today) == checkout.allocations


def to_end(account: Account, today: date) -> tuple[Collection, ...]:
    """Return the collections that are over, as they then are.

    A try is over with its checkout: one that failed was noted with it, so that the money is here.
    """
    live = {checkout.checkout_id for checkout in account.checkouts}
    covers = item_coverage(account, today)
    found = []
    for collection in account.collections:
        if collection.over:
            continue
        if collection.under_way is not None:
            if collection.under_way.checkout_id not in live:
                found.append(collection.ended(PAID, today))
        elif account.handed_over(today) is not None:
            found.append(collection.ended(HANDED_OVER, today))
        elif _leave(account, collection, today) is None:
            found.append(collection.ended(MANDATE_ENDED, today))
        elif _is_due(collection, today) and not _allocations(account, collection, covers, today):
            found.append(collection.ended(NOTHING_LEFT, today))
    return tuple(found)


def to_forget(account: Account) -> tuple[Collection, ...]:
    """Return the collections that are over and of which nothing is open any more."""
    return tuple(
        collection
        for collection in account.collections
        if collection.over
        and not any(account.document(document_id_of(i)) for i, _ in collection.lines)
    )


def days_ahead(account: Account, rule: AutopayRule | None, today: date) -> frozenset[date]:
    """Return the days after today on which something is to be announced or taken."""
    if not account.mandates and not account.collections:
        return frozenset()
    tomorrow = days_after(today, 1)
    days = {max(c.next_on, tomorrow) for c in account.collections if c.next_on is not None}
    if rule is not None:
        for item, cover in _eligible(account, rule, today):
            day = _take_day(item, cover, rule, today)
            days.add(max(days_after(day, -rule.announce_days), tomorrow))
    return frozenset(days)


def taken_of(item: Document, cover: Cover, day: date) -> Money:
    """Return what is taken of item if it is taken on day: whole, it is less the discount of then.

    Of what something else speaks for a part, the rest is taken, and no discount is to be had.
    """
    wanted = _wanted(cover)
    off = offered(item, day)
    return wanted - off if wanted == item.open and off < wanted else wanted


def said_of(account: Account, item_id: str) -> Collection | None:
    """Return the newest collection that named an open item, over or not, or None."""
    naming = [c for c in account.collections if c.names(item_id)]
    return max(naming, key=lambda c: (c.take_on, c.collection_id), default=None)


def _eligible(account: Account, rule: AutopayRule, today: date) -> Iterator[tuple[Document, Cover]]:
    """Yield the open items that autopay will take and that no collection names yet."""
    covers = item_coverage(account, today)
    for item in items_on(account, today):
        cover = covers[item.document_id]
        if account.collecting(item.document_id) is None and _mandate_for(
            account, item, cover, rule, today
        ):
            yield item, cover


def _mandate_for(
    account: Account, item: Document, cover: Cover, rule: AutopayRule | None, today: date
) -> Mandate | None:
    """Return by which mandate item will be taken that no collection names, or None."""
    customer, mandate = account.customer, account.mandate(today)
    if rule is None or mandate is None or account.handed_over(today) is not None:
        return None
    if customer.internal or customer.mail_stopped or not customer.email:
        return None
    if not mandate.takes(item.open.currency) or not _wanted(cover):
        return None
    refused = any(
        c.over
        and c.refused is not None
        and c.mandate_id == mandate.mandate_id
        and c.names(item.document_id)
        for c in account.collections
    )
    return None if refused else mandate


def _wanted(cover: Cover) -> Money:
    """Return what is taken of an item once it is due: a part of a plan is planned until then."""
    return cover.chaseable + cover.planned


def _take_day(item: Document, cover: Cover, rule: AutopayRule, today: date) -> date:
    """Return the day on which item is taken: the last of its discount, if that can be announced."""
    discount = item.discount
    if discount is None or not rule.keep_discount or discount.last_day >= item.due_on:
        return item.due_on
    in_time = days_after(today, rule.announce_days) <= discount.last_day
    saves = taken_of(item, cover, discount.last_day) != _wanted(cover)
    return discount.last_day if in_time and saves else item.due_on


def _retry_days(mandate: Mandate, rule: AutopayRule) -> tuple[int, ...]:
    debit = mandate.method is not None and mandate.method.is_debit
    return () if debit and not rule.retry_debits else rule.retry_days


def _is_taken(account: Account, currency: str, take_on: date) -> bool:
    """Return whether that day of that currency has its collection already."""
    return any(c.take_on == take_on and c.amount.currency == currency for c in account.collections)


def _is_due(collection: Collection, today: date) -> bool:
    return collection.next_on is not None and collection.next_on <= today


def _leave(account: Account, collection: Collection, today: date) -> Mandate | None:
    """Return the mandate by which collection takes money, None where it takes none any more.

    Where somebody else has the case, nobody takes anything by itself.
    """
    mandate = account.mandate(today) if account.handed_over(today) is None else None
    same = mandate is not None and mandate.mandate_id == collection.mandate_id
    return mandate if same and not collection.over else None


def _allocations(
    account: Account, collection: Collection, covers: Mapping[str, Cover], today: date
) -> Lines:
    """Return what is taken today of each document, less a discount where it is taken whole."""
    nothing = Money.zero(collection.amount.currency)
    taken: dict[str, Money] = {}
    free: dict[str, Money] = {}
    for item_id, most in collection.lines:
        cover = covers.get(item_id)
        if cover is not None and cover.chaseable:
            document_id = document_id_of(item_id)
            part = min(cover.chaseable, most)
            taken[document_id] = taken.get(document_id, nothing) + part
            free[document_id] = free.get(document_id, nothing) + cover.chaseable
    return tuple(
        (document_id, min(amount, _closing(account, document_id, free[document_id], today)))
        for document_id, amount in taken.items()
    )


def _closing(account: Account, document_id: str, free: Money, today: date) -> Money:
    """Return what of free closes a document today: less its discount where all of it is free."""
    document = account.document(document_id)
    if document is None or document.open != free:
        return free
    off = offered(document, today)
    return free - off if off < free else free
