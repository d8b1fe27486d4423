"""Pages as a person's browser holds them: forms to fill in, cookies to keep."""

import html.parser
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from infra.cli.http import Answer, request


@dataclass
class Form:
    """A form of a page. fields are filled in; choices are its boxes, (name, value, label)."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    choices: list[tuple[str, str, str]] = field(default_factory=list)


class _Reader(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(values.get("action", "")))
            self._inside = True
        elif tag == "a" and values.get("href"):
            self.links.append(values["href"])
        elif tag == "input" and self._inside and values.get("name"):
            self._input(values)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False

    def _input(self, values: dict[str, str]) -> None:
        form = self.forms[-1]
        if values.get("type") in ("checkbox", "radio"):
            choice = (values["name"], values.get("value", "on"), values.get("aria-label", ""))
            form.choices.append(choice)
        elif values.get("type") == "hidden":
            form.fields.append((values["name"], values.get("value", "")))


class Browser:
    """A person's browser: keeps cookies by origin, sends Origin with forms, follows on request."""

    def __init__(self) -> None:
        self._cookies: dict[str, dict[str, str]] = {}
        self.url = ""

    def get(self, url: str) -> Answer:
        """Open an address and follow where it leads."""
        return self._go("GET", urljoin(self.url, url), None)

    def submit(self, form: Form, *more: tuple[str, str]) -> Answer:
        """Send a form with more fields and follow where it leads."""
        target = urljoin(self.url, form.action) if form.action else self.url
        return self._go("POST", target, urlencode([*form.fields, *more]).encode())

    def forms(self, answer: Answer) -> list[Form]:
        """Return the forms of a page."""
        reader = _Reader()
        reader.feed(answer.text)
        return reader.forms

    def form_to(self, answer: Answer, ending: str) -> list[Form]:
        """Return the forms that lead to an address with this ending."""
        return [form for form in self.forms(answer) if form.action.endswith(ending)]

    def _go(self, method: str, url: str, body: bytes | None, left: int = 8) -> Answer:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        headers = {"accept": "text/html"}
        kept = self._cookies.setdefault(origin, {})
        if kept:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in kept.items())
        if body is not None:
            sender = urlsplit(self.url)
            headers["content-type"] = "application/x-www-form-urlencoded"
            headers["origin"] = f"{sender.scheme}://{sender.netloc}"
        answer = request(method, url, headers, body)
        for line in answer.cookies:
            name, value = line.split(";")[0].split("=", 1)
            if re.search(r"max-age=0\b", line, re.IGNORECASE):
                kept.pop(name, None)
            else:
                kept[name] = value
        self.url = url
        if answer.status in (302, 303) and left:
            return self._go("GET", urljoin(url, answer.headers["location"]), None, left - 1)
        return answer
