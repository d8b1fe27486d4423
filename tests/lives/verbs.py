"""The sentences that a scenario may say, and what each does to the hub from outside."""

from tests.lives import autopay_verbs, company_verbs, customer_verbs, money_verbs, world_verbs
from tests.lives.sentences import carry_out

KNOWN = (money_verbs, autopay_verbs, customer_verbs, company_verbs, world_verbs)
"""Where the sentences stand; each makes its own known as it is read."""

__all__ = ["KNOWN", "carry_out"]
