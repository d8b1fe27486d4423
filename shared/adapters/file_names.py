"""Names of files, made from text that people wrote."""

_CHARS_MAX = 80


def file_name(text: str) -> str:
    """Return text as a name that every file system takes and that leads nowhere else."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in text)
    return kept.lstrip(".")[:_CHARS_MAX] or "_"
