"""Names of files, made from text that people wrote."""

from collections import Counter
from collections.abc import Mapping

_CHARS_MAX = 80
_ID_CHARS = 10


def file_name(text: str) -> str:
    """Return text as a name that every file system takes and that leads nowhere else."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in text)
    return kept.lstrip(".")[:_CHARS_MAX] or "_"


def file_names(texts: Mapping[str, str]) -> dict[str, str]:
    """Return a name for each of texts (by id), none twice whatever the file system's case.

    Where two would read the same, the end of its id is added to each.
    """
    names = {id_: file_name(text) for id_, text in texts.items()}
    taken = Counter(name.lower() for name in names.values())
    return {
        id_: name if taken[name.lower()] == 1 else f"{name}-{file_name(id_[-_ID_CHARS:])}"
        for id_, name in names.items()
    }
