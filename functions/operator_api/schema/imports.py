"""Imports of files on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from functions.operator_api.schema.wire import Wire


class ImportIn(Wire):
    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,80}\.csv$")]
    partial: bool = False


class ImportStarted(Wire):
    import_id: str
    upload_url: str
    upload_headers: dict[str, str]


class RowProblem(Wire):
    line: int
    column: str
    code: str
    message: str


class ImportOut(Wire):
    import_id: str
    file: str
    kind: str
    state: str
    finished: bool
    partial: bool
    by: str
    created_at: datetime
    rows_total: int
    rows_done: int
    new: int
    updated: int
    unchanged: int
    refused: int
    problems: list[RowProblem]
    problems_total: int


class ImportList(BaseModel):
    items: list[ImportOut]
