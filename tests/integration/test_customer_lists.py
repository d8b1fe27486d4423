"""Customers in lists: by name, over all pages, whoever comes meanwhile."""

import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.table import Put
from tests.integration import hub
from tests.integration.test_ladder import LADDER
from tests.support.operators import ADMIN, AUDIENCE, call, issuer


@pytest.fixture
def listed(cloud, tmp_path, monkeypatch):
    with issuer(tmp_path / "key.pem") as serving:
        monkeypatch.setenv("TOKEN_ISSUER", serving.url)
        monkeypatch.setenv("TOKEN_AUDIENCE", AUDIENCE)
        monkeypatch.setenv("TOKEN_JWKS_URL", f"{serving.url}/.well-known/jwks.json")
        hub.seed(LADDER)
        yield serving.mint(ADMIN)


def put(n: int, name: str) -> None:
    whose = "01J" + f"{n:023}"
    entry = {
        "customer_id": whose,
        "external_id": f"X-{n}",
        "name": name,
        "email": "a@x.example",
    }
    place = {**keys.directory("demo", whose), **keys.name_entry("demo", name, whose)}
    runtime.table().write(Put({**place, "type": "DIRECTORY", **entry, "currency": "EUR"}))


def test_customers_are_listed_by_name_over_all_pages_whoever_comes_meanwhile(listed):
    names = ["Östra AB", "adler", "Zebra", "Nord", "Ops", "Ärzte\nBund", "adler"]
    for n, name in enumerate(names):
        put(n, name)
    pages, cursor = [], ""
    while True:
        page = call(listed, "GET", f"/entities/demo/customers?limit=2&cursor={cursor}").json
        pages.append([row["name"] for row in page["items"]])
        cursor = page["next"]
        if not cursor:
            break
        if len(pages) == 2:
            put(8, "Aachen")  # before what is shown: it moves nobody
    assert pages == [
        ["adler", "adler"],
        ["Ärzte\nBund", "Nord"],
        ["Ops", "Östra AB"],
        ["Zebra"],
    ]
    by_id = call(listed, "GET", "/entities/demo/customers?order=id&limit=3").json
    ids = [row["customer_id"] for row in by_id["items"]]
    assert ids == sorted(ids)
    more = call(listed, "GET", f"/entities/demo/customers?order=id&cursor={by_id['next']}").json
    assert ids[-1] < more["items"][0]["customer_id"]
    strange = call(listed, "GET", "/entities/demo/customers?cursor=AAAA")
    assert (strange.status, strange.json["code"]) == (422, "invalid_input")
