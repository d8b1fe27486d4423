"""The hub on the local cloud, as a life asks of it: one entity of the deployed template."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.support.company import Company
from tests.support.payer import Payer
from tests.support.stack import Hub, Json

_IDLE_TIMEOUT_S = 240.0
_SCHEDULES = ("JanitorSchedule", "GenerationSchedule", "PlanSchedule")


class Refused(Exception):
    """The hub said no; the message holds its problem."""


@dataclass
class OnTheCloud:
    """One entity's view of a hub that lives share. Their clock is moved by whoever drives them."""

    hub: Hub
    entity: str
    now: datetime
    events_lost: bool = False
    _company: Company = field(init=False)

    def __post_init__(self) -> None:
        self._company = Company(self.hub, self.entity)

    @property
    def url(self) -> str:
        return self.hub.url

    def at(self, instant: datetime) -> None:
        """Note what time it is; the clock of the cloud was moved for all lives."""
        self.now = instant

    def api(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """Return the JSON of a call of the operator API. Raises Refused."""
        return self._asked(method, path, body, {}, query)

    def api_keyed(self, key: str, method: str, path: str, body: Any) -> Any:
        """Do as api() for a request that has a name."""
        name = f"{self.entity}-{key}"
        return self._asked(method, path, body, {"idempotency-key": name}, {})

    def request(self, method: str, url: str, body: str = "", headers: Any = None) -> Any:
        """Return the answer of a page."""
        return self.hub.request(method, url, body=body or None, headers=headers)

    def drop(self, name: str, content: str) -> None:
        """Drop a file as the ERP does; every row of it must be good."""
        run = self._company.upload_bytes(name, content.encode())
        assert run["state"] == "done" and not run["problems"], run
        self.hub.idle(_IDLE_TIMEOUT_S)

    def tick(self) -> None:
        """Do what the schedules do, for every entity, to the end."""
        for name in _SCHEDULES:
            self.hub.stack.run_schedule(name)
        self.hub.idle(_IDLE_TIMEOUT_S)

    def deliver(self) -> None:
        """Wait until nothing moves."""
        self.hub.idle(_IDLE_TIMEOUT_S)

    def mails(self) -> list[Json]:
        """Return every mail of this entity that arrived."""
        return self._company.mails()

    def tasks(self, customer_id: str) -> list[Json]:
        """Return every task that people were given, done ones too."""
        live = f"E#{self.entity}"
        done = self.hub.items(f"{live}#C#{customer_id}#H", "TASK#")
        return [*self.hub.items(f"{live}#T", "TASK#"), *done]

    def texts(self) -> list[Any]:
        """Return no short messages: the local cloud sends none."""
        return []

    def letters(self) -> dict[str, bytes]:
        """Return what lies in the folder for the printer."""
        return self.hub.files("DocumentsBucket", f"letters/{self.entity}/")

    def mail_fate(self, address: str, outcome: str) -> None:
        """Say what becomes of mail to an address from now on."""
        self.hub.mail("recipients", pattern=address, outcome=outcome)

    def pay(self, page: str, *, by_debit: bool = False) -> None:
        """Pay on the gateway's page by card."""
        assert not by_debit
        Payer(self.hub, self.entity).fill_in(page)
        self.hub.idle(_IDLE_TIMEOUT_S)

    def _asked(self, method: str, path: str, body: Any, more: Json, query: dict[str, str]) -> Any:
        headers = {"authorization": f"Bearer {self.hub.stack.state['token']}", **more}
        sent: bytes | None = None
        if isinstance(body, str):
            headers["content-type"], sent = "application/yaml", body.encode()
        elif body is not None:
            headers["content-type"], sent = "application/json", json.dumps(body).encode()
        address = f"/api/v1/{path}" + (
            "?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else ""
        )
        answer = self.hub.request(method, address, body=sent, headers=headers)
        if answer.status >= 300:
            raise Refused(f"{method} {path}: {answer.status} {answer.text[:500]}")
        return answer.json()
