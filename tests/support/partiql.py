"""The one PartiQL statement that the hub uses: an INSERT of one item, all values as parameters."""

import re
from collections.abc import Mapping
from typing import Any

DUPLICATE = {"Code": "DuplicateItem", "Message": "Duplicate primary key exists in table"}
_INSERT = re.compile(r"""INSERT INTO "([A-Za-z0-9_.-]+)" VALUE \{((?:'\w+': \?(?:, )?)+)\}""")
_NAME = re.compile(r"'(\w+)': \?")


def inserted(statement: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the table and the typed item of an INSERT.

    Raises NotImplementedError for any other statement.
    """
    known = _INSERT.fullmatch(statement["Statement"])
    if known is None or statement.keys() != {"Statement", "Parameters"}:
        raise NotImplementedError(f"no such statement is known: {statement}")
    names = _NAME.findall(known[2])
    return known[1], dict(zip(names, statement["Parameters"], strict=True))
