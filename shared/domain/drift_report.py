"""How a comparison with the ERP ended, in a code and a sentence. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.domain.connection import Connection, ConnectionState
from shared.errors import HubError

RUNNING, DONE, BROKEN_OFF = "running", "done", "broken_off"
UNEXPECTED = "unexpected"
NOT_CONNECTED, PAUSED = "not_connected", "paused"
"""No ERP takes what the hub books, or the one that does is paused: there is nothing to compare."""
NOT_COMPARED = "not_compared"
LASTS_AT_MOST = timedelta(minutes=10)
"""No worker compares for longer: one that still runs then was ended from outside."""
_SAYS: Mapping[str, str] = {
    NOT_CONNECTED: "No ERP is followed that takes what the hub books: duecourse sync show says how "
    "each connection stands, duecourse connect makes one.",
    PAUSED: "The ERP that takes what the hub books is paused: see duecourse sync begin.",
    NOT_COMPARED: "Nobody compared since the ERP is followed: it is done every night, or by "
    "duecourse drift.",
    "erp_cannot": "This ERP's connector cannot say what is open.",
    UNEXPECTED: "Something that the hub does not know went wrong: it is in the log and in an "
    "alarm. The comparison is tried again by itself, and may be asked for anew.",
    BROKEN_OFF: "Its worker was ended before it had compared everything. It is tried again by "
    "itself, and may be asked for anew.",
}


def sentence(code: str) -> str:
    """Return what a code of the hub's own means for who asked, "" for one that says it itself."""
    return _SAYS.get(code, "")


def sentence_of(error: HubError) -> str:
    """Return what an error means for who asked, with what the ERP said, where it did."""
    said = str(error.facts.get("said", ""))
    return f"{error.help} The ERP said: {said}" if said else error.help


def is_past(code: str, ledger: Connection | None) -> bool:
    """Return whether a comparison failed for want of an ERP that ledger is by now."""
    follows = ledger is not None and ledger.state is ConnectionState.CONNECTED
    return follows and code in (NOT_CONNECTED, PAUSED)


def state_of(state: str, at: datetime, wall: datetime) -> str:
    """Return the state of a comparison that is in state since at, as it is at wall."""
    return BROKEN_OFF if state == RUNNING and wall - at > LASTS_AT_MOST else state
