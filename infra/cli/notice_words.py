"""What the hub calls a stage, a channel, a verdict or a state, in words that a clerk uses."""

_BY = {
    "email": "by e-mail",
    "sms": "by text message",
    "letter": "by letter",
    "call": "as a call",
    "handover": "as a hand-over",
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


def by(channel: str) -> str:
    """Return how something is said, such as by e-mail."""
    return _BY.get(channel, f"by {channel}")


def became(state: str) -> str:
    """Return what became of a message, in a few words."""
    return _STATES.get(state, state)


def verdict(action: str) -> str:
    """Return what was decided, in a few words."""
    return _VERDICTS.get(action, action)
