"""The mailbox of all payers: what came since the last look."""

import re
from dataclasses import dataclass

from infra.cli.http import request

_LINK = re.compile(r"https?://\S+/p/[a-z0-9-]+/l/\S+")


@dataclass(frozen=True)
class Mail:
    """A mail: to whom, its number among the customer's notices, and the link in it."""

    to: str
    customer_id: str
    n: int
    link: str


class Mailbox:
    """Reads the local mail's list, each mail once."""

    def __init__(self, mail_url: str) -> None:
        self._url = mail_url.rstrip("/")
        self._last = ""

    def new(self) -> list[Mail]:
        """Return the mails since the last call, by address and notice number."""
        after = f"?after={self._last}" if self._last else ""
        told = request("GET", f"{self._url}/api/messages{after}").json()
        self._last = str(told["last"]) if told["messages"] else self._last
        found = []
        for message in told["messages"]:
            link = _LINK.search(message["text"])
            if link:
                tags = message["tags"]
                found.append(Mail(message["to"][0], tags["customer"], int(tags["notice"]), link[0]))
        return sorted(found, key=lambda m: (m.to, m.n))


def raise_rate(mail_url: str) -> None:
    """Let the local mail take as many mails a second as the machine can send."""
    body = b'{"max_send_rate": 1000}'
    request("POST", f"{mail_url}/_config/rate", {"content-type": "application/json"}, body)
