"""Xero through its official package against a stateful fake; it never ran against Xero itself."""

import time
from datetime import UTC, datetime

import pytest

from shared.adapters.erp_http import ErpHttp
from shared.adapters.erp_values import moments
from shared.adapters.oauth_tokens import OAuthTokens, by_refresh_token
from shared.adapters.xero import Xero
from shared.adapters.xero_entries import Accounts
from shared.adapters.xero_session import RENEWAL_PATH, XeroCalls
from shared.domain.erp import EntryKind, RecordKind
from shared.errors import ErpAccess, ErpRefused, ErpUnavailable, ErpUnreadable
from tests.connectors import contract
from tests.connectors.secrets import KeptSecret
from tests.connectors.xero_driver import Driver
from tests.connectors.xero_fake import TENANT, XeroFake

ACCOUNTS = Accounts(
    bank="090",
    by_kind={
        EntryKind.DISCOUNT: "404",
        EntryKind.TOLERANCE: "405",
        EntryKind.DEDUCTION: "406",
        EntryKind.WRITE_OFF: "407",
        EntryKind.CREDIT: "406",
        EntryKind.CHARGE: "420",
    },
)


def tokens_of(fake: XeroFake, secrets: KeptSecret, wall_s=time.time) -> OAuthTokens:
    renew = by_refresh_token(ErpHttp(fake.identity), RENEWAL_PATH)
    return OAuthTokens(secrets, renew, wall_s, pause=lambda _: None)


def connector_of(fake: XeroFake, secrets: KeptSecret) -> Xero:
    tokens = tokens_of(fake, secrets)
    return Xero(XeroCalls(tokens, fake.base), TENANT, ACCOUNTS)


@pytest.fixture
def fake():
    with XeroFake() as running:
        yield running


class TestXero(contract.BooksContract):
    @pytest.fixture
    def erp(self, fake):
        strange = connector_of(fake, KeptSecret("refresh-of-yesterday"))
        return Driver(fake, connector_of(fake, KeptSecret()), strange)


def test_every_refresh_keeps_the_new_refresh_token(fake):
    secrets, wall = KeptSecret(), [1_000_000.0]
    tokens = tokens_of(fake, secrets, lambda: wall[0])
    assert tokens.access_token() == "access-1" == tokens.access_token()
    assert (secrets.written, secrets.kept["refresh_token"]) == (1, "refresh-1")
    wall[0] += 1_800
    assert tokens.access_token() == "access-2"
    assert (secrets.written, secrets.kept["refresh_token"]) == (2, "refresh-2")


@pytest.mark.parametrize("answer", [[], {}, {"access_token": "a", "refresh_token": "r"}])
def test_tokens_that_are_none_are_said_and_the_old_one_stays(answer):
    secrets = KeptSecret()
    tokens = OAuthTokens(secrets, lambda _: answer, lambda: 1_000_000.0)
    with pytest.raises(ErpUnreadable):
        tokens.access_token()
    assert secrets.written == 0


def test_a_revoked_sign_in_is_said_and_nothing_is_stored(fake):
    secrets = KeptSecret("refresh-of-yesterday")
    with pytest.raises(ErpAccess):
        tokens_of(fake, secrets).access_token()
    assert secrets.written == 0


def test_the_limit_of_calls_says_when_to_come_back(fake):
    xero = connector_of(fake, KeptSecret())
    fake.books.minute_left = 0
    with pytest.raises(ErpUnavailable) as limited:
        xero.pull(RecordKind.CUSTOMERS, "", 10, datetime.now(UTC))
    assert limited.value.facts["retry_after_s"] == 37
    fake.books.minute_left = 60
    xero.pull(RecordKind.CUSTOMERS, "", 10, datetime.now(UTC))


def test_many_records_of_one_second_are_all_pulled(fake):
    erp = Driver(fake, connector_of(fake, KeptSecret()), None)
    made = []
    for n in range(9):
        made.append(erp.customer(f"Bulk {n}", f"ap@bulk{n}.example"))
    same = fake.books.stamp()
    for contact in fake.books.records["Contacts"].values():
        contact["UpdatedDateUTC"] = same
    rows, _ = contract.pulled(erp.connector, RecordKind.CUSTOMERS, limit=2)
    assert {row.external_id for row in rows} == set(made)


@pytest.mark.rule("R43")
@pytest.mark.parametrize("kind", [EntryKind.PAYMENT, EntryKind.WRITE_OFF], ids=str)
def test_what_is_told_anew_after_a_refusal_is_no_repeated_request(fake, kind):
    erp = Driver(fake, connector_of(fake, KeptSecret()), None)
    customer, invoice = contract.bill(erp, 50_00)
    theirs = erp.pay(invoice, 50_00, contract.PAID_ON)
    entry = contract.replace(contract.pay(erp, customer, invoice, 50_00, "N"), kind=kind)
    with pytest.raises(ErpRefused):
        erp.connector.post(entry)
    erp.unpay(theirs)
    erp.connector.post(contract.replace(entry, attempt=1))
    assert (erp.bookings(entry.key), erp.open_minor(invoice)) == (1, 0)


def test_a_payment_without_a_reference_hides_none_that_has_one(fake):
    erp = Driver(fake, connector_of(fake, KeptSecret()), None)
    _, other = contract.bill(erp, 10_00)
    theirs = erp.pay(other, 10_00, contract.PAID_ON)
    fake.books.records["Payments"][theirs].pop("Reference", None)
    customer, invoice = contract.bill(erp, 20_00)
    entry = contract.pay(erp, customer, invoice, 20_00, "R")
    erp.connector.post(entry)
    assert erp.connector.find(entry.key) is not None


def test_one_record_that_cannot_be_read_ends_no_page_and_no_comparison(fake):
    erp = Driver(fake, connector_of(fake, KeptSecret()), None)
    (_, bad), (_, good) = contract.bill(erp, 10_00), contract.bill(erp, 20_00)
    fake.books.records["Invoices"][bad]["CurrencyCode"] = "???"
    page = erp.connector.pull(RecordKind.INVOICES, "", 10, datetime.now(UTC))
    assert [record.external_id for record in page.bad] == [bad]
    assert good in {row.external_id for row in page.rows}
    told = erp.connector.open_amounts("", 10).amounts
    assert [one.external_id for one in told] == [good]
    at = datetime(2026, 9, 1, tzinfo=UTC)
    assert moments([{"at": "soon"}, {}, {"at": at.isoformat()}], "at") == [at]


def test_a_record_that_changes_between_two_pages_hides_no_other(fake):
    erp = Driver(fake, connector_of(fake, KeptSecret()), None)
    made = [erp.customer(f"C {n}", f"ap@c{n}.example") for n in range(6)]
    page = erp.connector.pull(RecordKind.CUSTOMERS, "", 2, datetime.now(UTC))
    seen = {row.external_id for row in page.rows}
    erp.rename(made[0], "Moved to the end")
    rows, _ = contract.pulled(erp.connector, RecordKind.CUSTOMERS, page.cursor, limit=2)
    assert seen | {row.external_id for row in rows} == set(made)


@pytest.mark.parametrize("crash_after", range(3))
def test_a_take_back_in_part_survives_a_crash_at_every_step(fake, crash_after):
    erp = Driver(fake, connector_of(fake, KeptSecret()), None)
    customer, invoice = contract.bill(erp, 100_00)
    first = contract.pay(erp, customer, invoice, 100_00, "T")
    family = first.key.rpartition(".")[0]
    erp.connector.post(first)
    back = contract.replace(
        first, key=f"{family}.2", amount=contract.Money(minor=-40_00, currency="EUR")
    )
    entries, calls = erp.connector._entries, []
    for name in ("_note_down", "_pay"):
        real = getattr(entries, name)

        def step(*args, real=real):
            if len(calls) == crash_after:
                raise KeyboardInterrupt
            calls.append(real)
            return real(*args)

        setattr(entries, name, step)
    try:
        erp.connector.post(back)
    except KeyboardInterrupt:
        assert erp.connector.find(back.key) is None
        connector_of(fake, KeptSecret(max(fake.books.refresh_tokens))).post(back)
    assert erp.open_minor(invoice) == 40_00
    assert erp.bookings(back.key) == 1
