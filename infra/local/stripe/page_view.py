# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosted page as HTML: every text escaped, every field labelled."""

from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from infra.local.stripe.amounts import shown
from infra.local.stripe.page_texts import TEXTS
from infra.local.stripe.payment_methods import CARD_FAILURES, DEBIT_FAILURES, DEBITS

FOLDER = Path(__file__).parent / "page"
WORKING_CARD = "4242424242424242"


@cache
def template(name: str) -> Template:
    """Return a page's skeleton."""
    return Template((FOLDER / name).read_text(encoding="utf-8"))


@cache
def stylesheet() -> str:
    """Return the style sheet."""
    return (FOLDER / "checkout.css").read_text(encoding="utf-8")


class View:
    """One session's page in one language."""

    def __init__(self, seller: str, language: str) -> None:
        """Speak for a seller in a language."""
        self.seller = seller
        self.language = language

    def say(self, name: str, **values: Any) -> str:
        """Return a text, filled in and escaped."""
        return escape(TEXTS[self.language][name].format(seller=self.seller, **values))

    def checkout(
        self, session: Any, entered: dict[str, str], problems: dict[str, str], failure: str | None
    ) -> str:
        """Return the page to pay on; problems name fields, failure is the bank's answer."""
        saves = session.mode == "setup"
        amount = "" if saves else shown(session.amount_total, session.currency, self.language)
        kinds = [k for k in session.payment_method_types if k == "card" or k in DEBITS]
        chosen = entered.get("method") if entered.get("method") in kinds else kinds[0]
        cancel = ""
        if session.cancel_url:
            cancel = f'<p><a href="{escape(session.cancel_url)}">{self.say("cancel")}</a></p>'
        title = self.say("save_title" if saves else "title")
        seller = template("setup.html" if saves else "checkout.html").substitute(
            title=title,
            save_note=self.say("save_note"),
            total=self.say("total"),
            amount=escape(amount),
            lines="".join(self._line(line) for line in session._lines),
            cancel=cancel,
        )
        methods = template("methods.html").substitute(
            title=title,
            problem=self._problem(failure, problems),
            methods="".join(
                self._method(kind, session, amount, entered, problems, opened=kind == chosen)
                for kind in kinds
            ),
        )
        return self._page(title if saves else f"{title}: {escape(amount)}", seller + methods)

    def closed(self, state: str, back_url: str | None = None) -> str:
        """Return the page of a session that is paid, expired or unknown."""
        back = ""
        if back_url:
            back = f'<p><a class="button" href="{escape(back_url)}">{self.say("back")}</a></p>'
        title = self.say(state)
        main = template("closed.html").substitute(
            title=title, note=self.say(state + "_note"), back=back
        )
        return self._page(title, main)

    def _page(self, title: str, main: str) -> str:
        return template("frame.html").substitute(
            language=self.language, title=title, test_mode=self.say("test_mode"), main=main
        )

    def _line(self, line: dict[str, Any]) -> str:
        total = escape(shown(line["amount_total"], line["currency"], self.language))
        notes = [escape(line["product_description"])] if line["product_description"] else []
        if line["quantity"] > 1:
            each = shown(line["price"]["unit_amount"], line["currency"], self.language)
            notes.append(self.say("quantity", quantity=line["quantity"], each=each))
        small = "".join(f"<small>{note}</small>" for note in notes)
        name = escape(line["description"])
        return f'<tr><th scope="row">{name}{small}</th><td>{total}</td></tr>\n'

    def _problem(self, failure: str | None, problems: dict[str, str]) -> str:
        if failure is None and not problems:
            return ""
        notes = [escape(failure)] if failure else []
        notes += [f'<a href="#{field}">{self.say(wrong)}</a>' for field, wrong in problems.items()]
        notes.append(self.say("try_again"))
        text = "".join(f"<p>{note}</p>" for note in notes)
        heading = f"<h2>{self.say('problem')}</h2>"
        return f'<div class="problem" role="alert" tabindex="-1">{heading}{text}</div>'

    def _method(
        self,
        kind: str,
        session: Any,
        amount: str,
        entered: dict[str, str],
        problems: dict[str, str],
        *,
        opened: bool,
    ) -> str:
        def field(name: str, label: str, value: str, **attributes: str) -> str:
            ident = f"{kind}-{name}"
            wrong = ident in problems
            given = entered.get(name, value) if opened else value
            marks = "".join(f' {k}="{escape(v)}"' for k, v in attributes.items())
            if wrong:
                marks += f' aria-invalid="true" aria-describedby="{ident}-note"'
            note = f'<em id="{ident}-note">{self.say(problems[ident])}</em>' if wrong else ""
            return (
                f'<label for="{ident}">{self.say(label)}</label>'
                f'<input id="{ident}" name="{name}" value="{escape(given)}" required{marks}>{note}'
            )

        email = session.customer_email or ""
        fields = field("email", "email", email, type="email", autocomplete="email")
        if kind == "card":
            number = entered.get("card_number", WORKING_CARD)
            fields += self._select(kind, "card_number", "card_number", self._cards(), number)
            expiry = field("card_expiry", "exp", "12/34", maxlength="5")
            code = field("card_cvc", "cvc", "123", inputmode="numeric", maxlength="3")
            fields += f'<div class="pair"><div>{expiry}</div><div>{code}</div></div>'
            button = self.say("pay" if amount else "save", amount=amount)
            note = ""
        else:
            debit = DEBITS[kind]
            account = entered.get(debit.account_field, debit.account)
            options = self._accounts(kind)
            fields += self._select(kind, debit.account_field, "test_account", options, account)
            button = self.say("debit" if amount else "save", amount=amount)
            note = f"<p>{self.say('debit_note')}</p>" if amount else ""
        fields += field("name", "holder", email.partition("@")[0], autocomplete="name")
        return template("method.html").substitute(
            kind=kind,
            label=self.say(kind),
            opened=" open" if opened else "",
            fields=fields,
            note=note,
            button=button,
        )

    def _select(
        self, kind: str, name: str, label: str, options: Iterable[tuple[str, str]], chosen: str
    ) -> str:
        ident = f"{kind}-{name}"
        listed = "".join(
            f'<option value="{value}"{" selected" if value == chosen else ""}>{text}</option>'
            for value, text in options
        )
        head = f'<label for="{ident}">{self.say(label)}</label>'
        return f'{head}<select id="{ident}" name="{name}">{listed}</select>'

    def _cards(self) -> Iterable[tuple[str, str]]:
        yield WORKING_CARD, f"{self.say('works')}: {_grouped(WORKING_CARD)}"
        for number, failure in CARD_FAILURES.items():
            reason = _readable(failure.decline_code or failure.code)
            yield number, f"{self.say('fails', reason=reason)}: {_grouped(number)}"

    def _accounts(self, kind: str) -> Iterable[tuple[str, str]]:
        working = DEBITS[kind].account
        yield working, f"{self.say('works')}: {working}"
        for number, failure in DEBIT_FAILURES.items():
            if len(number) == len(working):
                yield number, f"{self.say('fails', reason=_readable(failure.code))}: {number}"


def _readable(code: str) -> str:
    return code.replace("_", " ")


def _grouped(number: str) -> str:
    return " ".join(number[n : n + 4] for n in range(0, len(number), 4))
