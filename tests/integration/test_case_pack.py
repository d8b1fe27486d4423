"""The pack of a case: everything about it in one ZIP, the same bytes from the same facts."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta

import boto3
import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.table import Put
from shared.domain.answer import Answer
from shared.domain.fee import Fee
from shared.domain.interest_rule import Claim, InterestRule
from shared.domain.notice import Channel
from shared.domain.policy import Policy
from shared.domain.stage import Stage
from shared.usecases.approvals import approve
from tests.integration import hub
from tests.integration.test_ladder import DUE, at
from tests.support.operators import ADMIN, AUDIENCE, call, issuer, operator

LADDER = Policy(
    name="standard",
    send_on=(1, 2, 3, 4, 5, 6, 7),
    interest=InterestRule(law="eu", claim=Claim.THREAT),
    stages=(
        Stage(id="reminder", offset_days=7, channel=Channel.EMAIL, template="reminder"),
        Stage(id="letter", offset_days=14, channel=Channel.LETTER, fee=Fee(flat={"EUR": "40.00"})),
        Stage(
            id="handover",
            offset_days=45,
            channel=Channel.HANDOVER,
            when={"days_late_at_least": 45, "amount_over": {"EUR": "10.00"}},
        ),
    ),
)
C1, INV = "01J" + "A" * 23, "01J" + "B" * 23


@pytest.fixture
def admin(cloud, tmp_path, monkeypatch):
    with issuer(tmp_path / "key.pem") as serving:
        monkeypatch.setenv("TOKEN_ISSUER", serving.url)
        monkeypatch.setenv("TOKEN_AUDIENCE", AUDIENCE)
        monkeypatch.setenv("TOKEN_JWKS_URL", f"{serving.url}/.well-known/jwks.json")
        yield serving


@pytest.fixture
def handed_over(admin):
    """A customer who was reminded, written to, and handed to a lawyer by somebody."""
    of = hub.seed(LADDER, bank_account="DE02 1203 0000 0000 2020 51")
    whose = hub.add_customer(
        of, customer_id=C1, address="Hafenweg 5\n20457 Hamburg", country="DE", language="de"
    )
    hub.add_invoice(of, whose, INV, DUE, 100_000)
    body = {"kind": "document", "entity": "demo", "customer_id": C1, "document_id": INV}
    hub.invoke("functions.documents.handler", [json.dumps(body)])
    entry = {"customer_id": C1, "external_id": "C-1", "name": whose.name, "email": whose.email}
    place = keys.directory("demo", C1)
    runtime.table().write(
        Put({**place, "type": "DIRECTORY", "language": "de", "currency": "EUR", **entry})
    )
    for days in (0, 7, 14, 45):
        at(DUE + timedelta(days=days))
        live(of)
    stores = (runtime.accounts(), runtime.entities(), runtime.approvals(), runtime.queues())
    answer = Answer(n=3, by="kim", subject="sub-1", tier="lawyer")
    assert approve(*stores, "demo", C1, answer, runtime.now()) == "approved"
    live(of)
    return of


def live(of) -> None:
    hub.sweep(of)
    hub.relay(of)
    hub.drain("ESCALATION", "DOCUMENT", "NOTICE")
    hub.relay(of)
    hub.drain("DOCUMENT")


def made() -> bytes:
    pack = runtime.packs().newest("demo", C1)
    found = boto3.client("s3").get_object(Bucket="documents", Key=pack.key)["Body"].read()
    assert hashlib.sha256(found).hexdigest() == pack.sha256
    return found


def test_documents_whose_numbers_read_the_same_are_all_in_the_pack(handed_over, admin):
    whose = runtime.accounts().customer("demo", C1)
    for name, number in (("E", "RE/2024-1"), ("F", "RE 2024-1")):
        hub.add_invoice(handed_over, whose, "01J" + name * 23, DUE, 70_000, number=number)
        invoice = {"entity": "demo", "customer_id": C1, "document_id": "01J" + name * 23}
        hub.invoke("functions.documents.handler", [json.dumps({"kind": "document"} | invoice)])
    token = admin.mint(operator("demo:clerk"))
    asked = call(token, "POST", f"/entities/demo/customers/{C1}/packs", {}).json
    hub.relay(handed_over)
    hub.drain("DOCUMENT")
    place = runtime.table().get(keys.case_pack("demo", C1, asked["pack_id"]))["key"]
    body = boto3.client("s3").get_object(Bucket="documents", Key=place)["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as pack:
        names = pack.namelist()
        index = pack.read("index.html").decode()
    for name in ("E", "F"):
        paths = (f"{folder}-{name * 10}" for folder in ("invoices/RE_2024-1", "interest/RE_2024-1"))
        for path, ending in zip(paths, ("pdf", "csv"), strict=True):
            assert names.count(f"{path}.{ending}") == index.count(f'"{path}.{ending}"') == 1


def test_the_pack_of_a_hand_over_holds_the_whole_case(handed_over):
    with zipfile.ZipFile(io.BytesIO(made())) as pack:
        names = set(pack.namelist())
        files = {name: pack.read(name) for name in names}
    assert {
        "README.txt",
        "index.html",
        "hashes.sha256",
        "statement.pdf",
        f"invoices/{INV}.pdf",
        f"interest/{INV}.csv",
        "terms/terms.txt",
        "messages/deliveries.csv",
        "agreements/promises.csv",
        "agreements/disputes.csv",
        "agreements/holds.csv",
        "agreements/plans.csv",
        "agreements/handovers.csv",
    } <= names
    sent = sorted(n for n in names if n.startswith("messages/0"))
    assert [name.rpartition(".")[2] for name in sent] == ["html", "txt", "pdf"]
    hashes = dict(line.split("  ")[::-1] for line in files["hashes.sha256"].decode().splitlines())
    assert hashes.keys() == names - {"hashes.sha256"}
    assert all(hashlib.sha256(files[n]).hexdigest() == digest for n, digest in hashes.items())
    handovers = list(csv.DictReader(io.StringIO(files["agreements/handovers.csv"].decode())))
    assert [(h["tier"], h["approved_by"]) for h in handovers] == [("lawyer", "kim")]
    states = list(csv.DictReader(io.StringIO(files["messages/deliveries.csv"].decode())))
    assert [s["state"] for s in states] == ["sent", "sent", "done"]
    interest = files[f"interest/{INV}.csv"].decode().splitlines()
    assert interest[-1].startswith(",,,,total,")
    assert "lawyer" in files["index.html"].decode()


def test_no_file_of_a_pack_opens_the_customers_account(handed_over):
    with zipfile.ZipFile(io.BytesIO(made())) as pack:
        texts = [pack.read(n).decode() for n in pack.namelist() if not n.endswith(".pdf")]
    assert all("/p/demo/l/" not in text.replace("/l/…", "") or "…" in text for text in texts)


def test_the_same_facts_give_the_same_bytes(handed_over):
    first = made()
    runtime.table().write(
        Put(
            runtime.table().get(
                keys.case_pack("demo", C1, runtime.packs().newest("demo", C1).pack_id)
            )
            | {"key": "", "sha256": ""},
            condition="attribute_exists(pk)",
        )
    )
    pack = runtime.packs().newest("demo", C1)
    at(DUE + timedelta(days=60))
    body = {"kind": "handover", "entity": "demo", "customer_id": C1, "pack_id": pack.pack_id}
    hub.invoke("functions.documents.handler", [json.dumps(body)])
    assert made() == first


def test_a_clerk_asks_for_a_pack_and_fetches_it_and_a_viewer_does_not(handed_over, admin):
    token = admin.mint(operator("demo:clerk"))
    asked = call(token, "POST", f"/entities/demo/customers/{C1}/packs", {})
    assert (asked.status, asked.json["url"]) == (202, None)
    hub.relay(handed_over)
    hub.drain("DOCUMENT")
    place = f"/entities/demo/customers/{C1}/packs/{asked.json['pack_id']}"
    found = call(token, "GET", place).json
    assert "/cases/demo/" in found["url"]
    assert len(found["sha256"]) == 64
    viewer = admin.mint(operator("demo:viewer"))
    assert call(viewer, "GET", place).status == 403


@pytest.mark.rule("R37")
def test_nothing_is_said_until_the_case_is_taken_back(handed_over, admin):
    token = admin.mint(ADMIN)
    told = call(token, "GET", f"/entities/demo/decisions?customer={C1}").json["decisions"]
    assert {one["code"] for one in told} == {"handed_over"}
    (case,) = call(token, "GET", f"/entities/demo/customers/{C1}/handovers").json["items"]
    assert (case["tier"], case["approved_by"], case["ended_on"]) == ("lawyer", "kim", None)
    place = f"/entities/demo/customers/{C1}/handovers/{case['handover_id']}/take-back"
    clerk = admin.mint(operator("demo:clerk"))
    assert call(clerk, "POST", place, {"reason": "they pay"}).status == 403
    back = call(token, "POST", place, {"reason": "they pay"})
    assert (back.status, back.json["ended_by"]) == (200, "ada")
    told = call(token, "GET", f"/entities/demo/decisions?customer={C1}").json["decisions"]
    assert "handed_over" not in {one["code"] for one in told}
    assert call(token, "POST", place, {"reason": "they pay"}).status == 404
