"""PDF by typst: accessible (PDF/UA-1) and fit for archives (PDF/A-3a) where the text allows it."""

import json

import typst

from shared.adapters.invoice_page import invoice_page
from shared.adapters.templates import FOLDER, Templates
from shared.domain.paper import PaperView


class Printer:
    """Prints invoices. The compiler and its fonts are loaded once."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._compiler = typst.Compiler(
            FOLDER / "invoice" / "invoice.typ", root=FOLDER, ignore_system_fonts=True
        )

    def pdf(self, view: PaperView) -> bytes:
        """Return the invoice as PDF; the same view gives the same bytes.

        The archive standard refuses characters that no font has. A name in such a script is
        printed as well as it can be, in a plain PDF.
        """
        data = json.dumps(invoice_page(view, self._templates), ensure_ascii=False)
        try:
            return self._print(data, archival=True)
        except typst.TypstError:
            return self._print(data, archival=False)

    def _print(self, data: str, archival: bool) -> bytes:
        made = self._compiler.compile(
            format="pdf",
            sys_inputs={"data": data},
            pdf_standards=["a-3a", "ua-1"] if archival else None,
            timestamp=0,
        )
        if not isinstance(made, bytes):
            raise TypeError("one PDF was to be made")
        return made
