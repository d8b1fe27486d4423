"""The languages that texts exist in."""

from pathlib import Path

_TEMPLATES = Path(__file__).parent.parent / "templates"


def shipped_languages() -> frozenset[str]:
    """Return the two-letter codes of the folders that hold words."""
    return frozenset(path.parent.name for path in _TEMPLATES.glob("??/mail.toml"))
