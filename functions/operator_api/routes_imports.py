"""Routes of imports: announce a file, put it where the answer says, follow it."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.schema.imports import (
    ImportIn,
    ImportList,
    ImportOut,
    ImportStarted,
    RowProblem,
)
from functions.operator_api.schema.wire import Limit
from shared import runtime
from shared.domain.import_run import ImportRun
from shared.domain.roles import Role
from shared.usecases.start_import import start_import

router = APIGatewayHttpRouter()


@router.post(
    "/api/v1/entities/<entity>/imports",
    status_code=201,
    summary="Announce a file",
    description="PUT its bytes to upload_url with exactly upload_headers, within 15 minutes.",
)
@needs(Role.CLERK)
def announce(entity: str, body: ImportIn) -> ImportStarted:
    request = current()
    entity_of(entity)
    upload = start_import(
        entity,
        body.file,
        body.partial,
        request.principal.name,
        runtime.import_runs(),
        runtime.drop_bucket(),
        request.now,
    )
    return ImportStarted(
        import_id=upload.import_id, upload_url=upload.url, upload_headers=upload.headers
    )


@router.get("/api/v1/entities/<entity>/imports", summary="The newest imports")
@needs(Role.VIEWER)
def list_imports(entity: str, limit: Annotated[Limit, Query()] = 50) -> ImportList:
    found = runtime.import_runs().list(entity, limit)
    return ImportList(items=[_import_out(run) for run in found])


@router.get("/api/v1/entities/<entity>/imports/<import_id>", summary="How an import stands")
@needs(Role.VIEWER)
def get_import(entity: str, import_id: str) -> ImportOut:
    return _import_out(runtime.import_runs().get(entity, import_id))


def _import_out(run: ImportRun) -> ImportOut:
    return ImportOut(
        import_id=run.import_id,
        file=run.file_name,
        kind=run.kind,
        state=str(run.state),
        finished=run.finished,
        partial=run.partial,
        by=run.by,
        created_at=run.created_at,
        rows_total=run.rows_total,
        rows_done=run.rows_done,
        new=run.new,
        updated=run.updated,
        unchanged=run.unchanged,
        refused=run.refused,
        problems=[
            RowProblem(line=p.line, column=str(p.column), code=p.code, message=p.message)
            for p in run.problems
        ],
        problems_total=run.problems_total,
    )
