"""Routes of the books: the journal, page by page, and the chart of accounts."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api import paging
from functions.operator_api.access import entity_of, needs
from functions.operator_api.schema.journal import (
    AssertedOut,
    ChartIn,
    ChartOut,
    JournalEntryOut,
    JournalLineOut,
    JournalPage,
    JournalPartOut,
)
from functions.operator_api.schema.wire import amount
from shared import runtime
from shared.domain.chart import Role as AccountRole
from shared.domain.journal import JournalEntry, JournalLine
from shared.domain.journal_book import Asserted
from shared.domain.roles import Role
from shared.errors import InvalidInput
from shared.usecases.export_journal import Part, Place, journal_page

router = APIGatewayHttpRouter()
_PLACE = re.compile(r"\{[\x20-\x7e]{0,700}\}")


@router.get(
    "/api/v1/entities/<entity>/journal",
    summary="The books as balanced entries, with what is stored elsewhere to hold against them",
)
@needs(Role.CLERK)
def get_journal(
    entity: str,
    as_of: Annotated[date | None, Query(description="Last value date; default: all")] = None,
    cursor: Annotated[str, Query(max_length=1000)] = "",
    limit: Annotated[int, Query(ge=1, le=2000, description="Postings of a page")] = 1000,
) -> JournalPage:
    entity_of(entity)
    told = journal_page(
        runtime.books_reader(),
        runtime.receivables(),
        entity,
        runtime.charts().chart(entity),
        as_of,
        _place(cursor),
        limit,
    )
    following = told.next and paging.cursor(json.dumps(asdict(told.next)))
    return JournalPage(items=[_part_out(p) for p in told.parts], next=following)


@router.get("/api/v1/entities/<entity>/chart", summary="The chart of accounts")
@needs(Role.VIEWER)
def get_chart(entity: str) -> ChartOut:
    entity_of(entity)
    return _chart_out(runtime.charts().chart(entity))


@router.patch("/api/v1/entities/<entity>/chart", summary="Rename accounts")
@needs(Role.CONTROLLER)
def rename_accounts(entity: str, body: ChartIn) -> ChartOut:
    entity_of(entity)
    return _chart_out(runtime.charts().rename(entity, body.accounts))


def _chart_out(chart: Mapping[AccountRole, str]) -> ChartOut:
    return ChartOut(accounts={str(role): name for role, name in chart.items()})


def _place(cursor: str) -> Place:
    text = paging.place(cursor, _PLACE)
    if not text:
        return Place()
    try:
        told = json.loads(text)
        currencies = tuple(str(code) for code in told.pop("currencies"))
        return Place(**told, currencies=currencies)
    except (ValueError, KeyError, TypeError):
        raise InvalidInput(field="cursor", reason="take it from the page before") from None


def _part_out(part: Part) -> JournalPartOut:
    return JournalPartOut(
        customer_id=part.customer_id,
        external_id=part.external_id,
        name=part.name,
        entries=[_entry_out(e) for e in part.entries],
        asserted=[_asserted_out(a) for a in part.asserted],
        last=part.last,
        moved=part.moved,
        left_out=part.left_out,
    )


def _entry_out(entry: JournalEntry) -> JournalEntryOut:
    return JournalEntryOut(
        posting_id=entry.posting_id,
        value_date=entry.value_date,
        recorded_at=entry.recorded_at,
        lines=[_line_out(line) for line in entry.lines],
        by=entry.by,
        note=entry.note,
    )


def _line_out(line: JournalLine) -> JournalLineOut:
    return JournalLineOut(
        account=line.account,
        amount=amount(line.amount),
        cost=amount(line.cost) if line.cost else None,
        document=line.document,
        source=line.source,
    )


def _asserted_out(asserted: Asserted) -> AssertedOut:
    return AssertedOut(
        account=asserted.account, balance=amount(asserted.balance), origin=asserted.origin
    )
