"""The words of each language: one folder per language, one TOML file per use."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.adapters.formats import Formats

PLURALS = frozenset(("zero", "one", "two", "few", "many", "other"))
FILES = ("mail.toml", "portal.toml", "invoice.toml", "statement.toml")


class Words:
    """Sentences by dotted key, such as mail.reminder.intro, with {named} values put in.

    A sentence that has plural forms is a table of them and is chosen by the value `count`.
    A key that is not there is our bug: KeyError.
    """

    def __init__(self, folder: Path, formats: Formats, files: tuple[str, ...] = FILES) -> None:
        self._formats = formats
        self._sentences = sentences(folder, files)

    def __call__(self, key: str, **values: object) -> str:
        """Return the sentence of key with values in their places."""
        sentence = self._sentences[key]
        if isinstance(sentence, str):
            return sentence.format_map(values)
        count = values["count"]
        if not isinstance(count, int):
            raise TypeError(f"the count of {key} is a whole number")
        form = sentence.get(self._formats.plural(count), sentence["other"])
        return form.format_map({**values, "count": self._formats.number(count)})


def sentences(folder: Path, files: tuple[str, ...] = FILES) -> dict[str, str | dict[str, str]]:
    """Return every sentence of a language's files by its dotted key; plurals stay tables."""
    found: dict[str, str | dict[str, str]] = {}
    for name in files:
        with (folder / name).open("rb") as file:
            _flatten(name.removesuffix(".toml"), tomllib.load(file), found)
    return found


def _flatten(prefix: str, node: Mapping[str, Any], found: dict[str, Any]) -> None:
    for name, value in node.items():
        key = f"{prefix}.{name}"
        if isinstance(value, str) or PLURALS.issuperset(value):
            found[key] = value
        else:
            _flatten(key, value, found)
