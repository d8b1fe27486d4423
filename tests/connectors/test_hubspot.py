"""HubSpot against a stand-in of its published calls; it never ran against HubSpot itself."""

from datetime import UTC, datetime

import pytest

from shared.adapters.erp_http import ErpHttp
from shared.adapters.hubspot import HubSpot
from shared.domain.customer import Contact
from shared.domain.erp import Entry, EntryKind, RecordKind
from shared.domain.imports import PeopleRow
from shared.domain.money import Money
from shared.errors import ErpRefused
from tests.connectors import contract
from tests.connectors.hubspot_fake import TOKEN, Account, Driver, Handler
from tests.connectors.served import Served


@pytest.fixture
def driver():
    account = Account()
    handler = type("AccountHandler", (Handler,), {"account": account})
    with Served(handler) as server:
        http = ErpHttp(server.base)
        known = HubSpot(http, TOKEN, "erp_id", "customer_tier")
        yield Driver(account, server, known, HubSpot(http, "pat-revoked-secret", "erp_id"))


class TestHubSpot(contract.SourceContract):
    customer_row = PeopleRow

    @pytest.fixture
    def erp(self, driver):
        return driver


def row_of(driver, customer):
    rows, _ = contract.pulled(driver.connector, RecordKind.CUSTOMERS)
    return next(row for row in rows if row.external_id == customer)


def test_people_owner_and_segment_come_with_the_company(driver):
    account, company = driver.world, driver.customer("Brightwater Ltd", "")
    account.companies[company] |= {"customer_tier": "gold", "hubspot_owner_id": "77"}
    account.owners["77"] = {"firstName": "Ada", "lastName": "Ray", "email": "ada@seller.example"}
    account.people["1"] = {
        "firstname": "Zoë", "lastname": "Ko", "email": "zoe@brightwater.example",
        "jobtitle": "Accounts payable",
    }  # fmt: skip
    account.people["2"] = {"firstname": "No", "lastname": "Mail", "email": None}
    account.whose[company] = ["2", "1"]
    row = row_of(driver, company)
    assert row.contacts == (
        Contact("accounts payable", "Zoë Ko", "zoe@brightwater.example"),
        Contact("owner", "Ada Ray", "ada@seller.example"),
    )
    assert (row.segment, row.email) == ("gold", "zoe@brightwater.example")
    account.whose[company].reverse()
    assert row_of(driver, company).content_hash == row.content_hash


def test_a_company_that_is_no_customer_of_the_erp_is_passed_over(driver):
    company = driver.customer("A prospect", "hello@prospect.example")
    del driver.world.companies[company]["erp_id"]
    rows, _ = contract.pulled(driver.connector, RecordKind.CUSTOMERS)
    assert rows == []


def test_many_companies_of_one_moment_are_all_pulled(driver):
    made = {driver.customer(f"Bulk {n}", f"ap@bulk{n}.example") for n in range(7)}
    same = driver.world.stamp()
    for company in driver.world.companies.values():
        company["hs_lastmodifieddate"] = same
    rows, _ = contract.pulled(driver.connector, RecordKind.CUSTOMERS, limit=2)
    assert {row.external_id for row in rows} == made


def test_a_crm_has_no_books(driver):
    assert driver.connector.find("key") is None
    page = driver.connector.pull(RecordKind.INVOICES, "", 10, datetime.now(UTC))
    assert (page.rows, page.more) == ((), False)
    amount = Money(minor=1_00, currency="EUR")
    entry = Entry("k", EntryKind.PAYMENT, "1", "2", contract.PAID_ON, amount)
    with pytest.raises(ErpRefused):
        driver.connector.post(entry)
    with pytest.raises(ErpRefused):
        driver.connector.open_amounts("", 10)
