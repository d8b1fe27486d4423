"""A form as somebody filled it in: where it is refused, it is shown again as it was, with why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from functions.edge import http
from functions.operator_api.console.asking import refusal, sentence


@dataclass(frozen=True, slots=True)
class Filled:
    """Which form of a page was refused, what was typed into it, and why not.

    form names it among those of its page. problem is a sentence, wrong the field that it is about,
    "" where it is about the whole. ticked are the documents that were ticked.
    """

    form: str = ""
    problem: str = ""
    wrong: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    ticked: tuple[str, ...] = ()

    def said(self, form: str, name: str, usual: str = "") -> str:
        """Return what stands in a field: what was typed into it, else what it usually holds."""
        return self.typed.get(name, "") if form == self.form else usual

    def is_wrong(self, form: str, *names: str) -> bool:
        """Return whether the problem is about a field of form that goes by one of names."""
        return bool(self.problem) and form == self.form and self.wrong in names


FRESH = Filled()
"""A page before anything was typed into it."""


def refused(form: http.Form, name: str, work: Callable[[], object]) -> Filled | None:
    """Do work; return form as it was filled in where it is refused, None where it was done."""
    no = refusal(work)
    if no is None:
        return None
    return Filled(
        form=name,
        problem=sentence(no),
        wrong=str(no.facts.get("field", "")),
        typed={key: found[0] for key, found in form.items() if found},
        ticked=tuple(form.get("document", [])),
    )
