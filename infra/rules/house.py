"""Rules that every stack of Duecourse keeps, asked of the transformed template.

A rule yields one sentence per break, naming the resource. cfn-lint knows what CloudFormation
accepts; these know what the house accepts.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from infra.rules.routes import PUBLIC, SESSION

type Template = Mapping[str, Any]
type Rule = Callable[[Template], Iterator[str]]

KEPT_TYPES = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Cognito::UserPool")
RECEIVES_MIN = 5
ACTIONS_BANNED = {"dynamodb:Scan", "dynamodb:BatchWriteItem", "dynamodb:PartiQLSelect"}
# IAM offers no narrower resource for these
ACTIONS_ON_ALL = {"dynamodb:ListStreams", "ses:GetAccount"}
# what SAM gives a function for its logs and its event sources; the boundary narrows them
POLICIES_OF_SAM = (
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaSQSQueueExecutionRole",
    "AWSLambdaDynamoDBExecutionRole",
)


def complaints(template: Template) -> list[str]:
    """Return every break of every rule in this transformed template; empty when it keeps them."""
    return [f"{rule.__name__}: {text}" for rule in RULES for text in rule(template)]


def of_type(template: Template, *types: str) -> Iterator[tuple[str, Any]]:
    for name, resource in template["Resources"].items():
        if resource["Type"] in types:
            yield name, resource


def target(value: Any) -> str:
    """Return the logical id that a Ref or GetAtt names, or the value itself as text."""
    if isinstance(value, Mapping):
        if "Ref" in value:
            return str(value["Ref"])
        if "Fn::GetAtt" in value:
            found = value["Fn::GetAtt"]
            return str(found[0] if isinstance(found, list) else found.split(".")[0])
    return str(value)


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def properties(template: Template, name: str) -> Mapping[str, Any]:
    return template["Resources"][name].get("Properties", {})


def dead_queues(template: Template) -> set[str]:
    """Return the logical ids of the queues that something gives up messages to."""
    found = set()
    for _, queue in of_type(template, "AWS::SQS::Queue"):
        if policy := queue["Properties"].get("RedrivePolicy"):
            found.add(target(policy["deadLetterTargetArn"]))
    for _, source in of_type(template, "AWS::Lambda::EventSourceMapping"):
        failures = source["Properties"].get("DestinationConfig", {}).get("OnFailure")
        if failures:
            found.add(target(failures["Destination"]))
    for _, schedule in of_type(template, "AWS::Scheduler::Schedule"):
        if config := schedule["Properties"]["Target"].get("DeadLetterConfig"):
            found.add(target(config["Arn"]))
    return found


def every_queue_has_a_dead_letter_queue(template: Template) -> Iterator[str]:
    dead = dead_queues(template)
    for name, queue in of_type(template, "AWS::SQS::Queue"):
        own = queue["Properties"]
        if own.get("SqsManagedSseEnabled") is not True:
            yield f"{name} is not encrypted"
        if name in dead:
            continue
        policy = own.get("RedrivePolicy")
        if not policy:
            yield f"{name} has no dead-letter queue"
            continue
        last = properties(template, target(policy["deadLetterTargetArn"]))
        if policy["maxReceiveCount"] < RECEIVES_MIN:
            yield f"{name} gives up after {policy['maxReceiveCount']} receives"
        if last.get("FifoQueue", False) != own.get("FifoQueue", False):
            yield f"{name} and its dead-letter queue are not of one kind"
        if last.get("MessageRetentionPeriod", 0) < own.get("MessageRetentionPeriod", 345_600):
            yield f"{name} keeps messages longer than its dead-letter queue"


def every_queue_is_tls_only(template: Template) -> Iterator[str]:
    covered: set[str] = set()
    for _, policy in of_type(template, "AWS::SQS::QueuePolicy"):
        if refuses_plain_http(policy["Properties"]["PolicyDocument"]):
            covered |= {target(queue) for queue in policy["Properties"]["Queues"]}
    for name, _ in of_type(template, "AWS::SQS::Queue"):
        if name not in covered:
            yield f"{name} may be called without TLS"


def refuses_plain_http(document: Mapping[str, Any]) -> bool:
    return any(
        statement["Effect"] == "Deny"
        and statement["Principal"] == "*"
        and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        for statement in document["Statement"]
    )


def every_source_reports_and_is_bounded(template: Template) -> Iterator[str]:
    for name, mapping in of_type(template, "AWS::Lambda::EventSourceMapping"):
        own = mapping["Properties"]
        function = properties(template, target(own["FunctionName"]))
        source = target(own["EventSourceArn"])
        if own.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            yield f"{name} fails a whole batch for one record"
        if template["Resources"][source]["Type"] == "AWS::SQS::Queue":
            if "MaximumConcurrency" not in own.get("ScalingConfig", {}):
                yield f"{name} has no bound on how many run at once"
            if properties(template, source).get("VisibilityTimeout", 30) < 6 * function["Timeout"]:
                yield f"{source} shows a message again before six times {name}'s timeout"
        else:
            if own.get("BisectBatchOnFunctionError") is not True:
                yield f"{name} does not halve a failing batch"
            if not 0 < own.get("MaximumRetryAttempts", -1) <= 100:
                yield f"{name} retries without an end"
            if "OnFailure" not in own.get("DestinationConfig", {}):
                yield f"{name} loses what it gives up on"


def every_route_is_guarded(template: Template) -> Iterator[str]:
    left = PUBLIC | SESSION
    for name, api in of_type(template, "AWS::ApiGatewayV2::Api"):
        body = api["Properties"]["Body"]
        guards = set(body.get("components", {}).get("securitySchemes", {}))
        for path, methods in body["paths"].items():
            for method, operation in methods.items():
                verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
                route = f"{verb} {path}"
                asked = {guard for entry in operation.get("security", []) for guard in entry}
                if route in PUBLIC | SESSION:
                    left = left - {route}
                elif not asked or not asked <= guards:
                    yield f"{name}: {route} asks for no sign-in and is on neither list"
    for route in sorted(left):
        yield f"{route} is listed in infra/rules/routes.py and served by nothing"


def statements(template: Template) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the name of each role or managed policy with each statement of it."""
    for name, role in of_type(template, "AWS::IAM::Role"):
        for policy in role["Properties"].get("Policies", []):
            for statement in as_list(policy["PolicyDocument"]["Statement"]):
                yield name, statement
    for name, policy in of_type(template, "AWS::IAM::ManagedPolicy"):
        for statement in as_list(policy["Properties"]["PolicyDocument"]["Statement"]):
            yield name, statement


def every_permission_is_explicit(template: Template) -> Iterator[str]:
    for name, statement in statements(template):
        if statement["Effect"] == "Deny":
            continue
        actions = as_list(statement.get("Action", []))
        if not actions or "NotAction" in statement or "NotResource" in statement:
            yield f"{name} allows by exclusion"
        for action in actions:
            if "*" in action:
                yield f"{name} may do {action}"
            if action in ACTIONS_BANNED:
                yield f"{name} may do {action}, which no function needs"
        if "*" in as_list(statement["Resource"]) and not set(actions) <= ACTIONS_ON_ALL:
            yield f"{name} may do {', '.join(actions)} to everything"
    for name, role in of_type(template, "AWS::IAM::Role"):
        for policy in role["Properties"].get("ManagedPolicyArns", []):
            if not str(policy).rstrip("'}]").endswith(POLICIES_OF_SAM):
                yield f"{name} carries {policy}"


def every_function_has_its_own_role(template: Template) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name, function in of_type(template, "AWS::Lambda::Function"):
        role = target(function["Properties"]["Role"])
        if role in seen:
            yield f"{name} shares a role with {seen[role]}"
        seen[role] = name


def the_ledger_is_append_only(template: Template) -> Iterator[str]:
    for name, function in of_type(template, "AWS::Lambda::Function"):
        role = properties(template, target(function["Properties"]["Role"]))
        boundary = target(role.get("PermissionsBoundary", ""))
        if boundary not in template["Resources"]:
            yield f"{name} has no boundary"
        elif not any(
            protects_ledger(statement)
            for owner, statement in statements(template)
            if owner == boundary
        ):
            yield f"{name} may change what the ledger says"


def protects_ledger(statement: Mapping[str, Any]) -> bool:
    """Tell whether this refuses to change or delete an item of a ledger partition."""
    return (
        statement["Effect"] == "Deny"
        and {"dynamodb:UpdateItem", "dynamodb:DeleteItem"} <= set(as_list(statement["Action"]))
        and target(statement["Resource"]) == "Table"
        and statement.get("Condition")
        == {"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": ["*#L"]}}
    )


def what_is_kept_survives_the_stack(template: Template) -> Iterator[str]:
    for name, resource in of_type(template, *KEPT_TYPES):
        if resource.get("DeletionPolicy") != "RetainExceptOnCreate":
            yield f"{name} is deleted with the stack, or blocks the next try after a failed first"
        if resource.get("UpdateReplacePolicy") != "Retain":
            yield f"{name} is deleted when it is replaced"
    for name, table in of_type(template, "AWS::DynamoDB::Table"):
        own = table["Properties"]
        restore = own.get("PointInTimeRecoverySpecification", {})
        for switch, value in {
            "deletion protection": own.get("DeletionProtectionEnabled"),
            "point-in-time recovery": restore.get("PointInTimeRecoveryEnabled"),
        }.items():
            if value is not True and value != {"Fn::If": ["Production", True, False]}:
                yield f"{name} has no {switch} in production"


def every_bucket_is_private(template: Template) -> Iterator[str]:
    tls_only = {
        target(policy["Properties"]["Bucket"])
        for _, policy in of_type(template, "AWS::S3::BucketPolicy")
        if refuses_plain_http(policy["Properties"]["PolicyDocument"])
    }
    for name, bucket in of_type(template, "AWS::S3::Bucket"):
        own = bucket["Properties"]
        blocked = own.get("PublicAccessBlockConfiguration", {})
        if len(blocked) != 4 or set(blocked.values()) != {True}:
            yield f"{name} may become public"
        if "BucketEncryption" not in own:
            yield f"{name} is not encrypted"
        if "LifecycleConfiguration" not in own:
            yield f"{name} keeps everything for ever"
        if name not in tls_only:
            yield f"{name} may be called without TLS"


def what_is_put_into_a_bucket_has_an_end(template: Template) -> Iterator[str]:
    ended = {
        (name, rule.get("Prefix", ""))
        for name, bucket in of_type(template, "AWS::S3::Bucket")
        for rule in bucket["Properties"].get("LifecycleConfiguration", {}).get("Rules", [])
        if "ExpirationInDays" in rule
    }
    for name, statement in statements(template):
        # a boundary allows nothing by itself
        if template["Resources"][name]["Type"] != "AWS::IAM::Role":
            continue
        if statement["Effect"] == "Allow" and "s3:PutObject" in as_list(statement["Action"]):
            for resource in as_list(statement["Resource"]):
                place = re.fullmatch(r"\$\{(\w+)\.Arn\}/(.*)\*", str(resource.get("Fn::Sub", "")))
                if place is None:
                    yield f"{resource} may be put, and says no bucket with a prefix"
                elif place.groups() not in ended:
                    yield f"{place[1]} keeps {place[2]} for ever"


def every_schedule_is_utc_and_goes_to_a_queue(template: Template) -> Iterator[str]:
    for name, schedule in of_type(template, "AWS::Scheduler::Schedule"):
        own = schedule["Properties"]
        if own.get("ScheduleExpressionTimezone") != "Etc/UTC":
            yield f"{name} would skip or repeat an hour when clocks change"
        if own["FlexibleTimeWindow"] != {"Mode": "OFF"}:
            yield f"{name} may run late"
        if "DeadLetterConfig" not in own["Target"] or "RetryPolicy" not in own["Target"]:
            yield f"{name} loses what it cannot deliver"
        if template["Resources"][target(own["Target"]["Arn"])]["Type"] != "AWS::SQS::Queue":
            yield f"{name} does not go to a queue"


def every_function_is_built_alike(template: Template) -> Iterator[str]:
    for name, function in of_type(template, "AWS::Lambda::Function"):
        own = function["Properties"]
        layers = [target(layer) for layer in own.get("Layers", [])]
        if own["Runtime"] != "python3.13" or own["Architectures"] != [{"Ref": "Architecture"}]:
            yield f"{name} has a runtime or an architecture of its own"
        if not any(layer.startswith("LayerCore") for layer in layers):
            yield f"{name} takes boto3 from the runtime, whatever version that is"
        if {"LayerWeb", "LayerDocuments"} <= {layer[:-10] for layer in layers}:
            yield f"{name} carries both LayerWeb and LayerDocuments"
        group = target(own.get("LoggingConfig", {}).get("LogGroup", ""))
        if group not in template["Resources"]:
            yield f"{name} logs into a group that nobody made"
        elif "RetentionInDays" not in properties(template, group):
            yield f"{name} logs into a group that is kept for ever"


def every_dead_letter_queue_has_an_alarm(template: Template) -> Iterator[str]:
    watched = set()
    for _, stack in of_type(template, "AWS::CloudFormation::Stack"):
        joined = stack["Properties"].get("Parameters", {}).get("DeadQueues", {})
        watched |= {target(name) for name in joined.get("Fn::Join", ["", []])[1]}
    for name in sorted(dead_queues(template) - watched):
        yield f"{name} fills up unseen"


def every_access_log_is_json(template: Template) -> Iterator[str]:
    for name, stage in of_type(template, "AWS::ApiGatewayV2::Stage"):
        form = stage["Properties"]["AccessLogSettings"]["Format"]
        # of all variables this one alone brings quotes of its own, or a bare dash
        line = form.replace("$context.error.messageString", '"-"')
        try:
            json.loads(line)
        except ValueError:
            yield f"{name}: the access log is no JSON where something failed"


RULES: tuple[Rule, ...] = (
    every_queue_has_a_dead_letter_queue,
    every_queue_is_tls_only,
    every_source_reports_and_is_bounded,
    every_route_is_guarded,
    every_permission_is_explicit,
    every_function_has_its_own_role,
    the_ledger_is_append_only,
    what_is_kept_survives_the_stack,
    every_bucket_is_private,
    what_is_put_into_a_bucket_has_an_end,
    every_schedule_is_utc_and_goes_to_a_queue,
    every_function_is_built_alike,
    every_dead_letter_queue_has_an_alarm,
    every_access_log_is_json,
)
