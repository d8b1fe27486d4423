"""How the command ends. Codes are stable: scripts may rely on them."""

from enum import IntEnum


class Exit(IntEnum):
    OK = 0
    REFUSED = 1
    USAGE = 2
    NO_STACK = 3
    NOT_ALLOWED = 4
    BAD_ROWS = 5
    TIMEOUT = 6
    NO_ERP = 7
    NOT_COMPARED = 8
    NOT_SYNCED = 9


HELP = (
    "Exit codes: 0 done, 1 refused by the hub, 2 wrong usage, 3 no hub found or no answer, "
    "4 not signed in or not allowed, 5 a file has bad rows, 6 it took too long, "
    "7 no ERP is connected or it is paused, 8 hub and ERP could not be compared, "
    "9 an ERP gave nothing."
)


class CliError(Exception):
    """Ends the command with one line to stderr and an exit code."""

    def __init__(self, message: str, code: Exit = Exit.REFUSED, refused: str = "") -> None:
        """refused is the hub's own code where it refused."""
        self.code = code
        self.refused = refused
        super().__init__(message)
