"""Routes of connections to ERPs: make, test, begin, sync, pause, remove; take a record again."""

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api.access import allow, current, entity_of, needs
from functions.operator_api.connected import connection_of, connections_of
from functions.operator_api.schema.connections import (
    Asked,
    ConnectionIn,
    ConnectionList,
    ConnectionOut,
    RemovedOut,
    SyncAsked,
    SyncIn,
)
from shared import runtime
from shared.domain.connection import ConnectionState
from shared.domain.roles import Role
from shared.usecases import connect_erp
from shared.usecases.remove_connection import remove_connection

router = APIGatewayHttpRouter()
_ONE = "/api/v1/entities/<entity>/connections/<name>"


@router.get("/api/v1/entities/<entity>/connections", summary="Connections to ERPs")
@needs(Role.VIEWER)
def list_connections(entity: str) -> ConnectionList:
    return ConnectionList(items=connections_of(entity_of(entity)))


@router.get(_ONE, summary="A connection, and how far it is pulled")
@needs(Role.VIEWER)
def get_connection(entity: str, name: str) -> ConnectionOut:
    return connection_of(entity_of(entity), name)


@router.put(
    _ONE,
    status_code=202,
    summary="Make or change a connection, and have it tested",
    description="The secret is kept in the secret store and never told again; without one, what "
    "was kept stays. Nothing is imported before the connection is begun.",
)
@needs(Role.ADMIN)
def put_connection(entity: str, name: str, body: ConnectionIn) -> ConnectionOut:
    of = entity_of(entity)
    secret = {key: value.get_secret_value() for key, value in body.secret.items()}
    connect_erp.connect(
        runtime.connecting(), entity, name, body.product, body.settings, secret, current().now
    )
    return connection_of(of, name)


@router.post(f"{_ONE}/check", status_code=202, summary="Test a connection again")
@needs(Role.CONTROLLER)
def check_connection(entity: str, name: str) -> Asked:
    entity_of(entity)
    runtime.connections().get(entity, name)
    connect_erp.ask_for_check(runtime.connecting(), entity, name)
    return Asked()


@router.delete(
    _ONE,
    summary="Remove a connection that imported nothing, with its secret",
    description="One that imported records stays, for they go by its name: pause it.",
)
@needs(Role.ADMIN)
def remove(entity: str, name: str) -> RemovedOut:
    entity_of(entity)
    removed = remove_connection(runtime.removing(), entity, name, current().now)
    return RemovedOut(removed=removed)


@router.post(
    f"{_ONE}/begin",
    summary="Import, and follow the ERP from now on",
    description="The first time it needs an administrator; after a pause, a controller.",
)
@needs(Role.CONTROLLER)
def begin(entity: str, name: str) -> ConnectionOut:
    of = entity_of(entity)
    if runtime.connections().get(entity, name).state is ConnectionState.NEW:
        allow(Role.ADMIN, entity)
    connect_erp.begin(runtime.connecting(), entity, name, current().now)
    return connection_of(of, name)


@router.post(f"{_ONE}/pause", summary="Follow the ERP no more, and tell it nothing")
@needs(Role.CONTROLLER)
def pause(entity: str, name: str) -> ConnectionOut:
    of = entity_of(entity)
    connect_erp.pause(runtime.connecting(), entity, name, current().now)
    return connection_of(of, name)


@router.post(f"{_ONE}/sync", status_code=202, summary="Ask the ERP for its changes now")
@needs(Role.CLERK)
def sync(entity: str, name: str, body: SyncIn) -> SyncAsked:
    entity_of(entity)
    connect_erp.ask_for_sync(runtime.connecting(), entity, name, full=body.full)
    return SyncAsked(at=current().now.wall.replace(microsecond=0))


@router.post(
    "/api/v1/entities/<entity>/parked/<parked>/again",
    status_code=202,
    summary="Read a parked record of the ERP again",
)
@needs(Role.CLERK)
def take_again(entity: str, parked: str) -> Asked:
    entity_of(entity)
    connect_erp.ask_to_take_again(runtime.parked_items(), runtime.queues(), entity, parked)
    return Asked()
