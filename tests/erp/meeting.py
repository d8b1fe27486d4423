"""A front before the ERP that sees syncs meet: who reads a page while another one reads.

A connector asks one thing at a time. So two pages that are read at the same moment are read by two
syncs, whatever either of them says of itself.
"""

import re
from http.client import HTTPResponse
from http.server import BaseHTTPRequestHandler
from threading import Lock

from tests.connectors.lossy import Front

_ONLY_A_PULL_ASKS_FOR = {
    "party.party": "name",
    "account.invoice": "write_date",
    "account.move.line": "move.description",
}
_OUR_KEY = re.compile(rb'"duecourse:([^" ]+)')


class MeetingPoint(Front):
    """together counts the pages that began while another one was read.

    ours are the keys of the hub's own entries that it was told of the money on accounts.
    """

    def __init__(self, upstream_port: int) -> None:
        self.together = 0
        self.pages = 0
        self.ours: set[str] = set()
        self._reading = 0
        self._counting = Lock()
        super().__init__(upstream_port)

    def ask(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[HTTPResponse, bytes]:
        """Return the ERP's answer; note whether others read meanwhile."""
        if not reads_a_page(handler.command, handler.path):
            return super().ask(handler, body)
        with self._counting:
            self.pages += 1
            self.together += self._reading > 0
            self._reading += 1
        try:
            answer, content = super().ask(handler, body)
        finally:
            with self._counting:
                self._reading -= 1
        if "/account.move.line?" in handler.path:
            self.ours |= {key.decode() for key in _OUR_KEY.findall(content)}
        return answer, content


def reads_a_page(method: str, path: str) -> bool:
    """Return whether a request asks for what only a pull does: who books asks for other fields."""
    place, _, query = path.partition("?")
    field = _ONLY_A_PULL_ASKS_FOR.get(place.rpartition("/")[2])
    return method == "GET" and f"f={field}" in query.split("&")
