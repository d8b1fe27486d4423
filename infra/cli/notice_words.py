"""What the hub calls a stage, a channel, a verdict or a state, in words that a clerk uses."""

from collections.abc import Mapping

_WHAT = {
    "email": "an e-mail",
    "sms": "a text message",
    "letter": "a letter on paper",
    "call": "a call to make",
    "handover": "a hand-over",
}
_STATES = {
    "claimed": "it waits to be sent",
    "approval": "it waits for somebody who agrees",
    "calling": "it is being sent",
    "sent": "it was sent",
    "unknown": "nobody knows whether it was sent",
    "withdrawn": "it was withdrawn, nothing was sent",
    "failed": "it was refused, nothing was sent",
    "bounced": "it was sent and came back",
    "done": "it is done",
}
_VERDICTS = {"send": "say it", "nothing": "say nothing"}


def stage(name: str) -> str:
    """Return the name of a stage as people say it, such as late fee."""
    return name.replace("_", " ")


def what(channel: str) -> str:
    """Return what a stage makes that speaks by a channel, such as an e-mail."""
    return _WHAT.get(channel, channel)


def became(state: str) -> str:
    """Return what became of a message, in a few words."""
    return _STATES.get(state, state)


def verdict(action: str) -> str:
    """Return what was decided, in a few words."""
    return _VERDICTS.get(action, action)


def uncharged(one: Mapping[str, str]) -> str:
    """Return a charge that a stage names and does not make, with why not."""
    return f"No {one['what']} on {one['number']}: {one['reason']} ({one['code']})"
