"""Who may sign in to the stack, how, and where their sign-in may lead."""

from pathlib import Path
from typing import Any

import pytest

from infra.local import template as sam

ROOT = Path(__file__).resolve().parents[2]
OPTIONAL = {"TokenIssuer", "TokenLogoutUrl"}


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return sam.load(ROOT / "template.yaml")


def pool(template: dict[str, Any], resource: str) -> dict[str, Any]:
    return template["Resources"][resource]["Properties"]


def test_an_issuer_of_ones_own_comes_with_all_that_a_sign_in_needs(template):
    of_issuer = {name for name in template["Parameters"] if name.startswith("Token")}
    assert len(of_issuer) > 5
    asserted = {
        a["Assert"]["Fn::Not"][0]["Fn::Equals"][0]["Ref"]
        for a in template["Rules"]["AnIssuerComesWhole"]["Assertions"]
    }
    assert asserted == of_issuer - OPTIONAL


def test_who_moves_money_in_production_shows_a_second_factor(template):
    wanted = {"Fn::If": ["Production", "ON", "OPTIONAL"]}
    assert pool(template, "UserPool")["MfaConfiguration"] == wanted


def test_a_password_is_shown_to_the_pool_s_own_page_alone(template):
    flows = pool(template, "UserPoolClient")["ExplicitAuthFlows"]
    assert [flow for flow in flows if "PASSWORD" in flow] == []


def test_a_sign_in_leads_to_the_console_or_to_the_command_and_nowhere_else(template):
    client = pool(template, "UserPoolClient")
    command = template["Globals"]["Function"]["Environment"]["Variables"]["LOGIN_CALLBACK"]
    console, own = client["CallbackURLs"]
    assert own == command == {"Fn::Sub": "http://localhost:${LoginPort}/"}
    assert console["Fn::If"][1] == {"Fn::Sub": "${PublicUrl}/console/callback"}
    assert client["LogoutURLs"][0]["Fn::If"][1] == {"Fn::Sub": "${PublicUrl}/console"}
