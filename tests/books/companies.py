"""Two companies in the hub: a year of the sample company, and the public IBM sample."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.cli.demo.company import sample_company, write_customers, write_invoices
from tests.bench import ibm_to_drop
from tests.books.hub import Hub

FIRST_MOMENT = datetime(2026, 1, 1, 9, tzinfo=UTC)
SAMPLE = "sample"
IBM = "ibm"
IBM_FIRST = datetime(2012, 1, 2, 9, tzinfo=UTC)
IBM_LAST = datetime(2014, 3, 1, 9, tzinfo=UTC)


def open_entity(hub: Hub, entity_id: str, currency: str, time_zone: str) -> None:
    """Open an entity through the API."""
    hub.api.post(
        "/entities",
        {
            "entity_id": entity_id,
            "name": f"{entity_id.title()} Ltd",
            "currency": currency,
            "time_zone": time_zone,
            "language": "en",
            "contact_email": f"help@{entity_id}.example",
        },
    )


def found_sample(hub: Hub, seed: int, days: int, customers: int, invoices: int) -> datetime:
    """Import the sample company's days month by month; return the moment after the last."""
    company = sample_company(seed, days, customers, invoices)
    moment = _noon(company.first)
    hub.at(moment)
    open_entity(hub, SAMPLE, "EUR", "Europe/Berlin")
    since: date | None = None
    with TemporaryDirectory() as folder:
        _import(hub, SAMPLE, write_customers(Path(folder), company.customers))
        through = company.first
        while since is None or since < company.last:
            hub.at(_noon(through))
            issued = company.issued(since, through)
            if issued:
                for path in write_invoices(Path(folder), through.isoformat(), issued):
                    _import(hub, SAMPLE, path)
            since, through = through, min(through + timedelta(days=30), company.last)
    return _noon(company.last)


def found_ibm(hub: Hub, data: Path) -> None:
    """Import the IBM sample with all that was paid, as of its end."""
    hub.at(IBM_FIRST)
    open_entity(hub, IBM, "USD", "America/New_York")
    hub.at(IBM_LAST)
    with TemporaryDirectory() as folder:
        for path in ibm_to_drop.convert(data, Path(folder), IBM_LAST.date()):
            _import(hub, IBM, path)


def _import(hub: Hub, entity_id: str, path: Path) -> None:
    hub.import_csv(entity_id, path.name, path.read_bytes())


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
