"""A payer at work: opens the link of a mail, chooses, pays on the hosted page, or asks."""

from dataclasses import dataclass

from infra.cli.demo.pages import Browser, Form
from infra.cli.errors import CliError
from infra.cli.http import Answer

GOOD_CARD = ("card_number", "4242424242424242")
EMPTY_CARD = ("card_number", "4000000000009995")
DEBITS = {
    "EUR": (("method", "sepa_debit"), ("iban", "DE89370400440532013000")),
    "USD": (("method", "us_bank_account"), ("account_number", "000123456789")),
    "GBP": (("method", "bacs_debit"), ("account_number", "00012345")),
}
_PAID = 303


@dataclass(frozen=True)
class Paying:
    """How a payer pays: by bank debit or card; a first card may be refused; one or all."""

    debit: bool = False
    empty_card_first: bool = False
    only_first: bool = False


def pay(link: str, paying: Paying) -> int:
    """Pay what the account behind a mailed link asks for; return how many payments were made.

    One payment per currency. Nothing to pay is no error: it was paid in the meantime.
    """
    browser = Browser()
    home = _enter(browser, link)
    account = browser.url
    made = 0
    forms = [f for f in browser.form_to(home, "/checkouts") if dict(f.fields).get("currency")]
    for form in sorted(forms, key=lambda f: dict(f.fields)["currency"]):
        browser.url = account
        page = browser.submit(form, *_chosen(form, paying))
        if _is_hosted(browser):
            _pay_hosted(browser, page, dict(form.fields)["currency"], paying)
            made += 1
            if paying.only_first:
                break
    return made


def ask(link: str, words: str) -> None:
    """Ask a question about everything that is open."""
    browser = Browser()
    _enter(browser, link)
    page = browser.get(browser.url.rstrip("/") + "/questions")
    form = browser.form_to(page, "/questions")[0]
    about = [(name, value) for name, value, _ in form.choices]
    answer = browser.submit(form, *about, ("question", words))
    if answer.status != 200:
        raise CliError(f"asking a question answered {answer.status}")


def _enter(browser: Browser, link: str) -> Answer:
    page = browser.get(link)
    if page.status != 200:
        raise CliError(f"the link of a mail answered {page.status}")
    home = browser.submit(browser.forms(page)[0])
    if home.status != 200:
        raise CliError(f"opening the account answered {home.status}")
    return home


def _chosen(form: Form, paying: Paying) -> list[tuple[str, str]]:
    if paying.only_first and form.choices:
        name, value, _ = form.choices[0]
        return [(name, value)]
    return [("all", "yes")]


def _is_hosted(browser: Browser) -> bool:
    return "/c/pay/" in browser.url


def _pay_hosted(browser: Browser, page: Answer, currency: str, paying: Paying) -> None:
    form = browser.forms(page)[0]
    form.action = ""
    form.fields = [(name, value) for name, value in form.fields if name != "method"]
    if paying.empty_card_first:
        refused = browser.submit(form, ("method", "card"), EMPTY_CARD)
        if refused.status != 402:
            raise CliError(f"an empty card was answered with {refused.status}")
    if paying.debit and currency in DEBITS:
        answer = browser.submit(form, *DEBITS[currency])
        if not _is_hosted(browser):
            return
    answer = browser.submit(form, ("method", "card"), GOOD_CARD)
    if _is_hosted(browser):
        raise CliError(f"paying by card answered {answer.status}")
