# SPDX-License-Identifier: GPL-3.0-or-later
"""The bracketed form encoding of Stripe's API, decoded."""

import re
from collections.abc import Iterable
from typing import Any

_PART = re.compile(r"[^\[\]]+|\[\]")


def decode(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the nested parameters of `a[b]=1`, `a[0][c]=2` and `a[]=3` pairs."""
    tree: dict[str, Any] = {}
    for key, value in pairs:
        parts = _PART.findall(key)
        node = tree
        for part in parts[:-1]:
            node = node.setdefault(_name(part, node), {})
            if not isinstance(node, dict):
                break
        else:
            if parts:
                node[_name(parts[-1], node)] = value
    return {key: _with_lists(value) for key, value in tree.items()}


def _name(part: str, node: dict[str, Any]) -> str:
    return str(len(node)) if part == "[]" else part


def _with_lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    children = {key: _with_lists(value) for key, value in node.items()}
    if children and all(key.isdigit() for key in children):
        return [children[key] for key in sorted(children, key=int)]
    return children
