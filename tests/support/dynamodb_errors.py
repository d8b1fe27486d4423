"""DynamoDB's refusals, as botocore raises them."""

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from tests.support.dynamodb_expressions import Refused, invalid


def client_error(
    operation: str, code: str, message: str = "", reasons: Sequence[Mapping[str, Any]] = ()
) -> ClientError:
    """Return the error that botocore raises for an answer of this code."""
    response: dict[str, Any] = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": 400},
    }
    if reasons:
        response["CancellationReasons"] = list(reasons)
    return ClientError(response, operation)


def cancelled(reasons: Sequence[Mapping[str, Any]]) -> Refused:
    """Return DynamoDB's answer to a transaction of which nothing was done."""
    codes = ", ".join(reason["Code"] for reason in reasons)
    refused = Refused(
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
    )
    refused.reasons = list(reasons)
    return refused


def only(request: Mapping[str, Any], known: set[str]) -> None:
    """Refuse by an exception what the model does not know of a request."""
    strange = request.keys() - known
    if strange:
        raise NotImplementedError(f"the model does not know {sorted(strange)}")


def unused(given: Mapping[str, Any], used: set[str], what: str) -> None:
    """Refuse names or values of a request that its expressions do not use."""
    left = given.keys() - used
    if left:
        raise invalid(f"Value provided in {what} unused in expressions: keys: {sorted(left)}")
