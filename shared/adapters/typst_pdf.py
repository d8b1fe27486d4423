"""PDF by typst: accessible (PDF/UA-1) and fit for archives (PDF/A-3a) where the text allows it."""

import json
import re
from collections.abc import Mapping
from typing import Any

import typst

from shared.adapters.invoice_page import invoice_page
from shared.adapters.letter_page import letter_page, window
from shared.adapters.statement_page import statement_page
from shared.adapters.templates import FOLDER, Templates
from shared.domain.letter import Letter
from shared.domain.paper import PaperView
from shared.domain.statement_of_account import Statement

_PAGE = re.compile(rb"/Type\s*/Page(?![a-z])")


class Printer:
    """Prints invoices, statements and letters. Each page's compiler and fonts are loaded once."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._compilers: dict[str, typst.Compiler] = {}

    def pdf(self, view: PaperView) -> bytes:
        """Return the invoice as PDF; the same view gives the same bytes."""
        return self._printed("invoice", invoice_page(view, self._templates))

    def statement(self, told: Statement) -> bytes:
        """Return the statement of account as PDF; the same statement gives the same bytes."""
        return self._printed("statement", statement_page(told, self._templates))

    def letter(self, told: Letter) -> bytes:
        """Return the formal letter as PDF; the same letter gives the same bytes."""
        return self._printed("letter", letter_page(told, self._templates))

    def window(self, told: Letter) -> tuple[str, ...]:
        """Return the lines that the window of the letter's envelope shows."""
        return tuple(window(told))

    def pages(self, pdf: bytes) -> int:
        """Return how many pages a PDF has that this printer made."""
        return len(_PAGE.findall(pdf))

    def _printed(self, page: str, texts: Mapping[str, Any]) -> bytes:
        """Return the page as PDF.

        The archive standard refuses characters that no font has. A name in such a script is
        printed as well as it can be, in a plain PDF.
        """
        data = json.dumps(texts, ensure_ascii=False)
        try:
            return self._print(page, data, archival=True)
        except typst.TypstError:
            return self._print(page, data, archival=False)

    def _print(self, page: str, data: str, archival: bool) -> bytes:
        if page not in self._compilers:
            source = FOLDER / page / f"{page}.typ"
            made = typst.Compiler(source, root=FOLDER, ignore_system_fonts=True)
            self._compilers[page] = made
        printed = self._compilers[page].compile(
            format="pdf",
            sys_inputs={"data": data},
            pdf_standards=["a-3a", "ua-1"] if archival else None,
            timestamp=0,
        )
        if not isinstance(printed, bytes):
            raise TypeError("one PDF was to be made")
        return printed
