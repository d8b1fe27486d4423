"""An invoice of the ERP with more lines than one item holds: here with all of them, or not here."""

import json
from dataclasses import replace
from io import BytesIO

import boto3
import pytest
from pypdf import PdfReader

from shared import runtime
from shared.adapters.table import Table
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.imports import InvoiceRow, LineGroup, LineRow
from shared.domain.invoice_lines import LINES_MAX, SAID_LINES_MAX
from shared.usecases.move_customer import move_invoice
from tests.integration.drops import counted_writes, stored
from tests.integration.erp_rows import codes, id_of, invoice, opened, take
from tests.integration.hub import invoke
from tests.integration.importing import document_id

_NAMES = ("entity", "customer_id", "document_id")


def with_lines(count: int, name: str = "Lamp") -> InvoiceRow:
    """Return an invoice of so many lines of 1.00, which came with it."""
    rows = tuple(LineRow(0, "I-9", f"{name} {n}", "1", "1.00", "0") for n in range(count))
    return invoice("I-9", count * 100, lines=LineGroup(0, "I-9", rows))


def document(customer: str = "C-1") -> Document:
    return runtime.accounts().document("demo", id_of(customer), document_id("I-9"))


def kept(customer: str = "C-1") -> list[str]:
    """Return what stands on the lines of the invoice, in their order."""
    found = runtime.papers().lines("demo", id_of(customer), document(customer))
    return [line.description for line in found]


@pytest.mark.rule("R43")
@pytest.mark.parametrize("count", [LINES_MAX, LINES_MAX + 1, SAID_LINES_MAX])
def test_an_invoice_of_many_lines_is_here_with_all_of_them(filled: Entity, count: int) -> None:
    row = with_lines(count)
    assert take(row).new == 1
    assert (opened()["I-9"], kept()) == (count * 100, [f"Lamp {n}" for n in range(count)])
    with counted_writes() as written:
        assert take(row).unchanged == 1
        assert row.lines is not None
        assert take(row.lines).unchanged == 1
    assert written == []


@pytest.mark.rule("R43")
def test_one_of_more_lines_than_the_hub_keeps_is_refused_before_anything_is_written(
    filled: Entity,
) -> None:
    beyond = with_lines(SAID_LINES_MAX + 1)
    assert codes(beyond) == ["too_many_lines"]
    with counted_writes() as written:
        assert take(beyond).refused == 1
    assert (written, "I-9" in opened(), stored("LINES")) == ([], False, [])
    assert take(with_lines(2)).new == 1
    assert take(beyond).refused == 1
    assert (opened()["I-9"], kept()) == (200, ["Lamp 0", "Lamp 1"])


def test_lines_that_change_are_all_those_of_the_new_word(filled: Entity) -> None:
    take(with_lines(700))
    changed = with_lines(650, "Bulb")
    assert take(changed).updated == 1
    assert kept() == [f"Bulb {n}" for n in range(650)]
    assert take(with_lines(1)).updated == 1
    assert kept() == ["Lamp 0"]


@pytest.mark.rule("R43")
def test_a_try_that_ended_between_two_pieces_is_made_good_in_whatever_order(
    filled: Entity, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = with_lines(700)
    assert row.lines is not None
    turned = replace(row, lines=replace(row.lines, rows=row.lines.rows[::-1]))
    written = 0

    def crash(self: Table, *writes: object) -> None:
        nonlocal written
        written += 1
        if written == 2:
            raise KeyboardInterrupt
        return write(self, *writes)

    with monkeypatch.context() as broken:
        write = Table.write
        broken.setattr(Table, "write", crash)
        with pytest.raises(KeyboardInterrupt):
            take(turned)
    assert (len(stored("LINES")), "I-9" in opened()) == (1, False)
    assert take(row).new == 1
    assert kept() == [f"Lamp {n}" for n in range(700)]


def test_many_lines_go_along_when_the_invoice_moves(filled: Entity) -> None:
    take(with_lines(901))
    whose = (id_of("C-1"), document_id("I-9"), id_of("C-2"))
    move_invoice(runtime.customer_moves(), "demo", *whose, "ann", "branch", runtime.now())
    assert kept("C-2") == [f"Lamp {n}" for n in range(901)]


def test_its_paper_has_every_line(filled: Entity) -> None:
    take(with_lines(SAID_LINES_MAX))
    whose = ("demo", id_of("C-1"), document_id("I-9"))
    body = {"kind": "document", **dict(zip(_NAMES, whose, strict=True))}
    assert invoke("functions.documents.handler", [json.dumps(body)]) == {"batchItemFailures": []}
    key = document().pdf_key
    pdf = boto3.client("s3").get_object(Bucket=runtime.setting("DOCUMENTS_BUCKET"), Key=key)
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf["Body"].read())).pages)
    assert text.count("Lamp ") == SAID_LINES_MAX
