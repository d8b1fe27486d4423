"""What every way out shares: the second look before one call, and what is noted after it."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.account import Account
from shared.domain.clock import Now
from shared.domain.decide import Decision
from shared.domain.entity import Entity
from shared.domain.mail import SendResult, SendState
from shared.domain.notice import Channel, DeliveryState, Notice
from shared.domain.policy_book import PolicyBook
from shared.domain.tasks import Task
from shared.usecases.ports.accounts import AccountsAndNotices
from shared.usecases.ports.policies import ReadsBook
from shared.usecases.ports.tasks import OpensTasks
from shared.usecases.second_look import second_look
from shared.usecases.set_aside import Deliveries, set_aside
from shared.usecases.take_back_untold import Untold, take_back_untold


@dataclass(frozen=True, slots=True)
class Stores:
    """What the second look reads, and where the outcome is noted."""

    accounts: AccountsAndNotices
    policies: ReadsBook
    deliveries: Deliveries
    tasks: OpensTasks
    untold: Untold
    new_fence: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Due:
    """A notice that still has something to say, and what."""

    entity: Entity
    account: Account
    notice: Notice
    decision: Decision
    book: PolicyBook

    @property
    def whose(self) -> tuple[str, str, int]:
        """Return entity, customer and number of the notice."""
        return self.entity.entity_id, self.account.customer.customer_id, self.notice.n


def look_again(
    stores: Stores, channel: Channel, entity_id: str, customer_id: str, n: int, now: Now
) -> Due | str:
    """Return what notice n has to say through channel, or what was done instead, as a code.

    elsewhere (another worker has it or had it, or another channel), held (by the entity, or until
    somebody agreed), put_off (somebody agreed, and it only waits), or withdrawn.
    """
    notice = stores.accounts.notice(entity_id, customer_id, n)
    if notice.delivery is not DeliveryState.CLAIMED or notice.channel is not channel:
        return "elsewhere"
    entity = stores.accounts.entity(entity_id)
    if entity.waits or notice.waits_for_approval:
        return "held"
    account = stores.accounts.account(entity_id, customer_id)
    book = stores.policies.book(entity_id, account)
    decision = second_look(account, notice, book, now)
    if not isinstance(decision, str):
        return Due(entity, account, notice, decision, book)
    what = (entity, account, notice, book, decision, now)
    return set_aside(stores.deliveries, stores.untold, *what)


def note_result(
    stores: Stores, due: Due, fence: str, result: SendResult, kept: str, task: Task, now: Now
) -> str:
    """Note what is known of a call that was made; return it as a code.

    sent, refused (claimed again), uncertain (an event or an operator will tell), or rejected: it
    will never go out as it is, so a person has the task, and the stage counts as done.
    """
    match result.state:
        case SendState.ACCEPTED:
            stores.deliveries.sent(*due.whose, fence, now.wall, result.message_id, kept)
            return "sent"
        case SendState.REFUSED:
            stores.deliveries.refused(*due.whose, fence, now.wall, result.code)
            return "refused"
        case SendState.REJECTED:
            give_up(stores, due, result.code, task, DeliveryState.CALLING, now)
            return "rejected"
        case _:
            return "uncertain"


def give_up(
    stores: Stores, due: Due, code: str, task: Task, stands: DeliveryState, now: Now
) -> None:
    """Count the stage as done though it was not heard, and give a person the task.

    What it charged goes back: nobody was told of it.
    """
    take_back_untold(stores.untold, *due.whose[:2], due.notice, now)
    stores.tasks.open(due.entity.entity_id, task)
    bounced = DeliveryState.BOUNCED
    stores.deliveries.settle(*due.whose, bounced, now.wall, (stands,), code)
