"""The template keeps the house rules, and each rule notices when it is broken."""

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.local import template as sam
from infra.rules import house
from infra.rules.routes import PUBLIC, SESSION

ROOT = Path(__file__).resolve().parents[2]
PARAMETERS = {"MailFrom": "billing@example.com"}


@pytest.fixture(scope="module")
def transformed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    packaged = sam.load(ROOT / "template.yaml")
    packaged["Globals"]["Function"]["CodeUri"] = "s3://bucket/code.zip"
    for name, resource in packaged["Resources"].items():
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = f"s3://bucket/{name}.zip"
    return sam.transformed(
        packaged,
        PARAMETERS,
        region="eu-west-1",
        interpreter=ROOT / ".venvs" / "sam" / "bin" / "python",
        cache_dir=tmp_path_factory.mktemp("transformed"),
    )


def test_the_template_keeps_every_house_rule(transformed):
    seen = {kind: len(list(house.of_type(transformed, kind))) for kind in SEEN_MIN}
    assert all(seen[kind] >= least for kind, least in SEEN_MIN.items()), seen
    assert house.complaints(transformed) == []


# a rule that finds nothing to look at proves nothing
SEEN_MIN = {
    "AWS::Lambda::Function": 16,
    "AWS::IAM::Role": 17,
    "AWS::SQS::Queue": 26,
    "AWS::Lambda::EventSourceMapping": 13,
    "AWS::Scheduler::Schedule": 4,
    "AWS::S3::Bucket": 2,
    "AWS::DynamoDB::Table": 1,
    "AWS::ApiGatewayV2::Api": 1,
}


def body(template: dict[str, Any]) -> dict[str, Any]:
    return template["Resources"]["Api"]["Properties"]["Body"]["paths"]


def own(template: dict[str, Any], name: str) -> dict[str, Any]:
    return template["Resources"][name]["Properties"]


def boundary(template: dict[str, Any]) -> list[dict[str, Any]]:
    return own(template, "FunctionBoundary")["PolicyDocument"]["Statement"]


def role_of(template: dict[str, Any], function: str) -> dict[str, Any]:
    return own(template, f"{function}Role")


def allow(template: dict[str, Any], function: str, action: str, resource: Any) -> None:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    role_of(template, function)["Policies"][0]["PolicyDocument"]["Statement"].append(statement)


def log_format(template: dict[str, Any]) -> dict[str, Any]:
    stages = house.of_type(template, "AWS::ApiGatewayV2::Stage")
    return next(stage["Properties"]["AccessLogSettings"] for _, stage in stages)


BREAKS: dict[str, tuple[str, Callable[[dict[str, Any]], Any]]] = {
    "a queue without a dead-letter queue": (
        "NoticeQueue has no dead-letter queue",
        lambda t: own(t, "NoticeQueue").pop("RedrivePolicy"),
    ),
    "a FIFO queue that gives up into a plain one": (
        "WritebackQueue and its dead-letter queue are not of one kind",
        lambda t: own(t, "WritebackQueueDead").pop("FifoQueue"),
    ),
    "a queue that may be called without TLS": (
        "PlanQueue may be called without TLS",
        lambda t: own(t, "QueuesAreTlsOnly")["Queues"].remove({"Ref": "PlanQueue"}),
    ),
    "a message shown again while it is being worked on": (
        "SyncQueue shows a message again",
        lambda t: own(t, "ErpSync").update(Timeout=900),
    ),
    "a batch that fails as a whole": (
        "fails a whole batch",
        lambda t: own(t, "PaymentWorkerPayment").pop("FunctionResponseTypes"),
    ),
    "a stream that loses what it gives up on": (
        "loses what it gives up on",
        lambda t: own(t, "StreamRelayTable").pop("DestinationConfig"),
    ),
    "an API route without sign-in": (
        "ANY /api/v1/{proxy+} asks for no sign-in",
        lambda t: body(t)["/api/v1/{proxy+}"]["x-amazon-apigateway-any-method"].update(security=[]),
    ),
    "a new route that nobody listed": (
        "GET /debug asks for no sign-in",
        lambda t: body(t).update({"/debug": {"get": {"security": [{"NONE": []}]}}}),
    ),
    "a listed route that is gone": (
        "GET /health is listed",
        lambda t: body(t).pop("/health"),
    ),
    "a role that may do anything to the table": (
        "may do dynamodb:*",
        lambda t: allow(t, "Portal", "dynamodb:*", {"Fn::GetAtt": ["Table", "Arn"]}),
    ),
    "a role that may scan": (
        "may do dynamodb:Scan",
        lambda t: allow(t, "Portal", "dynamodb:Scan", {"Fn::GetAtt": ["Table", "Arn"]}),
    ),
    "a role that may send to every queue": (
        "may do sqs:SendMessage to everything",
        lambda t: allow(t, "Portal", "sqs:SendMessage", "*"),
    ),
    "a role that carries a policy of administrators": (
        "carries arn:aws:iam::aws:policy/AdministratorAccess",
        lambda t: role_of(t, "Portal")["ManagedPolicyArns"].append(
            "arn:aws:iam::aws:policy/AdministratorAccess"
        ),
    ),
    "a function that borrows a role": (
        "shares a role with",
        lambda t: own(t, "Portal").update(Role=own(t, "Janitor")["Role"]),
    ),
    "a ledger that may be deleted from": (
        "may change what the ledger says",
        lambda t: boundary(t)[0]["Action"].remove("dynamodb:DeleteItem"),
    ),
    "a ledger protected under another key": (
        "may change what the ledger says",
        lambda t: boundary(t)[0].update(Condition={}),
    ),
    "a function outside the boundary": (
        "MailEvents has no boundary",
        lambda t: role_of(t, "MailEvents").pop("PermissionsBoundary"),
    ),
    "a table that goes with the stack": (
        "Table is deleted with the stack",
        lambda t: t["Resources"]["Table"].pop("DeletionPolicy"),
    ),
    "a table without restore in production": (
        "Table has no point-in-time recovery",
        lambda t: own(t, "Table").pop("PointInTimeRecoverySpecification"),
    ),
    "a table without deletion protection": (
        "Table has no deletion protection",
        lambda t: own(t, "Table").update(DeletionProtectionEnabled=False),
    ),
    "a bucket that may become public": (
        "DocumentsBucket may become public",
        lambda t: own(t, "DocumentsBucket")["PublicAccessBlockConfiguration"].update(
            BlockPublicPolicy=False
        ),
    ),
    "documents that are kept for ever": (
        "DocumentsBucket keeps statements/ for ever",
        lambda t: own(t, "DocumentsBucket")["LifecycleConfiguration"].update(
            Rules=[
                rule
                for rule in own(t, "DocumentsBucket")["LifecycleConfiguration"]["Rules"]
                if rule.get("Prefix") != "statements/"
            ]
        ),
    ),
    "a bucket that blocks the next attempt after a first that failed": (
        "RepliesBucket is deleted with the stack, or blocks the next try",
        lambda t: t["Resources"]["RepliesBucket"].update(DeletionPolicy="Retain"),
    ),
    "an access log that quotes what is quoted": (
        "the access log is no JSON",
        lambda t: log_format(t).update(Format='{"error":"$context.error.messageString"}'),
    ),
    "a bucket without TLS": (
        "DropBucket may be called without TLS",
        lambda t: t["Resources"].pop("DropBucketPolicy"),
    ),
    "a schedule in local time": (
        "PlanSchedule would skip or repeat",
        lambda t: own(t, "PlanSchedule").update(ScheduleExpressionTimezone="Europe/Berlin"),
    ),
    "a function that takes boto3 from the runtime": (
        "MailEvents takes boto3 from the runtime",
        lambda t: own(t, "MailEvents").update(Layers=[]),
    ),
    "a function with the texts of both web and documents": (
        "Portal carries both",
        lambda t: own(t, "Portal")["Layers"].extend(own(t, "Documents")["Layers"]),
    ),
    "a dead-letter queue that nobody watches": (
        "PlanQueueDead fills up unseen",
        lambda t: own(t, "Alarms")["Parameters"]["DeadQueues"]["Fn::Join"][1].remove(
            {"Fn::GetAtt": ["PlanQueueDead", "QueueName"]}
        ),
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_the_rules_notice(name, transformed):
    expected, break_it = BREAKS[name]
    broken = copy.deepcopy(transformed)
    break_it(broken)
    assert any(expected in complaint for complaint in house.complaints(broken))


def test_no_route_is_on_both_lists():
    assert not PUBLIC & SESSION


def test_every_alarm_of_a_dead_letter_queue_watches_the_queue_it_names(transformed):
    passed = own(transformed, "Alarms")["Parameters"]["DeadQueues"]["Fn::Join"][1]
    alarms = sam.load(ROOT / "infra" / "alarms.yaml")["Resources"]
    seen = 0
    for name, alarm in alarms.items():
        watched = alarm.get("Properties", {})
        if watched.get("Namespace") != "AWS/SQS":
            continue
        place = watched["Dimensions"][0]["Value"]["Fn::Select"][0]
        queue = house.target(passed[place])
        assert queue.removesuffix("Dead").removesuffix("Queue") == name.removesuffix("Dead")
        seen += 1
    assert seen == len(passed) == 15


def test_the_template_does_not_know_the_local_cloud():
    text = (ROOT / "template.yaml").read_text() + (ROOT / "infra" / "alarms.yaml").read_text()
    assert not re.search(r"ministack|localstack|127\.0\.0\.1|localstripe|AWS_ENDPOINT", text)


def own_code() -> str:
    rooms = ("functions", "shared")
    return "".join(path.read_text() for room in rooms for path in (ROOT / room).rglob("*.py"))


def given_settings() -> set[str]:
    return set(sam.load(ROOT / "template.yaml")["Globals"]["Function"]["Environment"]["Variables"])


def test_every_setting_that_the_code_reads_is_given():
    read = set(re.findall(r'setting\("([A-Z_]+)"\)', own_code()))
    assert len(read) > 10
    assert read - given_settings() == set()


def test_no_setting_is_given_that_nothing_reads():
    # the runtime reads all queues at once, and Powertools its own two settings
    named = {
        name
        for name in given_settings()
        if not name.startswith("POWERTOOLS_") and not name.endswith("_QUEUE_URL")
    }
    code = own_code()
    assert {name for name in named if name not in code} == set()
