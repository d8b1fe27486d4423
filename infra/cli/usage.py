"""What is wrong with a command as it was typed, in our words."""

import re
from typing import Any

import typer
from pydantic import ValidationError
from typer._click.exceptions import NoSuchOption
from typer.core import TyperGroup

from functions.operator_api.refusals import sentence

_BELOW_ZERO = re.compile(r"-[0-9.]")


class Commands(TyperGroup):
    """The commands; a value that an option does not take is refused with what it takes."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as refused:
            if isinstance(refused.__cause__, ValidationError):
                refused.message = _said(refused.__cause__)
            raise
        except NoSuchOption as refused:
            if _BELOW_ZERO.match(refused.option_name):
                refused.message = "An amount is above zero: write it without a minus, like 5.00."
            raise


def _said(wrong: ValidationError) -> str:
    """Return what is expected: in the words of the check that refused, where it has some."""
    first = wrong.errors()[0]
    own = first.get("ctx", {}).get("error")
    return str(own) if isinstance(own, ValueError) else sentence(first)
