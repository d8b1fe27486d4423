"""What customers wish of our mails: on their profile, and as dated facts in their history."""

from datetime import date

from shared.adapters import keys
from shared.adapters.codec import Item, day_text
from shared.adapters.suppressions import no_longer_suppressed
from shared.adapters.table import VERSION, ConditionLost, Put, Table, Update, Write, seen
from shared.adapters.tasks import open_task_put
from shared.adapters.tickets import ticket_put
from shared.domain.clock import Now, from_iso, iso
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.mail_wish import RELEASES, MailWish, Wished
from shared.domain.recipients import all_addresses
from shared.domain.tasks import Task


def wished_from(item: Item) -> Wished:
    """Return the wish of an item."""
    return Wished(MailWish(item["wish"]), date.fromisoformat(item["on"]), from_iso(item["at"]))


def _profile_after(entity_id: str, after: Customer) -> Update:
    """Return the write that makes the profile say what after says, if nobody changed it."""
    return Update(
        keys.profile(entity_id, after.customer_id),
        set={
            "reminders_off_on": day_text(after.reminders_off_on),
            "internal": after.internal,
            "mail_stopped": after.mail_stopped,
            "version": after.version + 1,
        },
        condition=VERSION,
        values=seen(after.version),
    )


def _wish_item(entity_id: str, after: Customer, wish: MailWish, by: str, now: Now) -> Item:
    """Return the dated fact of a wish: one for each version of the profile."""
    return {
        **keys.mail_wish(entity_id, after.customer_id, after.version + 1),
        "type": "MAIL_WISH",
        "customer_id": after.customer_id,
        "wish": str(wish),
        "on": now.today(after.time_zone).isoformat(),
        "by": by,
        "at": iso(now.business),
    }


class MailWishes:
    """Writes of wishes."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(
        self,
        entity: Entity,
        after: Customer,
        wish: MailWish,
        by: str,
        now: Now,
        task: Task | None = None,
    ) -> bool:
        """Make wish true: the profile after it, the dated fact, and task. All or nothing.

        What may be due again is looked at on the same day. False: the profile changed meanwhile
        (or the task is there already), so look again.
        """
        profile = _profile_after(entity.entity_id, after)
        fact = Put(_wish_item(entity.entity_id, after, wish, by, now))
        also: list[Write] = [open_task_put(entity.entity_id, task)] if task else []
        if wish in RELEASES:
            reason = f"mail_wish:{after.version + 1}"
            today = now.today(after.time_zone)
            also.append(ticket_put(entity, today, after.customer_id, reason))
        if wish is MailWish.MAIL_AGAIN:
            also.extend(no_longer_suppressed(entity.entity_id, a) for a in all_addresses(after))
        try:
            self._table.write(profile, fact, *also)
        except ConditionLost:
            return False
        return True
