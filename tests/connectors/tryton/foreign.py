"""Documents in another currency than the company's, and the rates of that; a part of the peer."""

import datetime as dt
from decimal import Decimal
from typing import Any

from proteus import Model


class Foreign:
    """What people do in Tryton with foreign money."""

    def rate(self, code: str, on: str, rate: str) -> None:
        """Say what one unit of the base currency is worth in code from a day on."""
        currencies = Model.get("currency.currency")
        found = currencies.find([("code", "=", code)])
        one = found[0] if found else currencies(name=code, code=code, symbol=code)
        one.rounding = Decimal("0.01")
        one.save()
        rates = Model.get("currency.currency.rate")
        rates(currency=one, date=dt.date.fromisoformat(on), rate=Decimal(rate)).save()

    def name_exchange_accounts(self, code: str) -> None:
        """Name the account for what is won and lost by rates."""
        (account,) = Model.get("account.account").find([("code", "=", code)])
        settings = Model.get("account.configuration")(1)
        settings.currency_exchange_credit_account = account
        settings.currency_exchange_debit_account = account
        settings.save()

    def foreign(
        self, customer: int, minor: int, on: str, days: int, parts: int, code: str,
        quantity: int = 1,
    ) -> int:  # fmt: skip
        """Make and post an invoice (with a quantity below zero: a credit note) in code."""
        documents = Model.get("account.invoice")
        made = documents(type="out", party=Model.get("party.party")(customer))
        (made.currency,) = Model.get("currency.currency").find([("code", "=", code)])
        made.invoice_date = dt.date.fromisoformat(on)
        made.payment_term = Model.get("account.invoice.payment_term")(self._term(days, parts))
        line: Any = made.lines.new()
        line.account = self._account("revenue")
        line.quantity = quantity
        line.unit_price = Decimal(minor) / 100
        line.description = "Maintenance"
        made.save()
        made.click("post")
        return int(made.id)
