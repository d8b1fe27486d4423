"""The local cloud runs every shape of resource that the template uses, and cleans up."""

import base64
import dataclasses
import json
import os
import signal
import socket
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import urllib3

from infra.local import ministack, processes
from infra.local.identity import Operator
from infra.local.idle import StillBusy
from infra.local.stack import AlreadyUp, LocalStack, Options
from tests.e2e.local_cloud.browserless import sign_in

pytestmark = pytest.mark.cloud
HTTP = urllib3.PoolManager(maxsize=20, retries=False)
CLERK = Operator("clerk", "clerk@operators.example", ("demo:clerk",))


def _get(stack: LocalStack, path: str, method: str = "GET", **options: Any) -> Any:
    return HTTP.request(method, stack.public_url + path, redirect=False, **options)


def _seen(stack: LocalStack, kind: str) -> list[dict[str, str]]:
    found = stack.client("dynamodb").query(
        TableName=stack.state["outputs"]["TableName"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"SEEN#{kind}"}},
    )["Items"]
    return [{name: next(iter(value.values())) for name, value in item.items()} for item in found]


def _until(look: Any, timeout_s: float = 20.0) -> Any:
    deadline = time.monotonic() + timeout_s
    while not (found := look()):
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)
    return found


def test_handlers_import_their_layers_and_nothing_of_the_emulator(toy: LocalStack) -> None:
    seen = _get(toy, "/p/modules").json()
    assert "/built/layer/python/" in seen["boto3"]
    assert seen["leaks"] == []
    assert not any("site-packages" in part and "layer_" not in part for part in seen["path"])
    assert not {name for name in seen["environment"] if "TOKEN" in name} - {"AWS_SESSION_TOKEN"}


def test_an_event_arrives_as_an_http_api_sends_it(toy: LocalStack) -> None:
    answer = _get(
        toy,
        "/p/echo/a%20b?x=1&x=2",
        "POST",
        body=b"a=1",
        headers={"cookie": "s=1; t=2", "content-type": "application/x-www-form-urlencoded"},
    )
    event = answer.json()
    assert answer.status == 200
    assert event["routeKey"] == "ANY /p/{proxy+}"
    assert event["pathParameters"] == {"proxy": "echo/a b"}
    assert event["queryStringParameters"] == {"x": "1,2"}
    assert event["cookies"] == ["s=1", "t=2"]
    assert base64.b64decode(event["body"]) == b"a=1"
    assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
    assert answer.headers["apigw-requestid"] == event["requestContext"]["requestId"]


def test_answers_are_mapped_as_an_http_api_maps_them(toy: LocalStack) -> None:
    made = _get(toy, "/p/bytes")
    assert (made.status, made.data) == (201, b"\x00\x01\x02\xff")
    assert made.headers.getlist("set-cookie") == ["a=1; Path=/", "b=2; Path=/"]
    assert _get(toy, "/p/plain").json() == {"hello": "plain"}
    head = _get(toy, "/p/bytes", "HEAD")
    assert (head.status, head.data, head.headers["content-length"]) == (201, b"", "4")
    missing = _get(toy, "/nowhere")
    assert (missing.status, missing.json()) == (404, {"message": "Not Found"})
    raised = _get(toy, "/p/raise")
    assert (raised.status, raised.json()) == (500, {"message": "Internal Server Error"})
    large = _get(toy, "/p/echo", "POST", body=b"\x00" * 5_000_000)
    assert (large.status, large.json()) == (413, {"message": "Request Entity Too Large"})


def test_only_a_good_token_passes_the_authorizer(toy: LocalStack) -> None:
    issuer = toy.issuer()
    bad = {
        "none": "",
        "unsigned": issuer.mint_unsigned(CLERK),
        "foreign key": issuer.mint_with_foreign_key(CLERK),
        "expired": issuer.mint(CLERK, ttl_s=-1),
        "wrong audience": issuer.mint(CLERK, aud="another"),
    }
    for name, token in bad.items():
        answer = _get(toy, "/api/v1/entities", headers={"authorization": f"Bearer {token}"})
        assert (answer.status, answer.json()) == (401, {"message": "Unauthorized"}), name
    good = _get(toy, "/api/v1/x", headers={"authorization": f"Bearer {issuer.mint(CLERK)}"})
    claims = good.json()["requestContext"]["authorizer"]["jwt"]["claims"]
    assert (good.status, claims["cognito:groups"]) == (200, "[demo:clerk]")
    assert _get(toy, "/api/v1/openapi.json").status == 200


def test_an_operator_signs_in_with_a_code_and_pkce(toy: LocalStack) -> None:
    callback = f"{toy.public_url}/console/callback"
    tokens = sign_in(toy.state["identity_url"], "controller", callback)
    answer = _get(toy, "/api/v1/x", headers={"authorization": f"Bearer {tokens['access_token']}"})
    claims = answer.json()["requestContext"]["authorizer"]["jwt"]["claims"]
    assert claims["cognito:groups"] == "[demo:controller]"
    with pytest.raises(PermissionError):
        sign_in(toy.state["identity_url"], "controller", callback, verifier="another")
    with pytest.raises(PermissionError):
        sign_in(toy.state["identity_url"], "controller", "http://127.0.0.1:1/elsewhere")


def test_every_line_of_a_call_is_in_its_log_when_it_has_answered(toy: LocalStack) -> None:
    asked = {"FunctionName": toy.state["physical_ids"]["Web"], "LogType": "Tail"}
    event = json.dumps({"rawPath": "/p/lines"})

    def lines(_: int) -> list[str]:
        answer = toy.client("lambda").invoke(**asked, Payload=event)
        told = base64.b64decode(answer["LogResult"]).decode().splitlines()
        return [line for line in told if line.startswith("line ")]

    with ThreadPoolExecutor(4) as pool:
        logs = list(pool.map(lines, range(24)))
    assert logs == [[f"line {n} of 50" for n in range(50)]] * 24


def test_a_call_that_failed_tells_its_own_error(toy: LocalStack) -> None:
    asked = {"FunctionName": toy.state["physical_ids"]["Web"]}
    answer = toy.client("lambda").invoke(**asked, Payload=json.dumps({"rawPath": "/p/raise"}))
    told = json.loads(answer["Payload"].read())
    assert (answer["FunctionError"], told["errorMessage"]) == ("Unhandled", "on purpose"), told


def test_a_role_is_enforced(toy: LocalStack) -> None:
    assert _get(toy, "/p/secret").json()["setting"] == "7"
    assert _get(toy, "/p/forbidden").status == 500
    assert _get(toy, "/p/delete/ordinary").status == 200
    assert _get(toy, "/p/delete/ledger%23L").status == 500, "the ledger's deny is not enforced"
    assert _get(toy, "/p/transact/ordinary").status == 200, "each item is judged by its own key"
    assert _get(toy, "/p/transact/ledger%23L").status == 500


def test_a_write_runs_through_stream_and_queues_and_then_all_is_idle(toy: LocalStack) -> None:
    ids = [f"order-{number}" for number in range(20)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: _get(toy, f"/p/order?id={one}").status, ids))
    assert answers == [200] * 20
    toy.wait_until_idle(30)
    bodies = [json.loads(row["body"])["id"] for row in _seen(toy, "work") if "order" in row["body"]]
    assert sorted(bodies) == sorted(ids * 2), (
        "each order once by the queue, once by the ordered one"
    )
    assert len(toy.workers("Web")) <= 4, "parallel requests wait instead of starting workers"


def test_a_file_dropped_is_read_and_answered_under_its_role(toy: LocalStack) -> None:
    s3, bucket = toy.client("s3"), toy.state["outputs"]["DropBucketName"]
    s3.put_object(Bucket=bucket, Key="in/demo/a.csv", Body=b"a,b")
    _until(lambda: [row for row in _seen(toy, "drop") if row["sk"] == "in/demo/a.csv"])
    assert s3.get_object(Bucket=bucket, Key="out/demo/a.csv")["Body"].read() == b"a,b"


def test_a_mail_is_kept_and_its_events_come_back_through_the_topic(toy: LocalStack) -> None:
    sent = _get(toy, "/p/mail?to=payer@customer.example")
    assert sent.status == 200, sent.data
    toy.wait_until_idle(30)
    events = [
        json.loads(row["body"])["eventType"]
        for row in _seen(toy, "work")
        if sent.json()["message_id"] in row["body"]
    ]
    assert sorted(events) == ["Delivery", "Send"]


def test_a_poison_message_goes_to_the_dead_letters(toy: LocalStack) -> None:
    url = toy.state["outputs"]["WorkQueueUrl"]
    toy.client("sqs").send_message(QueueUrl=url, MessageBody="poison")
    with pytest.raises(StillBusy, match="WorkQueue"):
        toy.wait_until_idle(0.2)
    dead = _until(lambda: toy.idle().dead_letters())
    assert list(dead.values()) == [1]
    toy.wait_until_idle(10)


def test_a_killed_worker_is_replaced_and_its_message_tried_again(toy: LocalStack) -> None:
    _get(toy, "/p/order?id=before-the-kill")
    toy.wait_until_idle(30)
    victims = [worker["pid"] for worker in toy.workers("Worker")]
    assert victims
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    _get(toy, "/p/order?id=after-the-kill")
    toy.wait_until_idle(30)
    assert any("after-the-kill" in row["body"] for row in _seen(toy, "work"))
    assert not {worker["pid"] for worker in toy.workers("Worker")} & set(victims)


def test_a_pending_fact_keeps_the_cloud_busy_until_it_is_done(toy: LocalStack) -> None:
    table, dynamodb = toy.state["outputs"]["TableName"], toy.client("dynamodb")

    def put(pk: str, sk: str, **more: str) -> None:
        item = {"pk": pk, "sk": sk, **more}
        dynamodb.put_item(TableName=table, Item={name: {"S": text} for name, text in item.items()})

    put("ENTITIES", "E#toy")
    put("x", "a", ppk="E#toy#PENDING", psk="checkout#2026-01-01T00:00:00Z#1")
    toy.wait_until_idle(10)
    put("x", "b", ppk="E#toy#PENDING", psk="notice#2026-01-01T00:00:00Z#1")
    with pytest.raises(StillBusy, match="1 notice pending"):
        toy.wait_until_idle(0.2)
    put("x", "b")
    toy.wait_until_idle(10)


def test_a_schedule_can_be_run_at_once(toy: LocalStack) -> None:
    before = len([row for row in _seen(toy, "work") if '"tick"' in row["body"]])
    toy.run_schedule("Tick")
    toy.run_schedule("EveryHourly")
    _until(lambda: [row for row in _seen(toy, "schedule") if "hourly" in row["event"]])
    toy.wait_until_idle(10)
    assert len([row for row in _seen(toy, "work") if '"tick"' in row["body"]]) > before


def test_a_quiet_cloud_is_seen_to_be_quiet(toy: LocalStack) -> None:
    toy.wait_until_idle(30)
    for _ in range(10):
        assert toy.idle().look() == []


def test_a_second_start_is_refused_and_a_stop_leaves_nothing(toy_options: Options) -> None:
    options = dataclasses.replace(toy_options, state_dir=toy_options.state_dir.parent / "second")
    stack = LocalStack.start(options)
    pids = [record["pid"] for record in stack.state["pids"]]
    try:
        with pytest.raises(AlreadyUp, match=stack.public_url):
            LocalStack.start(options)
        assert LocalStack.attach(options.state_dir) is not None
        assert (options.state_dir / "stack.json").stat().st_mode & 0o077 == 0
        assert _get(stack, "/p/plain").status == 200
        workers = [worker["pid"] for worker in stack.workers("Web")]
        assert workers
        assert _foreign_listeners(pids) == []
    finally:
        assert LocalStack.stop(options.state_dir)
    assert len(stack.dead()) == len(pids)
    assert not [pid for pid in [*pids, *workers] if _lives(pid)]
    assert [path.name for path in options.state_dir.iterdir()] == ["cache"]
    assert LocalStack.attach(options.state_dir) is None
    assert LocalStack.stop(options.state_dir) is False


def test_a_stack_whose_process_died_is_replaced(toy_options: Options) -> None:
    options = dataclasses.replace(
        toy_options, state_dir=toy_options.state_dir.parent / "third", with_mail=False
    )
    try:
        first = LocalStack.start(options)
        edge = next(record for record in first.state["pids"] if record["name"] == "edge")
        os.kill(edge["pid"], signal.SIGKILL)
        assert _until(first.dead) == ["edge"]
        second = LocalStack.start(options)
        assert _get(second, "/p/plain").status == 200
        assert len(first.dead()) == len(first.state["pids"])
    finally:
        LocalStack.stop(options.state_dir)


def test_a_port_that_is_taken_meanwhile_is_answered_by_another(
    toy_options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = dataclasses.replace(toy_options, state_dir=toy_options.state_dir.parent / "fourth")
    real, given = processes.free_port, []
    asked: Counter[threading.Thread] = Counter()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        def taken_at_first() -> int:
            me = threading.current_thread()
            asked[me] += 1
            # who starts all asks for the sign-in's port before that of the emulator
            first = asked[me] == (2 if me is threading.main_thread() else 1)
            given.append(port if first else real())
            return given[-1]

        monkeypatch.setattr(processes, "free_port", taken_at_first)
        stack = LocalStack.start(options)
        try:
            assert _get(stack, "/p/plain").status == 200
            assert given.count(port) == 3, (
                "mail, texts and the emulator were all given the taken port"
            )
        finally:
            LocalStack.stop(options.state_dir)


def test_a_template_that_cannot_be_made_says_why_and_leaves_nothing(
    toy_options: Options, tmp_path: Path
) -> None:
    broken = toy_options.built_template.with_name("broken.yaml")
    text = toy_options.built_template.read_text()
    broken.write_text(text.replace("Service: s3.amazonaws.com", "Service: sns.amazonaws.com"))
    options = dataclasses.replace(
        toy_options, state_dir=tmp_path, built_template=broken, with_mail=False
    )
    try:
        with pytest.raises(processes.StartFailed, match="DropBucket"):
            LocalStack.start(options)
        assert not (tmp_path / "stack.json").exists()
        assert not (tmp_path / "run" / "tmp").exists()
    finally:
        LocalStack.stop(tmp_path)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def _foreign_listeners(pids: list[int]) -> list[str]:
    """Return addresses other than loopback that these processes listen on."""
    sockets = set()
    for pid in pids:
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            try:
                target = str(handle.readlink())
            except OSError:
                continue
            if target.startswith("socket:["):
                sockets.add(target[8:-1])
    found, listening = [], 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        parts = line.split()
        if parts[3] == "0A" and parts[9] in sockets:
            listening += 1
            if not parts[1].startswith("0100007F:"):
                found.append(parts[1])
    assert listening >= 4
    return found


def test_the_emulator_answers_in_one_look(toy: LocalStack) -> None:
    state = ministack.state(toy.state["aws_endpoint"])
    assert len(state["queues"]) == 7
    assert list(state["streams"].values()) == [0]
