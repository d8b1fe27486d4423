# SPDX-License-Identifier: GPL-3.0-or-later
"""Stripe's errors: status, type, code and parameter, as its clients read them."""

from localstripe.errors import UserError


class ApiError(UserError):
    """An answer that is not a success.

    executed says whether the request had begun to be carried out: only then is the answer
    kept under the request's idempotency key.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        executed: bool = False,
        **details: object,
    ) -> None:
        """Describe the error; details are further fields of Stripe's error object."""
        super().__init__(status, message, {k: v for k, v in details.items() if v is not None})
        self.body["error"]["type"] = kind
        self.executed = executed


def invalid(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    """Return the error for a parameter that is wrong."""
    return ApiError(400, message, param=param, code=code)


def missing(param: str) -> ApiError:
    """Return the error for a parameter that must be there and is not."""
    return invalid(f"Missing required param: {param}.", param, "parameter_missing")


def unknown_parameters(names: object) -> ApiError:
    """Return the error for parameters that this Stripe does not know."""
    listed = ", ".join(sorted(names))
    return invalid(f"Received unknown parameter: {listed}", listed, "parameter_unknown")


def no_such(kind: str, object_id: str) -> ApiError:
    """Return the error for an id that names nothing."""
    return ApiError(404, f"No such {kind}: '{object_id}'", param="id", code="resource_missing")


def refused(message: str, code: str | None = None, param: str | None = None) -> ApiError:
    """Return the error for a good request that the object's state does not allow."""
    return ApiError(400, message, code=code, param=param, executed=True)
