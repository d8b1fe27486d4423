"""A life is lived day by day: files come, the sweep looks, people do what their scenario says."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from tests.lives.scenario import Happening, Invoice, Scenario, invoice
from tests.lives.verbs import carry_out

Json = dict[str, Any]
ENTITY = "seller"
_FILES_COME_AT = time(6)
_ALL = "200"


class Hub(Protocol):
    """What a life asks of a hub, wherever it runs."""

    url: str
    now: datetime
    events_lost: bool

    def at(self, instant: datetime) -> None: ...
    def api(self, method: str, path: str, body: Any = None, **query: str) -> Any: ...
    def request(self, method: str, url: str, body: str = "", headers: Any = None) -> Any: ...
    def drop(self, name: str, content: str) -> None: ...
    def tick(self) -> None: ...
    def deliver(self) -> None: ...
    def mails(self) -> list[Json]: ...


class Life:
    """One customer of one company. happened notes every sentence with its moment and outcome."""

    def __init__(self, scenario: Scenario, hub: Any, entity: str = ENTITY) -> None:
        self.scenario = scenario
        self.hub = hub
        self.entity = entity
        self.path = f"entities/{entity}"
        self.zone = ZoneInfo(str(scenario.company["time_zone"]))
        self.customer_id = ""
        self.down_until = date.min
        self.happened: list[tuple[datetime, str]] = []
        self.notes: dict[str, str] = {}
        self.sheets: dict[str, dict[str, str]] = {}
        self.asked = 0

    def live(self) -> None:
        """Live the whole life, alone."""
        self.begin()
        day, calm = self.scenario.first, self._calm_from()
        settled = False
        while day <= self.scenario.last:
            if day == calm:
                settled = all(d["state"] in _SETTLED for d in self.documents().values())
            look = not settled or day.weekday() == 0
            for at, what in self.agenda(day) if look else ():
                self.hub.at(self.moment(day, at))
                if what is not None:
                    self.act(what)
                elif day >= self.down_until:
                    self.hub.tick()
            day += timedelta(days=1)

    def _calm_from(self) -> date:
        """Return the day from which a settled account is looked at once a week only."""
        days = [h.on for h in self.scenario.happenings]
        days += [invoice.due for invoice in self.scenario.invoices]
        return max(days) + timedelta(days=_CALM_AFTER_DAYS)

    def moment(self, day: date, at: time) -> datetime:
        """Return the instant of a local time of the company."""
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def act(self, what: Happening | list[Invoice]) -> None:
        """Do what an entry of the agenda says."""
        if isinstance(what, Happening):
            carry_out(self, what.said)
            self.hub.deliver()
        else:
            self.send_invoices(what)

    def api(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """Return the JSON of a call below this company's path."""
        return self.hub.api(method, f"{self.path}/{path}", body, **query)

    def documents(self) -> dict[str, Json]:
        """Return every document by its number."""
        found = self.api("GET", "invoices", customer="C1", state="all", limit=_ALL)["items"]
        return {document["number"]: document for document in found}

    def ids(self, numbers: str) -> list[str]:
        """Return the ids of documents named like `INV-1 and INV-2`."""
        known = self.documents()
        wanted = numbers.replace(" and ", ", ").split(", ")
        return [known[number]["document_id"] for number in wanted]

    def newest(self, kind: str) -> Json:
        """Return the newest agreement of a kind (promises, disputes, plans, holds)."""
        found = self.api("GET", kind, customer="C1")["items"]
        return max(found, key=lambda one: one[f"{kind[:-1]}_id"])

    def request_name(self) -> str:
        """Return a name for one more request that moves money."""
        self.asked += 1
        return f"asked-{self.asked}"

    def today(self) -> date:
        """Return the company's date."""
        return self.hub.now.astimezone(self.zone).date()

    def send_customer(self, **changes: str) -> None:
        """Let the ERP send the customer."""
        sheet = self.sheets.setdefault("customer", dict(self.scenario.customer))
        sheet |= changes
        self.hub.drop("customers.csv", _csv([sheet]))

    def send_invoices(self, invoices: list[Invoice]) -> None:
        """Let the ERP send invoices as their scenario has them."""
        rows = [_row(invoice, str(self.scenario.customer["external_id"])) for invoice in invoices]
        self.sheets |= {row["number"]: row for row in rows}
        self.hub.drop("invoices.csv", _csv(rows))
        lines = [line for invoice in invoices for line in _lines(invoice)]
        if lines:
            self.hub.drop("lines.csv", _csv(lines))

    def send_another(self, whom: str, name: str, told: str, number: str) -> None:
        """Let the ERP send a second customer, at an address of their own, and one invoice."""
        sheet = dict(self.scenario.customer) | {"external_id": whom, "name": name}
        self.hub.drop("customers.csv", _csv([sheet | {"email": f"ap@{whom.lower()}.example"}]))
        self.hub.drop("invoices.csv", _csv([_row(invoice(number, told), whom)]))

    def correct_invoice(self, number: str, **changes: str) -> None:
        """Let the ERP send an invoice once more, with changes."""
        sheet = self.sheets[number]
        revision = str(int(sheet["revision"] or "1") + 1)
        sheet |= changes | {"revision": revision}
        self.hub.drop("invoices.csv", _csv([sheet]))

    def begin(self) -> None:
        """Open the company, with its policies, its customer and nothing to send yet."""
        scenario = self.scenario
        self.hub.at(self.moment(scenario.first, time(5)))
        company = dict(scenario.company) | {"entity_id": self.entity}
        later = {k: company.pop(k) for k in tuple(company) if k in _PATCHED}
        self.hub.api("POST", "entities", company)
        if later:
            self.hub.api("PATCH", self.path, later)
        for name, text in scenario.policies.items():
            if not name.startswith("later"):
                self.api("PUT", f"policies/{name}", text)
        self.send_customer()
        self.customer_id = self.api("GET", "customers/C1")["customer_id"]
        self.api("POST", "release", {})

    def agenda(self, day: date) -> list[tuple[time, Any]]:
        """Return what the day brings, in order."""
        scenario = self.scenario
        found: list[tuple[time, Any]] = [(at, None) for at in scenario.hours]
        arriving = [i for i in scenario.invoices if max(i.arrives, scenario.first) == day]
        if arriving:
            found.append((_FILES_COME_AT, arriving))
        found += [(h.at, h) for h in scenario.happenings if h.on == day]
        return sorted(found, key=lambda entry: entry[0])


_SETTLED = ("paid", "void", "issued", "written_off")
_CALM_AFTER_DAYS = 60
_PATCHED = ("tolerance", "tolerance_percent", "apply_credit")


def _row(invoice: Invoice, customer: str) -> dict[str, str]:
    return {
        "external_id": invoice.number,
        "customer_external_id": customer,
        "number": invoice.number,
        "issue_date": str(invoice.issued),
        "due_date": str(invoice.due),
        "currency": invoice.currency,
        "total": invoice.total,
        "terms": invoice.terms,
        "stage_done": invoice.stage,
        "revision": "1",
    }


def _lines(invoice: Invoice) -> list[dict[str, str]]:
    """Return the lines that a scenario tells as `Lamp 2 x 40.00; Cable 4 x 5.00`."""
    rows = []
    for told in filter(None, invoice.lines.split(" / ")):
        what, _, price = told.rpartition(" x ")
        description, _, quantity = what.rpartition(" ")
        rows.append(
            {
                "invoice_external_id": invoice.number,
                "description": description,
                "quantity": quantity,
                "unit_price": price,
                "tax_rate": "0",
            }
        )
    return rows


def _csv(rows: list[dict[str, str]]) -> str:
    def cell(value: object) -> str:
        text = str(value)
        return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\n') else text

    head = list(rows[0])
    return "\n".join([",".join(head), *(",".join(cell(r[k]) for k in head) for r in rows)]) + "\n"
