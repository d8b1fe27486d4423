"""The sample company: a seed fixes it, and its invoices are such as an import accepts."""

from datetime import timedelta

import pytest

from infra.cli.demo.characters import reaction
from infra.cli.demo.company import (
    FIRST_DAY,
    Character,
    sample_company,
    write_customers,
    write_invoices,
)
from infra.cli.demo.policy import NAME, demo_policy
from shared.adapters.holiday_calendar import closed_days
from shared.adapters.policy_yaml import read_policy, standard_text
from shared.domain.invoice_lines import gross_of
from shared.domain.phone import e164


def test_the_same_seed_gives_the_same_company_and_another_seed_another():
    assert sample_company(7, 90, 25, 150) == sample_company(7, 90, 25, 150)
    assert sample_company(7, 90, 25, 150) != sample_company(8, 90, 25, 150)


def test_its_policy_is_the_standard_ladder_with_all_that_the_portal_may_offer():
    policy, standard = read_policy(demo_policy()), read_policy(standard_text())
    assert (policy.name, policy.stages) == (NAME, standard.stages)
    assert (standard.plans.in_portal, standard.autopay) == (False, None)
    assert policy.plans.in_portal
    assert policy.autopay is not None


@pytest.mark.parametrize("seed", range(5))
def test_it_has_three_currencies_two_languages_and_every_character(seed):
    company = sample_company(seed, 90, 25, 150)
    assert (len(company.customers), len(company.invoices)) == (25, 150)
    assert {c.currency for c in company.customers} == {"EUR", "GBP", "USD"}
    assert {c.language for c in company.customers} == {"de", "en"}
    assert {c.character for c in company.customers} == set(Character)
    assert len({c.email for c in company.customers}) == 25
    assert len({i.number for i in company.invoices}) == 150


@pytest.mark.parametrize("seed", range(5))
def test_invoices_add_up_are_written_on_working_days_and_old_ones_come_at_their_stage(seed):
    ids = {stage.id for stage in read_policy(standard_text()).stages}
    for invoice in sample_company(seed, 90, 25, 150).invoices:
        assert invoice.issued_on.isoweekday() <= 5
        assert invoice.due_on > invoice.issued_on
        assert not invoice.lines or gross_of(invoice.lines, invoice.total.currency) == invoice.total
        assert not invoice.stage_done or invoice.stage_done in ids
        if invoice.paid_elsewhere_on:
            assert invoice.issued_on < invoice.paid_elsewhere_on < FIRST_DAY


def test_every_invoice_is_handed_over_once_day_by_day():
    company = sample_company(3, 30, 10, 60)
    seen, last = [], None
    for n in range(31):
        day = company.first + timedelta(days=n)
        seen += company.issued(last, day)
        last = day
    assert sorted(seen, key=lambda i: i.number) == sorted(company.invoices, key=lambda i: i.number)


def test_the_files_are_the_same_byte_for_byte(tmp_path):
    company = sample_company(3, 30, 10, 60)
    paths = [write_customers(tmp_path, company.customers)]
    paths += write_invoices(tmp_path, "all", company.invoices)
    before = [path.read_bytes() for path in paths]
    write_customers(tmp_path, company.customers)
    write_invoices(tmp_path, "all", company.invoices)
    assert [path.read_bytes() for path in paths] == before
    assert len(before) == 4


def test_a_silent_customer_never_acts_and_the_others_act_on_the_final_notice_at_the_latest():
    for customer in sample_company(3, 30, 26, 10).customers:
        act = reaction(3, customer, "final_notice", FIRST_DAY)
        assert (act is None) == (customer.character is Character.SILENT)
        assert act == reaction(3, customer, "final_notice", FIRST_DAY)


def test_every_customer_can_be_called_and_lives_where_the_holidays_are_known():
    for customer in sample_company(3, 30, 26, 10).customers:
        assert e164(customer.phone)
        assert closed_days(customer.country, "")[1] == ""
