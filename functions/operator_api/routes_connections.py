"""Routes of connections to ERPs: make one, test it, begin, sync, pause; take a record again."""

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api.access import entity_of, needs
from functions.operator_api.schema.connections import (
    Asked,
    ConnectionIn,
    ConnectionList,
    ConnectionOut,
    SyncIn,
    connection_out,
)
from shared import runtime
from shared.domain.connection import Connection
from shared.domain.roles import Role
from shared.usecases import connect_erp

router = APIGatewayHttpRouter()
_ONE = "/api/v1/entities/<entity>/connections/<name>"


@router.get("/api/v1/entities/<entity>/connections", summary="Connections to ERPs")
@needs(Role.VIEWER)
def list_connections(entity: str) -> ConnectionList:
    entity_of(entity)
    return ConnectionList(items=[_out(entity, c) for c in runtime.connections().list(entity)])


@router.get(_ONE, summary="A connection, and how far it is pulled")
@needs(Role.VIEWER)
def get_connection(entity: str, name: str) -> ConnectionOut:
    entity_of(entity)
    return _out(entity, runtime.connections().get(entity, name))


@router.put(
    _ONE,
    status_code=202,
    summary="Make or change a connection, and have it tested",
    description="The secret is kept in the secret store and never told again; without one, what "
    "was kept stays. Nothing is imported before the connection is begun.",
)
@needs(Role.ADMIN)
def put_connection(entity: str, name: str, body: ConnectionIn) -> ConnectionOut:
    entity_of(entity)
    secret = {key: value.get_secret_value() for key, value in body.secret.items()}
    made = connect_erp.connect(
        runtime.connecting(), entity, name, body.product, body.settings, secret
    )
    return _out(entity, made)


@router.post(f"{_ONE}/check", status_code=202, summary="Test a connection again")
@needs(Role.CONTROLLER)
def check_connection(entity: str, name: str) -> Asked:
    _known(entity, name)
    connect_erp.ask_for_check(runtime.connecting(), entity, name)
    return Asked()


@router.post(f"{_ONE}/begin", summary="Import, and follow the ERP from now on")
@needs(Role.ADMIN)
def begin(entity: str, name: str) -> ConnectionOut:
    entity_of(entity)
    return _out(entity, connect_erp.begin(runtime.connecting(), entity, name))


@router.post(f"{_ONE}/pause", summary="Follow the ERP no more, and tell it nothing")
@needs(Role.ADMIN)
def pause(entity: str, name: str) -> ConnectionOut:
    entity_of(entity)
    return _out(entity, connect_erp.pause(runtime.connecting(), entity, name))


@router.post(f"{_ONE}/sync", status_code=202, summary="Ask the ERP for its changes now")
@needs(Role.CLERK)
def sync(entity: str, name: str, body: SyncIn) -> Asked:
    _known(entity, name)
    connect_erp.ask_for_sync(runtime.connecting(), entity, name, full=body.full)
    return Asked()


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


def _known(entity: str, name: str) -> Connection:
    entity_of(entity)
    return runtime.connections().get(entity, name)


def _out(entity: str, connection: Connection) -> ConnectionOut:
    states = runtime.pull_states().of(entity, connection.name)
    return connection_out(connection, states)
