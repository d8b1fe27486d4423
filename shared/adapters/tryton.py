"""Tryton 8.2 behind the port of connectors.

Settings: url, database, company (its id), payment_method (by name), and for each kind of entry the
code of its account (account_discount, account_tolerance, account_deduction, account_write_off,
account_credit, account_fx_difference, account_charge); journal is the code of the journal of what
is no payment, categories the names of party categories that are customers, parted by commas, and
overlap_s how long a transaction in Tryton may take. The secret holds key, user and password.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cached_property

from shared.adapters.erp_http import ErpHttp
from shared.adapters.tryton_client import TrytonClient, words
from shared.adapters.tryton_reader import TrytonReader
from shared.adapters.tryton_records import Record
from shared.adapters.tryton_writer import Chart, TrytonWriter
from shared.domain.erp import (
    Capabilities,
    Connected,
    Entry,
    EntryKind,
    ErpRow,
    OpenAmount,
    OpenPage,
    Page,
    Posted,
    RecordKind,
)
from shared.errors import ErpAccess, ErpRefused, InvalidInput

VERIFIED_LIVE = "Tryton 8.2"
_OVERLAP_S = 900
_OVERLAP_MAX_S = 7 * 24 * 3600
_COUNT_MAX = 10_000
_WHOLE: Mapping[str, str] = {
    "company": "write the number that Tryton has for the company, such as 1, and not its name",
    "overlap_s": f"write whole seconds, at most {_OVERLAP_MAX_S}",
}
_COMPANY_FIELDS = ("party.id", "party.name", "currency.code", "timezone")


class TrytonConnector:
    """One company of one Tryton."""

    def __init__(
        self, settings: Mapping[str, str], secret: Callable[[], Mapping[str, str]]
    ) -> None:
        """Raise InvalidInput where settings name no address, database or company."""
        for name in ("url", "database"):
            if not settings.get(name):
                raise InvalidInput(field=name, reason="this setting is missing")
        self._company = _whole(settings, "company", 0, 2**31)
        if not self._company:
            raise InvalidInput(field="company", reason=_WHOLE["company"])
        self._overlap = timedelta(seconds=_whole(settings, "overlap_s", _OVERLAP_S, _OVERLAP_MAX_S))
        self._categories = [c.strip() for c in settings.get("categories", "").split(",")]
        http = ErpHttp(settings["url"], words=words)
        self._client = TrytonClient(http, secret, settings["database"], self._company)
        self._chart = _chart(settings)
        self._writer = TrytonWriter(
            self._client, self._company, lambda: str(self._books["currency"]["code"]), self._chart
        )

    @property
    def capabilities(self) -> Capabilities:
        """Return what the settings allow; every kind is read."""
        return Capabilities(
            kinds=frozenset(RecordKind),
            entries=self._chart.kinds,
            finds_by_key=True,
            tells_deletions=True,
            tells_open_amounts=True,
            verified_live=VERIFIED_LIVE,
        )

    def check(self) -> Connected:
        """Return whose books these are.

        What is read is read once; what is written is tried with a record that cannot be made.
        """
        books = self._books
        self._reader.open_amounts("", 1)
        customers = [["id", "!=", books["party"]["id"]]]
        invoices = [["type", "=", "out"], ["state", "=", "posted"]]
        warnings = list(self._writer.missing())
        if self._chart.kinds:
            warnings += self._unwritable()
            if self._client.has_wizards:
                self._client.sign_in()
            else:
                warnings.append(
                    "Without a user's password nothing is reconciled: invoices that are paid stay "
                    "posted, with nothing to pay."
                )
        return Connected(
            company=books["party"]["name"] or "",
            product=VERIFIED_LIVE,
            currency=books["currency"]["code"],
            time_zone=books["timezone"] or "",
            customers=self._client.count("party.party", customers, _COUNT_MAX),
            open_invoices=self._client.count("account.invoice", invoices, _COUNT_MAX),
            warnings=tuple(warnings),
        )

    def pull(self, kind: RecordKind, cursor: str, limit: int, now: datetime) -> Page:
        """Return the next page of kind, by ascending id within one sweep over what changed."""
        return self._reader.pull(kind, cursor, limit, now)

    def read(self, kind: RecordKind, external_id: str) -> tuple[ErpRow, ...]:
        """Return the record as it is now."""
        return self._reader.read(kind, external_id)

    def find(self, key: str) -> Posted | None:
        """Return the posted move that carries key."""
        return self._writer.find(key)

    def post(self, entry: Entry) -> Posted:
        """Book entry once; what an earlier call left as a draft is finished."""
        return self._writer.post(entry)

    def open_amounts(self, cursor: str, limit: int) -> OpenPage:
        """Return what Tryton itself says is to pay of each document."""
        return self._reader.open_amounts(cursor, limit)

    def open_amount(self, external_id: str) -> OpenAmount | None:
        """Return what Tryton itself says is to pay of one invoice."""
        return self._reader.open_amount(external_id)

    @cached_property
    def _books(self) -> Record:
        domain = [["id", "=", self._company]]
        found = self._client.search("company.company", domain, _COMPANY_FIELDS)
        if not found:
            said = f"Tryton shows this user no company of the number {self._company}."
            raise ErpAccess(what="company", said=said)
        return found[0]

    @cached_property
    def _reader(self) -> TrytonReader:
        categories = [category for category in self._categories if category]
        party = self._books["party"]["id"]
        return TrytonReader(self._client, self._company, party, self._overlap, categories)

    def _unwritable(self) -> list[str]:
        """Return a warning where Tryton lets this user make no moves."""
        try:
            self._client.create("account.move", {"journal": None})
        except ErpAccess:
            return ["This user may book nothing: put it in the group Accounting."]
        except ErpRefused:
            return []
        return []


def _chart(settings: Mapping[str, str]) -> Chart:
    accounts: dict[EntryKind, str] = {
        kind: settings[f"account_{kind}"]
        for kind in EntryKind
        if kind not in (EntryKind.PAYMENT, EntryKind.CHARGE_BACK)
        and settings.get(f"account_{kind}")
    }
    if EntryKind.CHARGE in accounts:
        accounts[EntryKind.CHARGE_BACK] = accounts[EntryKind.CHARGE]
    return Chart(settings.get("payment_method", ""), accounts, settings.get("journal", "MISC"))


def _whole(settings: Mapping[str, str], name: str, usual: int, most: int) -> int:
    text = settings.get(name) or str(usual)
    if not text.isascii() or not text.isdigit() or not int(text[:12]) <= most:
        raise InvalidInput(field=name, reason=_WHOLE[name])
    return int(text)
