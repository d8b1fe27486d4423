"""The one exception the SES side raises: an error answer in the shape AWS uses."""

from __future__ import annotations


class SesError(Exception):
    """An error answer: the AWS error code, its HTTP status and a message for people."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


class CutConnection(Exception):
    """The connection ends here without an answer, as when a network drops."""


class BadControl(Exception):
    """A control or mailbox request that cannot be carried out; the text says why."""


def bad_request(message: str) -> SesError:
    """Return SES's answer to a request that says something impossible."""
    return SesError("BadRequestException", message)
