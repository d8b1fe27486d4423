"""The ledger is append-only: no role may change it, and a change by anybody else is an alarm."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.local import template as sam
from shared.adapters import keys
from tests.support.company import Company
from tests.support.stack import ROOT, Hub, Json, until

pytestmark = pytest.mark.cloud

DUE = datetime(2026, 3, 9, 8, tzinfo=UTC)
ROLES_MIN = 12
TOLD_WITHIN_S = 120.0
"""The stream, the relay and its log are asynchronous, and the machine may have other work."""


@pytest.fixture(scope="module")
def company(hub: Hub) -> Iterator[Company]:
    hub.move_clock(DUE)
    with Company.open(hub, "ledger") as company:
        company.seed(1, 2, "2026-03-01", "2026-03-09")
        yield company


def postings(company: Company) -> list[Json]:
    found = company.hub.items(f"E#{company.entity}#C#{company.customer_id(1)}#L")
    assert len(found) == 2
    return found


def key_of(item: Json) -> dict[str, dict[str, str]]:
    return {"pk": {"S": item["pk"]}, "sk": {"S": item["sk"]}}


def table(hub: Hub) -> str:
    return str(hub.stack.state["outputs"]["TableName"])


def lines(hub: Hub, message: str, since_ms: int) -> list[Json]:
    """Return what the functions logged under message, as the alarm's metric filter sees it."""
    told = alarm_patterns()
    assert f'"{message}"' in told, f"no alarm looks for {message}: {told}"
    pages = hub.client("logs").get_paginator("filter_log_events")
    group = hub.stack.state["physical_ids"]["FunctionLogs"]
    events = [
        e["message"]
        for page in pages.paginate(
            logGroupName=group, startTime=since_ms, filterPattern=f'"{message}"'
        )
        for e in page["events"]
    ]
    return [json.loads(text) for text in events if text.startswith("{")]


def alarm_patterns() -> set[str]:
    """Return what the metric filters behind the alarms look for in the log group."""
    resources = sam.load(ROOT / "infra" / "alarms.yaml")["Resources"].values()
    kinds: dict[str, list[Json]] = {"AWS::Logs::MetricFilter": [], "AWS::CloudWatch::Alarm": []}
    for resource in resources:
        kinds.get(resource["Type"], []).append(resource.get("Properties", {}))
    filters, alarms = kinds.values()
    watched = [alarm.get("MetricName") for alarm in alarms]  # a sum of metrics names none
    return {
        each["FilterPattern"]
        for each in filters
        if each["MetricTransformations"][0]["MetricName"] in watched
    }


def duecourse(hub: Hub, *arguments: str) -> tuple[int, Json]:
    """Return exit code and answer of the command, run as a controller would."""
    environment = {
        **os.environ,
        "DUECOURSE_API_URL": f"{hub.url}/api/v1",
        "DUECOURSE_TOKEN": hub.stack.state["token"],
    }
    command = [str(Path(sys.executable).with_name("duecourse")), *arguments, "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
    assert done.stdout, done.stderr.decode()
    return done.returncode, json.loads(done.stdout)


def test_a_head_that_somebody_changed_is_found_shown_and_made_again_by_the_command(hub, company):
    head = hub.items(f"E#{company.entity}#C#{company.customer_id(1)}", "HEAD#")[0]
    hub.client("dynamodb").update_item(
        TableName=table(hub),
        Key=key_of(head),
        UpdateExpression="SET #open = #open + :one",
        ExpressionAttributeNames={"#open": "open"},
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    of = ("--entity", company.entity)
    code, told = duecourse(hub, "books", "check", *of)
    assert (code, told["checked"], told["differing"]) == (1, 1, 1)
    code, shown = duecourse(hub, "books", "rebuild", "c1", *of)
    (found,) = shown["differences"]
    assert (found["document_id"], found["stored"]) == (head["document_id"], head["open"] + 1)
    assert (code, found["posted"], shown["applied"]) == (0, head["open"], False)
    code, done = duecourse(hub, "books", "rebuild", "c1", *of, "--apply", "--yes")
    assert (code, done["left"]) == (0, [])
    code, told = duecourse(hub, "books", "check", *of)
    assert (code, told["checked"], told["differing"]) == (0, 1, 0)
    (task,) = [t for t in company.tasks() if t["kind"] == "books"]
    hub.api("POST", f"{company.path}/tasks/{task['task_id']}/done", {"note": "made again"})


def test_a_change_of_a_posting_by_anybody_is_an_alarm(hub, company):
    changed, removed = postings(company)
    client, since_ms = hub.client("dynamodb"), int(time.time() * 1000) - 1
    client.update_item(
        TableName=table(hub),
        Key=key_of(changed),
        UpdateExpression="SET movements[0].amount = :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    client.delete_item(TableName=table(hub), Key=key_of(removed))
    hub.idle(TOLD_WITHIN_S)
    told = until(
        lambda: (said := lines(hub, "ledger_changed", since_ms)) and len(said) == 2 and said,
        TOLD_WITHIN_S,
    )
    assert {(line["level"], line["event"], line["posting"]) for line in told} == {
        ("CRITICAL", "MODIFY", changed["sk"]),
        ("CRITICAL", "REMOVE", removed["sk"]),
    }
    whose = {keys.ledger(line["entity"], line["customer_id"]) for line in told}
    assert whose == {changed["pk"], removed["pk"]}


def test_the_next_check_finds_the_change_and_names_customer_document_and_both_figures(hub, company):
    since_ms = int(time.time() * 1000) - 1
    run = hub.api("POST", f"{company.path}/books/checks")["run_id"]
    hub.idle()
    done = hub.api("GET", f"{company.path}/books/checks/{run}")
    assert (done["state"], done["checked"], done["differing"]) == ("done", 1, 1)
    (told,) = until(lambda: lines(hub, "books_differ", since_ms), TOLD_WITHIN_S)
    documents = {d["document_id"] for d in company.documents(1)}
    assert (told["level"], set(told["documents"])) == ("CRITICAL", documents)
    (task,) = [t for t in company.tasks() if t["kind"] == "books"]
    assert task["customer_id"] == company.customer_id(1)
    said = r"open of \w+: stored 101\.0[12] EUR, postings say 0\.01 EUR"
    assert re.search(said, task["detail"]), task["detail"]


def test_no_role_of_a_function_may_change_or_delete_a_posting(hub, company):
    posting = hub.items(f"E#{company.entity}#C#{company.customer_id(1)}#L")[0]
    roles = [n for n in hub.stack.state["physical_ids"] if n.endswith("Role")]
    may_write = denied = 0
    for role in sorted(roles):
        client = as_role(hub, hub.stack.state["physical_ids"][role])
        beside = {**key_of(posting), "pk": {"S": posting["pk"].removesuffix("#L") + "#X"}}
        for act in attempts(client, table(hub)):
            allowed_elsewhere = refusal(act, beside) is None
            answer = refusal(act, key_of(posting))
            assert answer is not None, f"{role} may change the ledger"
            assert answer.startswith("AccessDenied"), f"{role}: {answer}"
            denied += 1
            may_write += allowed_elsewhere
    print(f"{denied} attempts on the ledger denied; {may_write} of them allowed elsewhere")
    assert denied >= ROLES_MIN * 3
    assert may_write >= ROLES_MIN, "the same calls must be allowed beside the ledger"


def attempts(client: Any, name: str) -> list[Any]:
    """Return ways to change an item by its key: alone, and inside a transaction."""
    update = {
        "UpdateExpression": "SET amount = :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    return [
        lambda key: client.update_item(TableName=name, Key=key, **update),
        lambda key: client.delete_item(TableName=name, Key=key),
        lambda key: client.transact_write_items(
            TransactItems=[{"Update": {"TableName": name, "Key": key, **update}}]
        ),
        lambda key: client.transact_write_items(
            TransactItems=[{"Delete": {"TableName": name, "Key": key}}]
        ),
    ]


def refusal(act: Any, key: Json) -> str | None:
    """Return the code with which the call was refused, None where it was done."""
    try:
        act(key)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None


def as_role(hub: Hub, role: str) -> Any:
    """Return a DynamoDB client with the rights of a function's role and no other.

    The emulator's root lets itself assume the role: what Lambda's service may do on AWS.
    """
    iam, sts = hub.client("iam"), hub.client("sts")
    arn = iam.get_role(RoleName=role)["Role"]["Arn"]
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
    before = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trust))
    try:
        found = sts.assume_role(RoleArn=arn, RoleSessionName="proof")["Credentials"]
    finally:
        document = before if isinstance(before, str) else json.dumps(before)
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=document)
    return boto3.client(
        "dynamodb",
        region_name=hub.client("dynamodb").meta.region_name,
        endpoint_url=hub.stack.state["aws_endpoint"],
        aws_access_key_id=found["AccessKeyId"],
        aws_secret_access_key=found["SecretAccessKey"],
        aws_session_token=found["SessionToken"],
    )
