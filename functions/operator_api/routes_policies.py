"""Routes of policies: read them as YAML, and write a next version."""

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.schema.entities import PolicyList, PolicyOut
from shared import runtime
from shared.adapters.policy_yaml import BYTES_MAX, PolicyInvalid, Problem, read_policy
from shared.domain.policy_version import PolicyVersion
from shared.domain.roles import Role
from shared.errors import InvalidInput
from shared.usecases import entities as cases

router = APIGatewayHttpRouter()


@router.get("/api/v1/entities/<entity>/policies", summary="The current version of every policy")
@needs(Role.VIEWER)
def list_policies(entity: str) -> PolicyList:
    entity_of(entity)
    store = runtime.entities()
    names = store.policy_names(entity)
    return PolicyList(items=[_policy_out(store.policy_version(entity, name)) for name in names])


@router.get("/api/v1/entities/<entity>/policies/<name>", summary="A policy's current version")
@needs(Role.VIEWER)
def get_policy(entity: str, name: str) -> PolicyOut:
    return _policy_out(runtime.entities().policy_version(entity, name))


@router.put(
    "/api/v1/entities/<entity>/policies/<name>",
    summary="Write the next version of a policy",
    description="The body is the policy file itself (application/yaml).",
)
@needs(Role.CONTROLLER)
def put_policy(entity: str, name: str) -> PolicyOut:
    request = current()
    text = router.current_event.decoded_body or ""
    if len(text) > BYTES_MAX:
        raise InvalidInput(field="body", reason=f"at most {BYTES_MAX // 1024} KB")
    policy = read_policy(text)
    if policy.name != name:
        raise PolicyInvalid([Problem(1, 1, "name", f"the address says {name[:40]}")])
    written = cases.change_policy(
        runtime.entities(), entity, policy, text, request.principal.name, request.now.business
    )
    return _policy_out(runtime.entities().policy_version(entity, name, written.version))


def _policy_out(version: PolicyVersion) -> PolicyOut:
    return PolicyOut(
        name=version.policy.name,
        version=version.policy.version,
        valid_from=version.valid_from,
        by=version.by,
        yaml=version.text,
        policy=version.policy.model_dump(mode="json"),
    )
