"""The key of an entry for the ERP: what it is of, so that it is known again when it comes back."""

import re
from dataclasses import dataclass

_KEY = re.compile(r"([0-9A-Za-z_-]{1,26})\.([0-9A-Za-z_-]{1,26})\.(0|[1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True)
class EntryKey:
    """Which write-back note an entry in the ERP came from."""

    payment_id: str
    document_id: str
    step: int

    def __str__(self) -> str:
        return f"{self.payment_id}.{self.document_id}.{self.step}"


def parse_entry_key(text: str) -> EntryKey | None:
    """Return the key that text is, or None for anything else."""
    found = _KEY.fullmatch(text)
    return EntryKey(found[1], found[2], int(found[3])) if found else None
