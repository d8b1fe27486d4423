"""Turns the public IBM sample of 2,466 invoices into files for the drop bucket.

usage: python tests/bench/ibm_to_drop.py FOLDER [--data FILE] [--paid-until YYYY-MM-DD]

Without --data the folder that DUECOURSE_BENCH_DATA names is looked into, else ../shared/data.
Amounts count as US dollars; the sample names no currency. --paid-until adds payments.csv with what
was settled through that day.
"""

import argparse
import csv
import os
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

NAME = "ibm_invoices.csv"
CURRENCY = "USD"


def data_file() -> Path:
    """Return where the sample should be; it may be absent."""
    folder = os.environ.get("DUECOURSE_BENCH_DATA")
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    return (Path(folder) if folder else beside) / NAME


def convert(data: Path, folder: Path, paid_until: date | None = None) -> list[Path]:
    """Write the drop files into folder and return them in the order to import them in."""
    with data.open(newline="", encoding="utf-8") as opened:
        records = list(csv.DictReader(opened))
    folder.mkdir(parents=True, exist_ok=True)
    files = [
        _write(folder / "customers.csv", ("external_id", "name", "email"), _customers(records)),
        _write(
            folder / "invoices.csv",
            ("external_id", "customer_external_id", "number", "issue_date", "due_date",
             "currency", "total"),
            (_invoice(record) for record in records),
        ),
    ]  # fmt: skip
    if paid_until is not None:
        settled = [r for r in records if _day(r["SettledDate"]) <= paid_until]
        columns = (
            "external_id",
            "invoice_external_id",
            "paid_on",
            "currency",
            "amount",
            "method",
        )
        files.append(_write(folder / "payments.csv", columns, map(_payment, settled)))
    return files


def _customers(records: list[dict[str, str]]) -> Iterable[tuple[str, ...]]:
    for external_id in sorted({record["customerID"] for record in records}):
        yield external_id, f"Customer {external_id}", f"payables@{external_id.lower()}.example"


def _invoice(record: dict[str, str]) -> tuple[str, ...]:
    return (
        record["invoiceNumber"],
        record["customerID"],
        record["invoiceNumber"],
        _day(record["InvoiceDate"]).isoformat(),
        _day(record["DueDate"]).isoformat(),
        CURRENCY,
        record["InvoiceAmount"],
    )


def _payment(record: dict[str, str]) -> tuple[str, ...]:
    number = record["invoiceNumber"]
    day = _day(record["SettledDate"]).isoformat()
    return f"paid-{number}", number, day, CURRENCY, record["InvoiceAmount"], "bank"


def _day(text: str) -> date:
    return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007 - a date, no instant


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, default=data_file())
    parser.add_argument("--paid-until", type=date.fromisoformat)
    chosen = parser.parse_args()
    if not chosen.data.is_file():
        raise SystemExit(f"{NAME} is not there: name it with --data")
    for path in convert(chosen.data, chosen.folder, chosen.paid_until):
        print(path)


if __name__ == "__main__":
    main()
