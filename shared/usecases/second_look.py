"""The sender's second look: what a claimed notice still has to say."""

from dataclasses import replace

from shared.domain.account import Account
from shared.domain.by_hand import remind_decision
from shared.domain.clock import Now
from shared.domain.decide import Decision, decide, still_to_say, without
from shared.domain.notice import Notice
from shared.domain.policy_book import PolicyBook
from shared.usecases.sweep import to_send


def second_look(account: Account, notice: Notice, book: PolicyBook, now: Now) -> Decision | str:
    """Return the decision as if notice had never been claimed, or the code why there is none.

    Where later notices took all that it asks for further, it is superseded. What a person had sent
    by hand is looked at as such: it asks again for what was said before.
    """
    zone = account.customer.time_zone
    if notice.by_hand:
        asked = {item.document_id for item in notice.items if item.asked}
        unsaid = replace(notice, done_after=notice.done_before)
        before = replace(account, newest_notice=unsaid)
        today = now.today(zone)
        return remind_decision(before, book, today, notice.stage, asked, notice.with_fee)
    if not still_to_say(notice, account):
        return "superseded"
    found = decide(without(notice, account), book, now.today(zone), now.time_of_day(zone))
    decision = to_send(found)
    if decision is None or decision.stage is None or decision.stage.channel is not notice.channel:
        return "nothing_left_to_ask"
    return decision
