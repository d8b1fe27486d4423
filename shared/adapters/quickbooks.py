"""QuickBooks Online as a connector: what changed there, what is open, and its calls.

Not verified live. Changes are queried in the order of their last change; what was deleted is told
by change data capture alone, which goes back thirty days.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import Any, Protocol

from shared.adapters import change_cursor
from shared.adapters.erp_books import BooksByEntries, Entries, open_page
from shared.adapters.erp_http import Answer, ErpHttp
from shared.adapters.erp_values import BadValue, answered_at, moments, rows_and_bad
from shared.adapters.quickbooks_rows import (
    credit_note_rows,
    customer_rows,
    invoice_rows,
    memos_of,
    open_amount,
    payment_rows,
)
from shared.domain.erp import (
    Capabilities,
    Connected,
    EntryKind,
    ErpRow,
    Gone,
    GoneRow,
    OpenAmount,
    OpenPage,
    Page,
    RecordKind,
)
from shared.errors import ErpUnreadable

API = "https://quickbooks.api.intuit.com"
IDENTITY = "https://oauth.platform.intuit.com"
RENEWAL_PATH = "/oauth2/v1/tokens/bearer"
MINOR_VERSION = "75"
ENTRIES = frozenset(EntryKind) - {EntryKind.FX_DIFFERENCE}
_PAGE_MAX = 500
_ALL_MAX = 1000
_NAMED_MAX = 100
_CAPTURE = timedelta(days=29)
_NAMES = {
    RecordKind.CUSTOMERS: "Customer",
    RecordKind.INVOICES: "Invoice",
    RecordKind.CREDIT_NOTES: "CreditMemo",
    RecordKind.PAYMENTS: "Payment",
}
Json = Mapping[str, Any]


class Tokens(Protocol):
    def access_token(self) -> str: ...


class QuickBooksCalls:
    """Calls to one company."""

    def __init__(self, http: ErpHttp, tokens: Tokens, realm_id: str) -> None:
        self._http = http
        self._tokens = tokens
        self._room = f"/v3/company/{realm_id}"
        self._answer: Answer | None = None

    @property
    def answered_at(self) -> datetime:
        """Return QuickBooks' clock at its last answer."""
        return answered_at(self._answer.headers if self._answer else {})

    def get(self, path: str, query: Sequence[tuple[str, str]] = ()) -> Json:
        """Return what path answers."""
        return self._call("GET", path, query, None)

    def write(self, name: str, body: Json, request_id: str = "", operation: str = "") -> Json:
        """Create or change one record and return it; the same request_id creates once."""
        query = [("requestid", request_id)] if request_id else []
        query += [("operation", operation)] if operation else []
        found = self._call("POST", f"/{name.lower()}", query, body)
        made: Json = found.get(name) or {}
        return made

    def query(self, name: str, rest: str) -> list[Json]:
        """Return the records of `select * from name` and the rest of the sentence."""
        sentence = f"select * from {name} {rest}"  # noqa: S608 - QuickBooks' language; ours alone
        found = self.get("/query", [("query", sentence)])
        rows = (found.get("QueryResponse") or {}).get(name) or ()
        return [row for row in rows if isinstance(row, dict)]

    def _call(
        self, method: str, path: str, query: Sequence[tuple[str, str]], body: Json | None
    ) -> Json:
        answer = self._http.call(
            method,
            self._room + path,
            writes=method != "GET",
            query=[*query, ("minorversion", MINOR_VERSION)],
            headers={"authorization": f"Bearer {self._tokens.access_token()}"},
            body=body,
        )
        self._answer = answer
        found = answer.json()
        if not isinstance(found, dict):
            raise ErpUnreadable(what="no object")
        return found


class QuickBooks(BooksByEntries):
    """One company."""

    def __init__(self, calls: QuickBooksCalls, entries: Entries, realm_id: str) -> None:
        super().__init__(entries)
        self._calls = calls
        self._realm_id = realm_id

    @property
    def capabilities(self) -> Capabilities:
        """Return what QuickBooks can do. It reckons differences of exchange by itself."""
        return Capabilities(
            kinds=frozenset(RecordKind),
            entries=ENTRIES,
            finds_by_key=True,
            tells_deletions=True,
            tells_open_amounts=True,
        )

    def check(self) -> Connected:
        """Return whose books these are."""
        found = self._calls.get(f"/companyinfo/{self._realm_id}").get("CompanyInfo") or {}
        if not found.get("CompanyName"):
            raise ErpUnreadable(what="no company")
        settings = self._calls.get("/preferences").get("Preferences") or {}
        home = ((settings.get("CurrencyPrefs") or {}).get("HomeCurrency") or {}).get("value")
        return Connected(str(found["CompanyName"]), "QuickBooks Online", str(home or ""))

    def pull(self, kind: RecordKind, cursor: str, limit: int, now: datetime) -> Page:
        """Return the next page; its last one also tells what was deleted since then."""
        since, taken = change_cursor.place(cursor)
        size, name = min(limit, _PAGE_MAX), _NAMES[kind]
        active = " and Active in (true, false)" if kind is RecordKind.CUSTOMERS else ""
        records = self._calls.query(
            name,
            f"where MetaData.LastUpdatedTime >= '{since.isoformat()}'{active} "
            f"orderby MetaData.LastUpdatedTime startposition {taken + 1} maxresults {size}",
        )
        more = len(records) >= size
        stamps = _stamps(records)
        used: Sequence[Json] = ()
        if kind is RecordKind.CREDIT_NOTES:
            uses = self._uses(since, max(stamps, default=None) if more else None)
            used = self._used(uses, records)
            stamps += _stamps(uses)
            if cursor and not more:
                used = [*used, *self._unused((*used, *records))]
        rows, bad = rows_and_bad(kind, (*used, *records), "Id", lambda one: self._rows(kind, one))
        if not more and cursor:
            rows += tuple(self._deleted(kind, since, now))
        after = change_cursor.following(stamps, since, taken, more, size)
        return Page(rows, after, more, now, bad)

    def read(self, kind: RecordKind, external_id: str) -> tuple[ErpRow, ...]:
        """Return the record as it is now; of a payment, all of its parts."""
        if not external_id.isdigit() and kind is not RecordKind.PAYMENTS:
            return ()
        record_id = external_id.partition(":")[0]
        found = self._calls.query(_NAMES[kind], f"where Id = '{_plain(record_id)}'")
        try:
            return tuple(row for record in found for row in self._rows(kind, record))
        except BadValue as exc:
            raise ErpUnreadable(what=exc.code, field=exc.field) from None

    def open_amounts(self, cursor: str, limit: int) -> OpenPage:
        """Return what is open, invoices first and then credit memos, in the order of their ids."""
        name, _, start = (cursor or "Invoice 1").partition(" ")
        size = min(limit, _PAGE_MAX)
        rest = f"orderby Id startposition {start} maxresults {size}"
        records = self._calls.query(name, rest)
        sign = 1 if name == "Invoice" else -1
        then = "CreditMemo 1" if name == "Invoice" else ""
        after = f"{name} {int(start) + size}" if len(records) >= size else then
        at = self._calls.answered_at
        return open_page(records, lambda record: open_amount(record, sign), after, at)

    def open_amount(self, external_id: str) -> OpenAmount | None:
        """Return what is open of one invoice."""
        found = self._calls.query("Invoice", f"where Id = '{_plain(external_id)}'")
        return open_amount(found[0], 1) if found else None

    def _uses(self, since: datetime, until: datetime | None) -> Sequence[Json]:
        """Return the payments that were changed from since to until: None is now.

        They put credit memos to use, whose own stamps may stay where they were.
        """
        changed = f"MetaData.LastUpdatedTime >= '{since.isoformat()}'"
        if until is not None:
            changed += f" and MetaData.LastUpdatedTime <= '{until.isoformat()}'"
        return self._all("Payment", changed)

    def _used(self, uses: Sequence[Json], memos: Sequence[Json]) -> Sequence[Json]:
        """Return the credit memos beside memos that uses apply."""
        applied = {memo for payment in uses for memo in memos_of(payment)}
        ids = sorted(applied - {str(one["Id"]) for one in memos})
        return [
            memo
            for some in batched(ids, _NAMED_MAX, strict=False)
            for memo in self._all("CreditMemo", f"Id in ({', '.join(f"'{i}'" for i in some)})")
        ]

    def _unused(self, told: Sequence[Json]) -> Sequence[Json]:
        """Return the credit memos beside told that have a rest: a use of them may be undone.

        A payment that is deleted, or changed, says no more which memo it applied.
        """
        known = {str(one["Id"]) for one in told}
        found = self._all("CreditMemo", "Balance > '0'")
        return [memo for memo in found if str(memo["Id"]) not in known]

    def _all(self, name: str, where: str) -> list[Json]:
        """Return every record of name of which where holds: QuickBooks gives some at a time."""
        found: list[Json] = []
        while True:
            rest = f"where {where} orderby Id startposition {len(found) + 1} maxresults {_ALL_MAX}"
            page = self._calls.query(name, rest)
            found += page
            if len(page) < _ALL_MAX:
                return found

    def _rows(self, kind: RecordKind, record: Json) -> tuple[ErpRow, ...]:
        if kind is RecordKind.CUSTOMERS:
            return customer_rows(record)
        if kind is RecordKind.INVOICES:
            return invoice_rows(record)
        if kind is RecordKind.PAYMENTS:
            return payment_rows(record)
        return credit_note_rows(record, self._applying(record))

    def _applying(self, memo: Json) -> Sequence[Json]:
        """Return the payments that may apply a memo: those of its customer, none of a whole one."""
        if memo.get("Balance") is not None and memo["Balance"] == memo.get("TotalAmt"):
            return ()
        whose = _plain(str((memo.get("CustomerRef") or {}).get("value") or ""))
        return self._all("Payment", f"CustomerRef = '{whose}'")

    def _deleted(self, kind: RecordKind, since: datetime, now: datetime) -> list[ErpRow]:
        name = _NAMES[kind]
        at = max(since, now - _CAPTURE).isoformat()
        found = self._calls.get("/cdc", [("entities", name), ("changedSince", at)])
        gone = [
            str(record["Id"])
            for answer in found.get("CDCResponse") or ()
            for response in answer.get("QueryResponse") or ()
            for record in response.get(name) or ()
            if record.get("status") == "Deleted"
        ]
        return [GoneRow(kind, record_id, Gone.DELETED) for record_id in gone]


def words(answer: Answer) -> str:
    """Return what QuickBooks says of a request that it refuses."""
    body = answer.json()
    errors = ((body or {}).get("Fault") or {}).get("Error") or () if isinstance(body, dict) else ()
    return " ".join(str(error.get("Detail") or error.get("Message") or "") for error in errors)


def _stamps(records: Sequence[Json]) -> list[datetime]:
    return moments((record.get("MetaData") or {} for record in records), "LastUpdatedTime")


def _plain(value: str) -> str:
    """Return a value for a query: ids of QuickBooks are letters, digits and dashes."""
    return "".join(char for char in value if char.isalnum() or char == "-")
