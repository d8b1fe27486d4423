"""By name, as people look names up."""

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.by_name import name_order


def test_case_and_accents_do_not_count():
    names = ["Zebra", "ärzte AG", "Adler", "Östra", "azur", "Ops", "École", "eclair"]
    expected = ["Adler", "ärzte AG", "azur", "eclair", "École", "Ops", "Östra", "Zebra"]
    assert sorted(names, key=lambda name: name_order(name, "1")) == expected


def test_one_name_twice_stands_by_id_and_its_spellings_beside_it():
    told = [("Müller", "2"), ("Muller", "3"), ("Müller", "1"), ("Mulles", "0")]
    ordered = sorted(told, key=lambda one: name_order(*one))
    assert ordered == [("Muller", "3"), ("Müller", "1"), ("Müller", "2"), ("Mulles", "0")]


@given(st.text(), st.text())
def test_two_customers_never_share_a_place(one: str, other: str):
    assert name_order(one, "1") != name_order(other, "2")
