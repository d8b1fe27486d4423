"""What the edge serves, read from the transformed template: routes, authorizers, functions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from infra.local.edge.authorizer import Trust
from infra.local.edge.routes import Route
from infra.local.intrinsics import Resolver

_METHODS = {"get", "head", "post", "put", "patch", "delete", "options"}
_ANY = "x-amazon-apigateway-any-method"
_TARGET = re.compile(r"\$\{(\w+)(?:\.Arn)?\}/invocations")


@dataclass(frozen=True)
class Plan:
    """Routes by the physical names of their functions, and whom each authorizer trusts."""

    api_id: str
    routes: tuple[Route, ...]
    trusts: dict[str, Trust]

    def as_json(self) -> dict[str, Any]:
        """Return plain values, for a file."""
        return {
            "api_id": self.api_id,
            "routes": [asdict(route) for route in self.routes],
            "trusts": {name: asdict(trust) for name, trust in self.trusts.items()},
        }

    @classmethod
    def from_json(cls, read: Mapping[str, Any]) -> "Plan":
        """Return the plan that `as_json` wrote."""
        trusts = {
            name: Trust(**{**trust, "audiences": tuple(trust["audiences"])})
            for name, trust in read["trusts"].items()
        }
        return cls(read["api_id"], tuple(Route(**route) for route in read["routes"]), trusts)


def read(template: Mapping[str, Any], resolver: Resolver, physical_ids: Mapping[str, str]) -> Plan:
    """Return the plan of the template's one HTTP API.

    Raises ValueError when there is none or more than one, or a route without a known function or
    authorizer: a route must never be open because it was not understood.
    """
    resources = template["Resources"]
    apis = [name for name, item in resources.items() if item["Type"] == "AWS::ApiGatewayV2::Api"]
    if len(apis) != 1:
        raise ValueError(f"the template has {len(apis)} HTTP APIs, not one")
    body = resources[apis[0]]["Properties"]["Body"]
    if "x-amazon-apigateway-cors" in body:
        raise ValueError("CORS of the API is not served here")
    trusts = {name: _trust(scheme, resolver) for name, scheme in _schemes(body)}
    routes = []
    for path, method, operation in _operations(body):
        logical_id = _function_of(operation, path, resources)
        authorizer = _authorizer_of(operation)
        if authorizer is not None and authorizer not in trusts:
            raise ValueError(f"{method} {path} names an unknown authorizer: {authorizer}")
        routes.append(Route(method, path, physical_ids[logical_id], authorizer))
    return Plan(physical_ids[apis[0]], tuple(routes), trusts)


def _operations(body: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in body["paths"].items():
        for method, operation in methods.items():
            if method == _ANY:
                yield path, "ANY", operation
            elif method in _METHODS:
                yield path, method.upper(), operation


def _schemes(body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    schemes = body.get("components", {}).get("securitySchemes", {})
    for name, scheme in schemes.items():
        if "x-amazon-apigateway-authorizer" in scheme:
            yield name, scheme["x-amazon-apigateway-authorizer"]


def _trust(scheme: Mapping[str, Any], resolver: Resolver) -> Trust:
    if scheme.get("type") != "jwt":
        raise ValueError(f"only JWT authorizers are served, not {scheme.get('type')}")
    configuration = resolver.value(scheme["jwtConfiguration"])
    header = scheme.get("identitySource", "$request.header.Authorization").rpartition(".")[2]
    return Trust(
        issuer=str(configuration["issuer"]).rstrip("/"),
        audiences=tuple(str(audience) for audience in configuration["audience"]),
        header=header.lower(),
    )


def _authorizer_of(operation: Mapping[str, Any]) -> str | None:
    wanted = {
        name: scopes
        for entry in operation.get("security", [])
        for name, scopes in entry.items()
        if name != "NONE"
    }
    if len(wanted) > 1 or any(wanted.values()):
        raise ValueError(f"several authorizers or scopes on a route are not served: {wanted}")
    return next(iter(wanted), None)


def _function_of(operation: Mapping[str, Any], path: str, resources: Mapping[str, Any]) -> str:
    uri = operation["x-amazon-apigateway-integration"]["uri"]
    found = _TARGET.search(str(uri.get("Fn::Sub", "")) if isinstance(uri, dict) else str(uri))
    if not found or found[1] not in resources:
        raise ValueError(f"{path} leads to no function of this template")
    resource = resources[found[1]]
    if resource["Type"] == "AWS::Lambda::Alias":
        return str(resource["Properties"]["FunctionName"]["Ref"])
    return found[1]
