"""Which facts ask somebody to act: every other item of the table asks for nothing."""

from shared.adapters import keys
from shared.adapters.errands import errand


def test_an_item_that_is_no_fact_of_ours_asks_for_nothing() -> None:
    turns = {**keys.mail_turns(), "next_us": 1}
    assert errand(turns) is None
    assert errand({"pk": "CLOCK", "sk": "CLOCK", "type": "CLOCK", "offset_s": 1}) is None
