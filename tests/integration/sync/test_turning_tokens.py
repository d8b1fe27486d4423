"""Two workers refresh the same tokens at once: what one stored first is never lost again."""

import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest

from shared.adapters.erp_secret import ErpSecret
from shared.adapters.oauth_tokens import OAuthTokens
from shared.errors import ErpAccess

NAME = "hub/erp/demo/books"
WALL_S = 1_000_000.0


class Identity:
    """Who gives tokens. A token that was used is taken again in its days of grace, or never."""

    def __init__(self, *, grace: bool) -> None:
        self.grace = grace
        self.good = {"refresh-0"}
        self.given = 0
        self.refused = 0
        self.overlapping = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self.both_are_here: Callable[[], object] = lambda: None

    def refresh(self, known: Mapping[str, Any]) -> Mapping[str, Any]:
        with self._lock:
            self._at_once += 1
        try:
            self.both_are_here()
            with self._lock:
                self.overlapping = max(self.overlapping, self._at_once)
                if known["refresh_token"] not in self.good:
                    self.refused += 1
                    raise ErpAccess(said="invalid_grant")
                if not self.grace:
                    self.good.remove(known["refresh_token"])
                self.given += 1
                self.good.add(f"refresh-{self.given}")
                return {
                    "access_token": f"access-{self.given}",
                    "refresh_token": f"refresh-{self.given}",
                    "expires_in": 1800,
                }
        finally:
            with self._lock:
                self._at_once -= 1


def kept() -> ErpSecret:
    return ErpSecret(boto3.client("secretsmanager"), NAME)


def stored() -> dict[str, Any]:
    found = boto3.client("secretsmanager").get_secret_value(
        SecretId=NAME, VersionStage="AWSCURRENT"
    )
    return dict(json.loads(found["SecretString"]))


def tokens(identity: Identity, secret: Any = None, pause: Any = lambda _: None) -> OAuthTokens:
    return OAuthTokens(secret or kept(), identity.refresh, lambda: WALL_S, pause)


@pytest.fixture
def secret(cloud: None) -> ErpSecret:
    kept().store({"client_id": "c", "client_secret": "s", "refresh_token": "refresh-0"})
    return kept()


def renew_at_once(identity: Identity) -> set[str]:
    """Return the access tokens of two workers who ask at the same moment."""
    identity.both_are_here = threading.Barrier(2, timeout=20).wait
    another = threading.Event()

    def wait(seconds: float) -> None:
        another.wait(seconds and 10)

    class Says(ErpSecret):
        def replace(self, *args: Any) -> bool:
            try:
                return super().replace(*args)
            finally:
                another.set()

    def work(_: int) -> str:
        mine = Says(boto3.client("secretsmanager"), NAME)
        return tokens(identity, mine, wait).access_token()

    with ThreadPoolExecutor(2) as pool:
        return set(pool.map(work, range(2)))


@pytest.mark.law("17")
@pytest.mark.parametrize("grace", [True, False])
def test_who_is_second_takes_the_tokens_of_who_was_first(secret: ErpSecret, grace: bool) -> None:
    identity = Identity(grace=grace)
    used = renew_at_once(identity)
    assert identity.overlapping == 2
    assert (identity.given, identity.refused) == ((2, 0) if grace else (1, 1))
    now = stored()
    assert used == {now["access_token"]}
    assert now["refresh_token"] in identity.good
    versions = boto3.client("secretsmanager").list_secret_version_ids(SecretId=NAME)["Versions"]
    assert sum("AWSCURRENT" in v["VersionStages"] for v in versions) == 1


def test_what_a_person_typed_meanwhile_stays(secret: ErpSecret) -> None:
    identity = Identity(grace=True)
    identity.good.add("typed")

    def typed() -> None:
        if identity.given == 0:
            secret.store({"client_id": "c", "client_secret": "s", "refresh_token": "typed"})

    identity.both_are_here = typed
    assert tokens(identity).access_token() == "access-2"
    assert stored()["refresh_token"] == "refresh-2"


@pytest.mark.law("6")
def test_tokens_whose_writer_died_are_found_again(secret: ErpSecret) -> None:
    identity = Identity(grace=False)

    class Dies(ErpSecret):
        def replace(self, *args: Any) -> bool:
            self._client.update_secret_version_stage = None
            return super().replace(*args)

    with pytest.raises(TypeError):
        tokens(identity, Dies(boto3.client("secretsmanager"), NAME)).access_token()
    assert stored()["refresh_token"] == "refresh-0"
    assert tokens(identity).access_token() == "access-2"
    assert stored()["refresh_token"] == "refresh-2"


def test_what_a_person_replaced_is_never_gone_back_to(secret: ErpSecret) -> None:
    identity = Identity(grace=True)
    tokens(identity).access_token()
    boto3.client("secretsmanager").delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)
    secret.store({"client_id": "c", "client_secret": "s", "refresh_token": "mistyped"})
    stage = {"SecretId": NAME, "VersionStages": ["RENEWED"]}
    old = {"refresh_token": "refresh-1", "begun": "an older version"}
    boto3.client("secretsmanager").put_secret_value(SecretString=json.dumps(old), **stage)
    with pytest.raises(ErpAccess) as refused:
        tokens(identity).access_token()
    assert refused.value.facts["said"] == "invalid_grant"
    assert stored()["refresh_token"] == "mistyped"
