"""The JSON Schema of policy files, for editors. It is made from the models that read them."""

from typing import Any

from shared.domain.policy import Policy


def policy_schema() -> dict[str, Any]:
    """Return the schema of a policy, less the version, which the hub counts."""
    schema = Policy.model_json_schema()
    del schema["properties"]["version"]
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Policy of a Duecourse entity"
    return schema
