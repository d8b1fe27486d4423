"""The books of one entity as the command exports them, and what the checkers say of them."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from infra.cli.main import app
from shared.domain.chart import DEFAULT
from shared.domain.journal import cash_of
from shared.domain.money import Money
from tests.books.hub import URL, Hub
from tests.support import checkers
from tests.support.checkers import Answer

_CHECKS = {"hledger": checkers.hledger, "beancount": checkers.bean_check}


@dataclass(frozen=True)
class Exported:
    """One export in every format that a program checks, and each program's answer."""

    said: str
    files: dict[str, Path]
    answers: dict[str, Answer]

    @property
    def accepted(self) -> list[str]:
        """Return the programs that accept the books."""
        return [name for name, answer in self.answers.items() if answer.accepted]

    @property
    def refused(self) -> list[str]:
        """Return the programs that refuse them."""
        return [name for name, answer in self.answers.items() if not answer.accepted]

    def asserted(self) -> int:
        """Return how many balances the file for hledger asserts."""
        text = self.files["hledger"].read_text()
        return sum(" = " in line for line in text.splitlines() if line.startswith(" "))


def export(entity_id: str, folder: Path, *more: str) -> Exported:
    """Export the books by the command and let both programs check them."""
    files, said = {}, ""
    for name in _CHECKS:
        path = folder / f"{entity_id}.{name}"
        said = run(
            "journal", "export", "--format", name, "--out", str(path), "-e", entity_id, *more
        )
        files[name] = path
    with ThreadPoolExecutor() as both:
        asked = {name: both.submit(check, files[name]) for name, check in _CHECKS.items()}
    return Exported(said, files, {name: answer.result() for name, answer in asked.items()})


def gateways_own(hub: Hub) -> list[str]:
    """Return the export's options that assert the balance as the gateway itself has it."""
    sums: Counter[str] = Counter()
    for told in hub.gateway.balance.entries.values():
        sums[told.entry.amount.currency] += told.entry.amount.minor - told.entry.fee.minor
    balances = (Money(minor=minor, currency=currency) for currency, minor in sums.items())
    return [f"--assert={cash_of(DEFAULT, 'gateway')}={balance}" for balance in balances]


def run(*arguments: str) -> str:
    """Run the duecourse command against the hub in memory and return what it printed."""
    where = {"DUECOURSE_API_URL": URL, "DUECOURSE_TOKEN": "none"}
    done = CliRunner().invoke(app, list(arguments), env=where)
    if done.exception is not None:
        raise done.exception
    return done.output


@contextmanager
def lie(model, item, changed) -> Iterator[None]:
    """Have changed in the table instead of item, for a while."""
    model.put_item(TableName="hub", Item=changed)
    try:
        yield
    finally:
        model.put_item(TableName="hub", Item=item)
