"""Style sheets and pictures: public, few, and addressed by what is in them."""

import hashlib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "portal" / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


@cache
def files() -> dict[str, tuple[bytes, str]]:
    """Return every static file by name: its bytes and its content type."""
    found = (path for path in FOLDER.iterdir() if path.suffix in _TYPES)
    return {path.name: (path.read_bytes(), _TYPES[path.suffix]) for path in found}


@cache
def address(name: str) -> str:
    """Return the path of a static file; it changes with the file, so it may be kept for ever."""
    return f"/static/{name}?v={version(name)}"


def version(name: str) -> str:
    """Return the short hash of what is in a static file."""
    return hashlib.sha256(files()[name][0]).hexdigest()[:12]
