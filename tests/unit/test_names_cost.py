"""A page of customers by name costs its page, however many customers there are."""

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.imported_customers import directory_item
from shared.adapters.receivables import Listed, Receivables
from shared.adapters.table import Put, Table
from shared.domain.by_name import name_order, name_place
from tests.support.capacity import meter
from tests.support.dynamodb_model import DynamoModel
from tests.support.samples import customer

PAGE = 50
NAMES = ("Östra {} AB", "adler {}", "Zebra {}", "Nord {}", "École {}")


def listed(many: int) -> tuple[DynamoModel, Receivables]:
    """Return a table with many customers of one entity, and its lists."""
    model = DynamoModel()
    table = Table(model, "hub")
    for n in range(many):
        made = customer(customer_id=f"01J{n:023}", name=NAMES[n % len(NAMES)].format(n))
        table.write(Put(directory_item("demo", made)))
    return model, Receivables(table)


def page(lists: Receivables, after: tuple[str, str] | None = None) -> list[Listed]:
    return [*islice(lists.customers_by_name("demo", after, PAGE), PAGE)]


def test_a_page_by_name_costs_no_more_where_there_are_more_customers() -> None:
    units = {}
    for many in (10, 1_000, 10_000):
        model, lists = listed(many)
        first = page(lists)
        with meter(model) as cost:
            found = page(lists, (first[-1].name, first[-1].customer_id)) or page(lists)
        assert len(found) == min(many, PAGE)
        units[many] = cost.read_units
        assert cost.calls <= 3
    assert units[10_000] <= units[1_000] <= PAGE * 1.1


def test_pages_by_name_hold_everybody_once_in_the_order_of_names() -> None:
    _, lists = listed(237)
    found: list[Listed] = []
    while more := page(lists, (found[-1].name, found[-1].customer_id) if found else None):
        found += more
    names = [name_order(one.name, one.customer_id) for one in found]
    assert len(names) == 237
    assert names == sorted(names)


characters = st.characters(exclude_characters="\x00\x01", exclude_categories=("Cs",))
short = st.text(characters, max_size=9)


@given(short, short, st.sampled_from("ab"), st.sampled_from("ab"))
def test_places_sort_as_names_do(one: str, other: str, first: str, second: str) -> None:
    by_name = name_order(one, first) < name_order(other, second)
    by_place = name_place(one, first).encode() < name_place(other, second).encode()
    assert by_name == by_place


@given(st.text(st.characters(exclude_categories=("Cs",))), st.text("ß中é", min_size=300))
def test_a_place_fits_the_key_of_an_index(any_name: str, long_name: str) -> None:
    for name in (any_name, long_name, long_name * 2):
        assert len(name_place(name, "01J" + "0" * 23).encode()) <= 1024
