"""Messages beside a dunning run of Tryton: python -m tests.bench.dunning_beside_tryton.

Both get the same posted invoices, one of a customer each, all 19 days late, in the same run of this
program. Tryton's time is that of its two wizards, with e-mail to a mailbox on loopback, in its own
process. Ours is the decision, the claimed notice, and the mail as write_mail makes it, which looks
once more as the sender does, and the request that SES gets; of what is read and written only the
decoding counts. CPU seconds, the median of the rounds; ratios do not depend on the machine.

The filled databases are kept in .cache, for filling them takes minutes of CPU.
"""

import argparse
import json
import math
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from shared.adapters.account_items import customer_from, customer_item
from shared.adapters.head_items import document_from, head_item
from shared.adapters.policy_yaml import read_policy
from shared.adapters.ses_mail import SesMailer
from shared.adapters.templates import Templates
from shared.adapters.texts import Texts
from shared.domain.account import Account
from shared.domain.clock import Now
from shared.domain.decide import decide
from shared.domain.document import Document, DocumentKind
from shared.domain.mail import Envelope
from shared.domain.money import Money
from shared.domain.notices import stage_notice
from shared.domain.policy_book import PolicyBook
from shared.domain.recipients import recipients
from shared.usecases.sweep import to_send
from shared.usecases.write_mail import Mail, Ports, write_mail
from tests.support.samples import customer, entity

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venvs" / "tryton" / "bin" / "python"
CACHE = ROOT / ".cache" / "tryton"
PEER = ROOT / "tests" / "bench" / "tryton_peer.py"
SINK = ROOT / "tests" / "bench" / "smtp_sink.py"
SIZES = (100, 1000)
ROUNDS = {100: 3, 1000: 1}
OUR_ROUNDS = 5
FASTER_GOAL = 20
GROWTH_GOAL = 1.1
ISSUED_ON, DUE_ON, TODAY = date(2026, 6, 1), date(2026, 6, 1), date(2026, 6, 20)
NOW = Now(datetime(2026, 6, 20, 9, tzinfo=UTC), datetime(2026, 6, 20, 9, tzinfo=UTC))
POLICY = """
name: standard
send_on: [1, 2, 3, 4, 5, 6, 7]
stages:
  - {id: reminder, offset_days: 7, channel: email, template: reminder}
"""
_CONFIG = """
[database]
uri = sqlite://
path = {folder}
[email]
uri = smtp://127.0.0.1:{port}
from = billing@seller.example
"""
_PASSWORD = "admin"


def main() -> None:
    """Measure, and print one figure a line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    sizes = sorted(parser.parse_args().sizes)
    if not PYTHON.exists():
        raise SystemExit("Tryton is not here: infra/setup.sh tryton")
    theirs: dict[int, float] = {}
    ours: dict[int, float] = {}
    for size in sizes:
        before = ours_s(size)  # on both sides of Tryton's run: the machine is not ours alone
        theirs[size] = tryton_s(size)
        ours[size] = statistics.mean((before, ours_s(size)))
        print(f"tryton_ms_each_{size} {1000 * theirs[size] / size:.2f}")
        print(f"ours_ms_each_{size} {1000 * ours[size] / size:.3f}")
        print(f"ratio_{size} {theirs[size] / ours[size]:.1f} >={FASTER_GOAL}", flush=True)
    if len(sizes) > 1:
        few, many = sizes[0], sizes[-1]
        print(f"growth_tryton {_growth(theirs[few], theirs[many], many / few):.2f}")
        print(f"growth_ours {_growth(ours[few], ours[many], many / few):.2f} <={GROWTH_GOAL}")


def _growth(few_s: float, many_s: float, times: float) -> float:
    """Return the exponent of growth: 1 where twice as many take twice as long."""
    return math.log(many_s / few_s) / math.log(times)


def tryton_s(size: int) -> float:
    """Return the CPU seconds of a dunning run; every invoice must have become a mail."""
    filled = _filled(size)
    found = []
    for _ in range(ROUNDS.get(size, 1)):
        shutil.copy(filled, CACHE / "run.sqlite")
        with _mailbox() as box:
            _config(box.port)
            told = json.loads(_peer("dun", "run"))
        if told["dunnings"] != size or box.mails != size:
            raise SystemExit(f"of {size} invoices Tryton mailed {box.mails}")
        found.append(float(told["cpu_s"]))
    return statistics.median(found)


class _Box:
    """The mailbox: its port, and how many mails it got once it is closed."""

    port = 0
    mails = 0


@contextmanager
def _mailbox() -> Iterator[_Box]:
    box = _Box()
    command = [str(PYTHON), str(SINK)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as sink:
        assert sink.stdin is not None and sink.stdout is not None
        box.port = int(sink.stdout.readline())
        try:
            yield box
        finally:
            sink.stdin.close()
            box.mails = int(sink.stdout.readline() or 0)


def _config(port: int) -> Path:
    file = CACHE / "trytond.conf"
    file.write_text(_CONFIG.format(folder=CACHE, port=port), encoding="utf-8")
    return file


def _peer(*arguments: str) -> str:
    command = [str(PYTHON), str(PEER), arguments[0], str(CACHE / "trytond.conf"), *arguments[1:]]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _filled(size: int) -> Path:
    """Return a database with so many posted invoices; made once, from a template."""
    filled = CACHE / f"filled-{size}.sqlite"
    if filled.exists():
        return filled
    print(f"Tryton: {size} invoices, once", file=sys.stderr)
    shutil.copy(_template(), CACHE / "filling.sqlite")
    _config(1)
    _peer("fill", "filling", str(size))
    return (CACHE / "filling.sqlite").rename(filled)


def _template() -> Path:
    """Return a database with Tryton's modules and nothing in it."""
    template = CACHE / "template.sqlite"
    if template.exists():
        return template
    CACHE.mkdir(parents=True, exist_ok=True)
    (CACHE / "making.sqlite").write_bytes(b"")
    (CACHE / "password").write_text(_PASSWORD, encoding="utf-8")
    admin = [str(PYTHON.parent / "trytond-admin"), "-c", str(_config(1)), "-d", "making"]
    for arguments in (
        ["--all", "--email", "admin@seller.example", "-p"],
        ["-u", "account_invoice", "account_dunning_email", "--activate-dependencies"],
    ):
        subprocess.run(
            [*admin, *arguments],
            check=True,
            capture_output=True,
            env={"TRYTONPASSFILE": str(CACHE / "password"), "PATH": str(PYTHON.parent)},
        )
    return (CACHE / "making.sqlite").rename(template)


class _Book:
    """The one policy."""

    def __init__(self) -> None:
        self._book = PolicyBook(read_policy(POLICY))

    def book(self, *_: Any) -> PolicyBook:
        return self._book


class _Links:
    """A link; making one costs a hash and a write, which are not the message."""

    def create(self, *_: Any) -> str:
        return "/p/" + "a" * 43


class _Ledger:
    """Nothing else was ever booked."""

    def postings(self, *_: Any, **__: Any) -> Iterator[Any]:
        return iter(())


class _Ses:
    """Takes every request and counts it."""

    requests = 0

    def send_email(self, **request: Any) -> dict[str, str]:
        self.requests += bool(request["Content"]["Simple"]["Body"]["Html"]["Data"])
        return {"MessageId": "m"}


def ours_s(size: int) -> float:
    """Return our CPU seconds for the same invoices; every one must have become a mail."""
    stored = [_stored(n) for n in range(size)]
    seller, policies = entity(time_zone="UTC"), _Book()
    words = Ports(
        policies=policies,
        texts=Texts(Templates()),
        links=_Links(),
        receipts=None,  # no receipt is written here
        disputes=None,
        ledger=_Ledger(),
        print_statement=lambda _: b"",
        public_url="https://pay.seller.example",
    )
    found = []
    for _ in range(OUR_ROUNDS):
        ses = _Ses()
        mailer = SesMailer(ses, "billing@seller.example", "duecourse")
        began = time.process_time()
        for profile, head in stored:
            account = Account(
                customer_from(json.loads(profile)), (document_from(json.loads(head)),)
            )
            decision = to_send(decide(account, policies.book(), TODAY, NOW.time_of_day("UTC")))
            if decision is None:
                raise SystemExit("nothing was due")
            notice = stage_notice(account.newest_notice, decision, TODAY, NOW.business)
            mail = write_mail(words, seller, replace(account, newest_notice=notice), notice, NOW)
            if not isinstance(mail, Mail):
                raise SystemExit(f"nothing was said: {mail}")
            envelope = Envelope(
                entity=seller,
                customer=account.customer,
                notice_n=notice.n,
                recipients=recipients(account.customer, mail.stage),
                reply_to=seller.contact_email,
                stop_url=mail.stop_url,
            )
            mailer.send(envelope, mail.text)
        found.append(time.process_time() - began)
        if ses.requests != size:
            raise SystemExit(f"of {size} invoices we mailed {ses.requests}")
    return statistics.median(found)


def _stored(n: int) -> tuple[str, str]:
    """Return a customer and his invoice as the table holds them."""
    of = customer(
        customer_id=f"{n:026d}",
        external_id=f"C{n}",
        name=f"Customer {n:05d} Ltd",
        email=f"ap@customer{n}.example",
        time_zone="UTC",
        currency="USD",
    )
    invoice = Document(
        document_id=f"{n:026d}",
        kind=DocumentKind.INVOICE,
        number=f"INV-{n:05d}",
        issued_on=ISSUED_ON,
        due_on=DUE_ON,
        total=Money(minor=12_000 + n, currency="USD"),
        open=Money(minor=12_000 + n, currency="USD"),
        description="Maintenance",
    )
    return json.dumps(customer_item("acme", of)), json.dumps(head_item("acme", of, invoice, 1))


if __name__ == "__main__":
    main()
