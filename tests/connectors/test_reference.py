"""The contract holds for an ERP that keeps it, and dies on each way to break it."""

import inspect

import pytest

from tests.connectors import contract
from tests.connectors.reference import ReferenceErp

FAULTS = {
    "no_overlap": "test_what_was_committed_late_is_not_passed_over",
    "loses_the_rest": "test_every_customer_comes_once_the_pages_end",
    "wrong_order": "test_pages_are_in_the_order_of_change",
    "hash_of_the_day": "test_what_comes_again_has_the_same_hash",
    "stamp_in_the_content": "test_a_touched_invoice_has_the_same_hash",
    "keeps_undone_uses": "test_a_use_of_a_credit_note_that_is_undone_comes",
    "hides_what_is_gone": "test_a_void_invoice_is_gone",
    "forgets_our_key": "test_a_payment_is_booked_once_and_known_again",
    "books_twice": "test_a_payment_is_booked_once_and_known_again",
    "rounds": "test_parts_of_the_money_sum_up",
    "finds_nothing": "test_a_lost_answer_is_found_again",
    "calls_it_refused": "test_a_lost_answer_is_found_again",
    "lets_anyone_in": "test_an_unknown_key_is_told_apart",
}


class TestReference(contract.BooksContract):
    writes_by_http = False

    @pytest.fixture
    def erp(self):
        return ReferenceErp()


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_the_contract_dies_on(fault):
    suite = contract.BooksContract()
    with pytest.raises((AssertionError, pytest.fail.Exception, contract.ErpRefused)):
        getattr(suite, FAULTS[fault])(ReferenceErp(faults=frozenset({fault})))


def test_each_fault_is_known_to_the_reference():
    source = inspect.getsource(inspect.getmodule(ReferenceErp))
    assert [fault for fault in FAULTS if f'"{fault}"' not in source] == []
