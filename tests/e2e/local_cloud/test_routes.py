"""Which route a request takes."""

import pytest

from infra.local.edge.routes import Route, find

ROUTES = [
    Route("GET", "/pets/dog/1", "literal"),
    Route("GET", "/pets/dog/{id}", "variable"),
    Route("GET", "/pets/{proxy+}", "greedy"),
    Route("ANY", "/pets/{proxy+}", "any-greedy"),
    Route("ANY", "/{proxy+}", "rest"),
    Route("$default", "$default", "default"),
]


@pytest.mark.parametrize(
    ("method", "path", "function"),
    [
        ("GET", "/pets/dog/1", "literal"),
        ("GET", "/pets/dog/2", "variable"),
        ("GET", "/pets/cat/1", "greedy"),
        ("POST", "/pets/cat/1", "any-greedy"),
        ("POST", "/test/5", "rest"),
        ("GET", "/pets", "rest"),
        ("GET", "/", "default"),
    ],
)
def test_the_most_specific_route_is_taken(method: str, path: str, function: str) -> None:
    found = find(ROUTES, method, path)
    assert found is not None
    assert found.route.function == function


def test_no_route_is_taken_by_a_path_that_none_describes() -> None:
    routes = [Route("GET", "/p/{entity}", "home"), Route("GET", "/a/{proxy+}", "all")]
    for path in ("/p", "/p/demo/", "/p/demo/more", "/a", "/a/", "/"):
        assert find(routes, "GET", path) is None, path


def test_a_route_of_another_method_is_not_taken() -> None:
    assert find([Route("GET", "/health", "health")], "HEAD", "/health") is None


def test_a_public_route_beside_a_greedy_one_wins_and_keeps_its_own_authorizer() -> None:
    routes = [
        Route("ANY", "/api/v1/{proxy+}", "api", "Operators"),
        Route("GET", "/api/v1/openapi.json", "api", None),
    ]
    assert find(routes, "GET", "/api/v1/openapi.json").route.authorizer is None
    assert find(routes, "POST", "/api/v1/openapi.json").route.authorizer == "Operators"
    assert find(routes, "GET", "/api/v1/openapi.json/x").route.authorizer == "Operators"


def test_path_variables_are_decoded_and_a_greedy_one_keeps_its_slashes() -> None:
    found = find([Route("GET", "/p/{entity}/{rest+}", "portal")], "GET", "/p/a%20b/c/d%2Fe")
    assert found is not None
    assert found.path_parameters == {"entity": "a b", "rest": "c/d/e"}
    assert found.route.key == "GET /p/{entity}/{rest+}"
