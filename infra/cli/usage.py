"""What is wrong with a command as it was typed, in our words."""

from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from functions.operator_api.refusals import sentence


class Commands(TyperGroup):
    """The commands; a value that an option does not take is refused with what it takes."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as refused:
            if isinstance(refused.__cause__, ValidationError):
                refused.message = sentence(refused.__cause__.errors()[0])
            raise
