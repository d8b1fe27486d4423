"""Roles: read from group names, nested, and never wider than granted."""

import pytest

from shared.domain.roles import Principal, Role, grants_from


def principal(*groups: object) -> Principal:
    return Principal("s", "olga", grants_from(groups))


def test_a_role_holds_in_its_entity_alone():
    olga = principal("demo:clerk")
    assert olga.role_in("demo") is Role.CLERK
    assert olga.role_in("demo2") is None
    assert olga.role_everywhere() is None


def test_the_star_holds_everywhere_and_the_higher_role_wins():
    olga = principal("*:viewer", "demo:controller")
    assert olga.role_in("demo") is Role.CONTROLLER
    assert olga.role_in("any") is Role.VIEWER
    assert olga.role_everywhere() is Role.VIEWER


def test_roles_nest():
    assert Role.VIEWER < Role.CLERK < Role.CONTROLLER < Role.ADMIN


@pytest.mark.parametrize(
    "group",
    [
        "demo",
        "demo:",
        ":admin",
        "demo:root",
        "demo:ADMIN",
        "Demo:admin",
        "de mo:admin",
        "",
        7,
        None,
    ],
)
def test_a_group_that_is_no_grant_gives_nothing(group):
    assert grants_from([group]) == {}


def test_the_order_of_groups_does_not_matter():
    groups = ["demo:viewer", "demo:admin", "demo:clerk"]
    assert grants_from(groups) == grants_from(reversed(groups)) == {"demo": Role.ADMIN}
