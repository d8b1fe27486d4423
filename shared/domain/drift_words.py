"""What a comparison with the ERP found, in sentences: why, what is proposed, what was done."""

import re
from collections.abc import Mapping

from shared.domain.drift import Action, Cause

_TOLD_AGAIN = re.compile(r"told_again_(\d+)")
_BECAUSE: Mapping[str, str] = {
    Cause.ON_ITS_WAY: "The ERP is still to be told.",
    Cause.STOPPED: "The ERP did not take an entry, which waits for a person.",
    Cause.NOT_TOLD: "The ERP cannot be told of it, or somebody said that it is not to be.",
    Cause.LOST: "The ERP was told, and has the entry no more.",
    Cause.BACK_TWICE: "It was taken back twice there: by the ERP itself, and by our entry.",
    Cause.OPEN: "Nothing that the hub knows of explains it.",
    Cause.TOTAL: "The invoice has another total there.",
    Cause.CURRENCY: "The invoice is in another currency there.",
    Cause.CHARGES: "Of its charges another amount is open there.",
    Cause.NOT_HERE: "The hub does not have it.",
    Cause.NOT_THERE: "The ERP has it no more.",
}
_PROPOSED: Mapping[str, str] = {
    Action.WAIT: "Wait: it is on its way.",
    Action.REPAIR: "Tell the ERP again.",
    Action.SEND_AGAIN: "Look for it in the ERP, and book it again.",
    Action.READ: "Read it from the ERP again.",
    Action.PULL: "Pull everything from the ERP again.",
    Action.BOOK_BY_HAND: "Book it in the ERP by hand.",
    Action.UNDO_THERE: "Take our entries back in the ERP by hand.",
    Action.LOOK: "Look at both: only a person can say which is right.",
}
_DONE: Mapping[str, str] = {
    "": "",
    "waits": "Nothing: it is on its way.",
    "taken": "It was read again, and taken.",
    "parked": "It was read again, and is parked: see what is parked.",
    "pulled_again": "Everything is being pulled again.",
    "task": "A task asks a person.",
    "erp_unavailable": "Nothing: the ERP did not answer.",
    "erp_access": "Nothing: the ERP does not let the hub in.",
    "erp_refused": "Nothing: the ERP refused.",
    "erp_unreadable": "Nothing: the ERP's answer could not be read.",
    "erp_outcome_unknown": "The ERP did not say whether it was done.",
    "write_conflict": "Nothing: a sync ran at this moment. Compare again.",
}


def because(cause: str) -> str:
    """Return in a sentence why both sides differ; a cause that is none, as it is."""
    return _BECAUSE.get(cause, cause)


def proposed(action: str) -> str:
    """Return in a sentence what is proposed; an action that is none, as it is."""
    return _PROPOSED.get(action, action)


def done(what: str) -> str:
    """Return in a sentence what was done of a difference, "" for nothing asked."""
    if told := _TOLD_AGAIN.fullmatch(what):
        count = int(told[1])
        return f"The ERP is told again: {count} {'entry' if count == 1 else 'entries'}."
    return _DONE.get(what, f"Nothing: {what.replace('_', ' ')}.")
