"""Bugs in what is said to customers, and how often."""

from tests.mutants.bug import ALWAYS, Bug, Change, bug

NOTICES = "shared/adapters/notices.py"
SENDING = "shared/usecases/send_notice.py"
RACES = "tests/sim/test_races.py"

MESSAGE_BUGS = (
    Bug(
        "a payment may have two receipts",
        (
            Change(
                "shared/adapters/receipts.py",
                'return self._table.get(keys.fact(entity_id, f"receipt:{payment_id}")) is not None',
                "return False",
            ),
            Change(
                "shared/adapters/receipts.py",
                "Put(fact), payment)",
                f'Put(fact, condition="{ALWAYS}"), payment)',
            ),
        ),
    ),
    bug(
        "the claim of a number is not conditional",
        NOTICES,
        "return Put(notice_item(entity, customer_id, notice) | pending)",
        f'return Put(notice_item(entity, customer_id, notice) | pending, condition="{ALWAYS}")',
        "tests/integration/test_agreements.py"
        "::test_the_answer_to_a_dispute_is_mailed_once_however_many_close_it",
    ),
    bug(
        "the call to the mail service is not conditional",
        NOTICES,
        'condition="attribute_not_exists(pk) OR #state = :claimed",',
        'condition="attribute_not_exists(pk) OR #state <> :claimed OR #state = :claimed",',
    ),
    bug(
        "an answer that did not come counts as a refusal",
        SENDING,
        "if result.state is SendState.REFUSED:",
        "if result.state in (SendState.REFUSED, SendState.UNCERTAIN):",
    ),
    bug(
        "a mail says what was true when it was claimed",
        "shared/usecases/write_mail.py",
        "items=decision.items",
        "items=notice.items",
    ),
    bug(
        "a number is left out",
        "shared/domain/notices.py",
        "    return Notice(\n        n=newest.n + 1 if newest else 1,\n        kind=kind,",
        "    return Notice(\n        n=newest.n + 2 if newest else 1,\n        kind=kind,",
    ),
    bug(
        "a stage that was said is not remembered",
        "shared/domain/notices.py",
        "done_after=dict(decision.done_after or {}),",
        "done_after=dict(decision.done_before or {}),",
    ),
    Bug(
        "the day's count of messages is not conditional",
        (
            Change(
                "shared/adapters/claims.py",
                'condition="messages = :n"',
                'condition="messages >= :n OR messages < :n"',
            ),
            Change(
                "shared/adapters/claims.py",
                'return Put({**key, "type": "DAY_COUNT", "messages": 1})',
                f'return Put({{**key, "type": "DAY_COUNT", "messages": 1}}, condition="{ALWAYS}")',
            ),
        ),
        (RACES,),
    ),
)
