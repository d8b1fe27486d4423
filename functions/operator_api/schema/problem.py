"""A refusal on the wire: problem details (RFC 9457) with a stable code."""

from typing import Annotated

from pydantic import Field

from functions.operator_api.schema.wire import Wire


class FieldProblem(Wire):
    """One field of a request: what is wrong, as a code and as a sentence of what is expected."""

    field: Annotated[str, Field(examples=["lines.2.amount"])]
    code: str
    reason: str


class PolicyProblem(Wire):
    """One place of a policy file."""

    line: int
    column: int
    field: str
    message: str


class Problem(Wire):
    """Why a request was refused."""

    type: str
    title: str
    status: int
    code: Annotated[str, Field(description="Stable, for machines")]
    detail: Annotated[str, Field(description="What to do, for people")]
    retryable: Annotated[bool, Field(description="Whether the same call may succeed later")]
    facts: Annotated[
        dict[str, str | int], Field(description="What was seen; nothing where nothing is told")
    ] = Field(default_factory=dict)
    fields: Annotated[list[FieldProblem], Field(description="Of invalid_input")] = Field(
        default_factory=list
    )
    problems: Annotated[list[PolicyProblem], Field(description="Of policy_invalid")] = Field(
        default_factory=list
    )
