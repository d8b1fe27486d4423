"""A payer without a browser: opens the link of a mail, chooses, and pays on the hosted page."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.support.stack import Answer, Hub, Json

WORKING_CARD = "4242424242424242"
_FORM = "application/x-www-form-urlencoded"


def link_in(mail: Json) -> str:
    """Return the portal link of a mail, as its plain text part has it."""
    found = re.findall(r"https?://\S+/p/[a-z0-9-]+/l/\S+", mail["text"])
    assert found, f"no link in {mail['subject']!r}"
    return str(found[0])


@dataclass
class Payer:
    """Somebody with a session of the portal. Cookies are sent by hand: they are Secure."""

    hub: Hub
    entity: str
    cookie: str = ""

    @classmethod
    def enter(cls, hub: Hub, link: str) -> "Payer":
        """Return the payer who clicked the link and then the button of its page."""
        entity = urlsplit(link).path.split("/")[2]
        landing = hub.request("GET", link)
        assert landing.status == 200, landing.text[:300]
        opened = hub.request("POST", link, headers={"origin": hub.url})
        assert opened.status == 303, opened.text[:300]
        return cls(hub, entity, opened.headers["set-cookie"].split(";")[0])

    def get(self, path: str) -> Answer:
        """Return a page of the portal; path begins after /p/<entity>."""
        headers = {"cookie": self.cookie}
        return self.hub.request("GET", f"/p/{self.entity}{path}", headers=headers)

    def post(self, path: str, fields: list[tuple[str, str]]) -> Answer:
        """Return the answer to a form with the session's own token."""
        body = urlencode([("csrf", self.csrf()), *fields])
        headers = {"cookie": self.cookie, "origin": self.hub.url, "content-type": _FORM}
        return self.hub.request("POST", f"/p/{self.entity}{path}", body=body, headers=headers)

    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.get("").text)
        assert found
        return found[1]

    def documents(self) -> list[str]:
        """Return the ids of the documents that the home page links to."""
        links = _Links()
        links.feed(self.get("").text)
        found = (urlsplit(link).path.split("/invoices/") for link in links.found)
        return list(dict.fromkeys(part[1] for part in found if len(part) == 2))

    def checkout(self, *documents: str) -> str:
        """Return the address of the hosted page for these documents."""
        chosen = self.post("/checkouts", [("document", d) for d in documents])
        assert chosen.status == 303, chosen.text[:500]
        return str(chosen.headers["location"])

    def pay(self, *documents: str, **fields: str) -> str:
        """Pay by card, or as fields say, on the hosted page; return the session's id."""
        page = self.checkout(*documents)
        self.fill_in(page, **fields)
        return page.rpartition("/")[2]

    def fill_in(self, page: str, **fields: str) -> Answer:
        """Pay on a hosted page that is open; return its answer."""
        form = fields or {"card_number": WORKING_CARD}
        body, headers = urlencode(form), {"content-type": _FORM}
        paid = self.hub.request("POST", page, body=body, headers=headers)
        assert paid.status == 303, paid.text[:500]
        return paid


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href"]
