"""Deploy a built template to the emulated AWS: pack by SAM's rules, upload, create, wait."""

import hashlib
import io
import json
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from infra.local import processes, template
from infra.local.ministack import ADMIN_KEYS, REGION

_ARTEFACT_BUCKET = "local-artefacts"
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_CREATE_TIMEOUT_S = 120.0
_LOOK_EVERY_S = 0.1
# Left out here, and so not verified by the local cloud: nothing emulates what they do.
_NOT_EMULATED = {
    "AWS::CloudWatch::Alarm": "alarms never fire in the emulator",
    "AWS::CloudWatch::CompositeAlarm": "alarms never fire in the emulator",
    "AWS::CloudWatch::Dashboard": "nobody looks at a local dashboard",
    "AWS::CloudFormation::Stack": "nested stacks hold alarms and dashboards only",
    "AWS::Serverless::Application": "nested stacks hold alarms and dashboards only",
    "AWS::Budgets::Budget": "no billing",
    "AWS::SMSVOICE::ConfigurationSet": "the local text messages are told of it by its name",
    "AWS::SES::ReceiptRuleSet": "the local mail server takes mails in",
    "AWS::SES::ReceiptRule": "the local mail server takes mails in",
}


@dataclass(frozen=True)
class LocalLimits:
    """Where a laptop differs from AWS.

    Every parallel batch is a process with a cold start of its own, so few run at once; a message
    that a dead worker held is tried again within a test's patience; schedules may be off, for runs
    that must be repeatable.
    """

    workers_per_queue: int = 2
    retry_after_s: int = 30
    schedules_enabled: bool = True


@dataclass(frozen=True)
class Deployed:
    """What came out of a deployment."""

    stack_name: str
    template: dict[str, Any]
    parameters: dict[str, str]
    outputs: dict[str, str]
    physical_ids: dict[str, str]
    left_out: dict[str, str] = field(default_factory=dict)


def deploy(
    built_template: Path,
    *,
    endpoint: str,
    stack_name: str,
    parameters: Mapping[str, str],
    transform_interpreter: Path,
    cache_dir: Path,
    limits: LocalLimits,
    layers_by_reference: bool = True,
) -> Deployed:
    """Return the outputs and physical ids of a new stack made of the built template.

    `layers_by_reference` publishes each layer as a pointer to its built folder instead of a copy,
    so that a cold start does not unpack tens of megabytes; what is imported are the same files.

    Raises StartFailed with CloudFormation's reason when the stack cannot be made.
    """
    document = template.load(built_template)
    left_out = _leave_out(document)
    s3 = client("s3", endpoint)
    s3.create_bucket(
        Bucket=_ARTEFACT_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    _upload_artefacts(document, built_template.parent, s3, layers_by_reference)
    known = {name: value for name, value in parameters.items() if name in document["Parameters"]}
    plain = template.transformed(
        document, known, region=REGION, interpreter=transform_interpreter, cache_dir=cache_dir
    )
    _apply(limits, plain)
    s3.put_object(Bucket=_ARTEFACT_BUCKET, Key="template.json", Body=json.dumps(plain).encode())
    made = _create(endpoint, stack_name, plain, known, left_out)
    _set_boundaries(client("iam", endpoint), made)
    return made


def client(service: str, endpoint: str) -> Any:
    """Return a client of the emulated AWS that holds every permission."""
    config = Config(
        retries={"total_max_attempts": 1},
        connect_timeout=5,
        read_timeout=130,
        max_pool_connections=20,
        s3={"addressing_style": "path"},
    )
    session = boto3.session.Session(region_name=REGION, **ADMIN_KEYS)
    return session.client(service, endpoint_url=endpoint, config=config)


def _leave_out(document: dict[str, Any]) -> dict[str, str]:
    """Remove what is not emulated, with the outputs that speak of it; return names with reasons."""
    resources = document["Resources"]
    left_out = {
        name: f"{resource['Type']}: {_NOT_EMULATED[resource['Type']]}"
        for name, resource in resources.items()
        if resource["Type"] in _NOT_EMULATED
    }
    for name in left_out:
        del resources[name]
    outputs = document.get("Outputs", {})
    for name in [name for name, output in outputs.items() if _mentions(output, left_out)]:
        del outputs[name]
    return left_out


def _mentions(part: Any, names: Mapping[str, str]) -> bool:
    if isinstance(part, dict):
        if part.get("Ref") in names:
            return True
        attribute = part.get("Fn::GetAtt")
        if isinstance(attribute, list) and attribute[0] in names:
            return True
        return any(_mentions(value, names) for value in part.values())
    return isinstance(part, list) and any(_mentions(value, names) for value in part)


def _upload_artefacts(
    document: dict[str, Any], built_dir: Path, s3: Any, layers_by_reference: bool
) -> None:
    """Replace each local path in the template by an object in the artefact bucket, each once."""
    uploaded: dict[tuple[str, bool], str] = {}
    default_uri = document.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
    for resource in document["Resources"].values():
        properties = resource.get("Properties", {})
        is_layer = resource["Type"] == "AWS::Serverless::LayerVersion"
        if is_layer:
            attribute = "ContentUri"
        elif resource["Type"] == "AWS::Serverless::Function":
            attribute = "CodeUri"
            properties.setdefault(attribute, default_uri)
        else:
            continue
        source = str((built_dir / properties[attribute]).resolve())
        by_reference = is_layer and layers_by_reference
        if (source, by_reference) not in uploaded:
            body = _pointer_zip(Path(source)) if by_reference else pack(Path(source))
            key = hashlib.sha256(body).hexdigest()
            s3.put_object(Bucket=_ARTEFACT_BUCKET, Key=key, Body=body)
            uploaded[source, by_reference] = f"s3://{_ARTEFACT_BUCKET}/{key}"
        properties[attribute] = uploaded[source, by_reference]


def pack(source: Path) -> bytes:
    """Return the zip that `sam package` would make: names relative, times 1980, modes kept."""
    if source.is_file():
        return source.read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(source.rglob("*", recurse_symlinks=True)):
            if path.is_dir():
                continue
            entry = zipfile.ZipInfo(path.relative_to(source).as_posix(), _ZIP_EPOCH)
            entry.external_attr = (path.stat().st_mode & 0xFFFF) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return packed.getvalue()


def _pointer_zip(layer: Path) -> bytes:
    """Return a layer that makes Python look into the built layer's own folder."""
    packages = layer / "python"
    folders = [folder for folder in (packages, *packages.glob("lib/python*/site-packages"))]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        entry = zipfile.ZipInfo("python/lib/python3/site-packages/built-layer.pth", _ZIP_EPOCH)
        archive.writestr(entry, "".join(f"{folder}\n" for folder in folders))
    return packed.getvalue()


def _apply(limits: LocalLimits, plain: dict[str, Any]) -> None:
    for resource in plain["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::SQS::Queue":
            wanted = properties.get("VisibilityTimeout", 30)
            properties["VisibilityTimeout"] = min(wanted, limits.retry_after_s)
        elif resource["Type"] == "AWS::Lambda::EventSourceMapping":
            wanted = properties.get("ScalingConfig", {}).get("MaximumConcurrency", 0)
            if not isinstance(wanted, int) or wanted > limits.workers_per_queue:
                del properties["ScalingConfig"]  # the emulator's own bound is this limit
        elif resource["Type"] == "AWS::Scheduler::Schedule" and not limits.schedules_enabled:
            properties["State"] = "DISABLED"


def _create(
    endpoint: str,
    stack_name: str,
    plain: dict[str, Any],
    parameters: Mapping[str, str],
    left_out: dict[str, str],
) -> Deployed:
    cloudformation = client("cloudformation", endpoint)
    cloudformation.create_stack(
        StackName=stack_name,
        TemplateURL=f"{endpoint}/{_ARTEFACT_BUCKET}/template.json",
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()
        ],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    deadline = time.monotonic() + _CREATE_TIMEOUT_S
    while True:
        stack = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
        if stack["StackStatus"] == "CREATE_COMPLETE":
            break
        if "IN_PROGRESS" not in stack["StackStatus"] or time.monotonic() > deadline:
            raise processes.StartFailed(_why(cloudformation, stack_name, stack))
        time.sleep(_LOOK_EVERY_S)
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_name)
    return Deployed(
        stack_name=stack_name,
        template=plain,
        parameters=dict(parameters),
        outputs={output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])},
        physical_ids={
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages
            for resource in page["StackResourceSummaries"]
        },
        left_out=left_out,
    )


def _set_boundaries(iam: Any, made: Deployed) -> None:
    """Give each role the boundary that its resource names: the emulator's stacks pass over it."""
    for name, resource in made.template["Resources"].items():
        boundary = resource.get("Properties", {}).get("PermissionsBoundary")
        if resource["Type"] == "AWS::IAM::Role" and boundary:
            arn = made.physical_ids[boundary["Ref"]]
            iam.put_role_permissions_boundary(
                RoleName=made.physical_ids[name], PermissionsBoundary=arn
            )


def _why(cloudformation: Any, stack_name: str, stack: Mapping[str, Any]) -> str:
    events = cloudformation.describe_stack_events(StackName=stack_name)["StackEvents"]
    reasons = [
        f"{event['LogicalResourceId']} ({event['ResourceType']}): {event['ResourceStatusReason']}"
        for event in reversed(events)
        if event["ResourceStatus"].endswith("FAILED") and event.get("ResourceStatusReason")
    ]
    return f"the stack is {stack['StackStatus']}: {'; '.join(reasons[:3]) or 'no reason given'}"
