"""What was looked for in vain: it is named, and the answer says how to list what there is."""

import ast
from pathlib import Path

import pytest

from functions.operator_api.app import answer
from functions.operator_api.unknown import KINDS, told
from shared.errors import NotFound

ROOMS = ("functions/operator_api", "shared/domain", "shared/usecases", "shared/adapters")
SAID_ITSELF = {"reason", "gateway", "action", "bucket"}


def raised() -> set[frozenset[str]]:
    """Return the facts of each NotFound that the API may meet."""
    found = set()
    for room in ROOMS:
        for path in Path(room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "NotFound":
                    found.add(frozenset(str(word.arg) for word in node.keywords))
    return found


def test_each_thing_that_may_be_missing_has_words():
    kinds = raised()
    assert len(kinds) > 15
    nameless = [sorted(facts) for facts in kinds if not facts & {*KINDS, *SAID_ITSELF} and facts]
    assert nameless == []


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NotFound(customer="C-9"), "There is no customer 'C-9' here. See duecourse customers, "),
        (NotFound(customer="c", notice=4), "There is no notice of this customer '4' here. See "),
        (NotFound(customer=""), "Name a customer. See duecourse customers, "),
        (NotFound(path="api"), "There is no such page or route. See /api/v1/openapi.json."),
        (NotFound(entity="demo"), "There is no such legal entity that you may see. See duecourse "),
        (NotFound(entity="demo", reason="nobody compared yet"), "Nobody compared yet. "),
        (NotFound(), "Check the id and the entity."),
    ],
)
def test_it_is_named_with_the_place_that_lists_its_kind(error, sentence):
    assert told(error).startswith(sentence)
    assert f'"detail": "{told(error)}' in answer(error).body


def test_a_name_without_end_is_cut():
    assert len(told(NotFound(customer="x" * 500))) < 200
