"""What the edge reads from a template, and what it refuses to guess."""

import copy

import pytest

from infra.local.edge import plan
from infra.local.intrinsics import Resolver

INTEGRATION = {"uri": {"Fn::Sub": "arn:aws:x/functions/${Web.Arn}/invocations"}}
TEMPLATE = {
    "Parameters": {"Issuer": {"Default": ""}, "Audience": {}},
    "Conditions": {"Own": {"Fn::Equals": [{"Ref": "Issuer"}, ""]}},
    "Resources": {
        "Web": {"Type": "AWS::Lambda::Function", "Properties": {}},
        "Api": {
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {
                "Body": {
                    "paths": {
                        "/open": {
                            "get": {
                                "x-amazon-apigateway-integration": INTEGRATION,
                                "security": [{"NONE": []}],
                            }
                        },
                        "/api/{proxy+}": {
                            "x-amazon-apigateway-any-method": {
                                "x-amazon-apigateway-integration": INTEGRATION,
                                "security": [{"Operators": []}],
                            }
                        },
                    },
                    "components": {
                        "securitySchemes": {
                            "Operators": {
                                "x-amazon-apigateway-authorizer": {
                                    "type": "jwt",
                                    "identitySource": "$request.header.Authorization",
                                    "jwtConfiguration": {
                                        "issuer": {
                                            "Fn::If": [
                                                "Own",
                                                {"Fn::Sub": "https://pool/${Pool}"},
                                                {"Ref": "Issuer"},
                                            ]
                                        },
                                        "audience": [{"Ref": "Audience"}],
                                    },
                                }
                            }
                        }
                    },
                }
            },
        },
    },
}
PHYSICAL = {"Web": "stack-Web-1", "Api": "api1", "Pool": "p1"}


def _read(template: dict, **parameters: str) -> plan.Plan:
    resolver = Resolver(template, {"Audience": "us", **parameters}, PHYSICAL, {})
    return plan.read(template, resolver, PHYSICAL)


def test_routes_and_trust_come_from_the_template_and_the_deployed_parameters() -> None:
    read = _read(TEMPLATE, Issuer="http://127.0.0.1:5/")
    assert [(route.key, route.function, route.authorizer) for route in read.routes] == [
        ("GET /open", "stack-Web-1", None),
        ("ANY /api/{proxy+}", "stack-Web-1", "Operators"),
    ]
    assert read.trusts["Operators"].issuer == "http://127.0.0.1:5"
    assert read.trusts["Operators"].audiences == ("us",)
    assert plan.Plan.from_json(read.as_json()) == read


def test_a_condition_picks_the_issuer() -> None:
    assert _read(TEMPLATE).trusts["Operators"].issuer == "https://pool/p1"


def test_a_route_that_is_not_understood_is_never_open() -> None:
    def broken(change: str) -> dict:
        template = copy.deepcopy(TEMPLATE)
        body = template["Resources"]["Api"]["Properties"]["Body"]
        if change == "unknown authorizer":
            body["paths"]["/open"]["get"]["security"] = [{"Somebody": []}]
        elif change == "scopes":
            body["paths"]["/open"]["get"]["security"] = [{"Operators": ["admin"]}]
        elif change == "cors":
            body["x-amazon-apigateway-cors"] = {"allowOrigins": ["*"]}
        elif change == "unknown function":
            body["paths"]["/open"]["get"]["x-amazon-apigateway-integration"] = {"uri": "http://x"}
        else:
            scheme = body["components"]["securitySchemes"]["Operators"]
            scheme["x-amazon-apigateway-authorizer"]["type"] = "request"
        return template

    changes = ("unknown authorizer", "unknown function", "scopes", "cors", "another authorizer")
    for change in changes:
        with pytest.raises(ValueError, match=r".+"):
            _read(broken(change))
