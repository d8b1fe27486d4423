"""Reads template.yaml as CloudFormation does, tags included."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]


class _Loader(yaml.CSafeLoader):
    pass


def _tagged(loader: yaml.CSafeLoader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return {suffix: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {suffix: loader.construct_sequence(node, deep=True)}
    return {suffix: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _tagged)


def template(path: str = "template.yaml") -> dict[str, Any]:
    """Return the template at path with each tag as a one-key mapping, such as {"Ref": "Stage"}."""
    return yaml.load((ROOT / path).read_text(), _Loader)  # noqa: S506 - a safe loader


@cache
def table_properties() -> dict[str, Any]:
    """Return what create_table needs of the template's table: its keys and indexes. To be read."""
    properties = template()["Resources"]["Table"]["Properties"]
    wanted = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "BillingMode")
    return {name: properties[name] for name in wanted}
