"""What a named person says to a notice that waits for one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to notice n. by is the person's name, subject the issuer's own name for them.

    tier says to whom a case is handed over, and is for no other notice.
    """

    n: int
    by: str
    subject: str
    tier: str = ""
    note: str = ""
