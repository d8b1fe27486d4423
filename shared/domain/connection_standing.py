"""How a connection to an ERP stands, in sentences for people: why, and what to do. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.connection import Connection, ConnectionState, Trouble

_MEANS: Mapping[str, str] = {
    "erp_access": "the ERP does not let the hub in",
    "erp_unavailable": "the ERP did not answer",
    "erp_refused": "the ERP refused a call",
    "erp_unreadable": "the ERP's answer is none that the hub knows",
    "invalid_input": "a setting or the secret is wrong or missing",
}
_MEND: Mapping[str, str] = {
    "erp_access": "Have the ERP give the hub a valid key with the rights that it needs",
    "erp_unavailable": "Check the address, and that the ERP runs and can be reached",
    "erp_refused": "Mend in the ERP what it names",
    "erp_unreadable": "Check the address, the database that the settings name, and the product's "
    "version against docs/connectors.md",
    "invalid_input": "Correct what is named",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """says tells how it stands and why, todo what a person does about it, "" for nothing."""

    says: str
    todo: str = ""


def may_take_books(connection: Connection) -> bool:
    """Return whether a connection may take what the hub books once it is begun, as far as known."""
    found = connection.found
    whole = found is None or bool(found.code) or found.entries
    return connection.state is ConnectionState.NEW and whole


def standing(connection: Connection) -> Standing:
    """Return how a connection stands."""
    match connection.state:
        case ConnectionState.NEW:
            return _before_it_began(connection)
        case ConnectionState.PAUSED:
            return Standing(
                "It is paused: nothing is pulled from it, and it is told nothing.",
                f"To go on: duecourse sync begin {connection.name}.",
            )
    if (trouble := connection.trouble) is not None:
        said = _because(trouble.code, trouble.says)
        if _tested_since(connection, trouble):
            return Standing(
                f"Its newest test worked; the sync before it gave nothing: {said}",
                f"To sync now: duecourse sync run {connection.name}. It is done every hour.",
            )
        return Standing(f"It gives nothing: {said}", _to_mend(connection, trouble.code))
    if (found := connection.found) is not None and found.code:
        said = _because(found.code, found.says)
        return Standing(f"Its newest test failed: {said}", _to_mend(connection, found.code))
    return Standing("It is followed: every hour, what it changed comes in.")


def _before_it_began(connection: Connection) -> Standing:
    found = connection.found
    if found is None:
        return Standing("Its test has not ended yet.", "Look again in a minute.")
    if found.code:
        return Standing(
            f"Its test failed, and nothing was imported: {_because(found.code, found.says)}",
            f"{_to_mend(connection, found.code)} To give it up: "
            f"duecourse sync remove {connection.name}.",
        )
    return Standing(
        "Its test worked, and nothing was imported yet.",
        f"To import and follow it: duecourse sync begin {connection.name}.",
    )


def _tested_since(connection: Connection, trouble: Trouble) -> bool:
    """Return whether a test worked after the last sync that failed."""
    found = connection.found
    return found is not None and not found.code and found.at > (trouble.last or trouble.since)


def _because(code: str, said: str) -> str:
    means = _MEANS.get(code, "something went wrong that the log tells")
    return f"{means}: {said.rstrip('.')}." if said else f"{means}."


def _to_mend(connection: Connection, code: str) -> str:
    mend = _MEND.get(code, "Look into the log")
    command = f"duecourse connect {connection.product} --name {connection.name}"
    if code == "erp_unavailable" and connection.state is ConnectionState.CONNECTED:
        return f"{mend}: the hub tries again by itself."
    return f"{mend}, then: {command}."
