"""How the parts are told of one another, once all of them run."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import urllib3

from infra.local import deploy, intrinsics, ministack, processes
from infra.local.identity import Issuer, Operator

AUDIENCE = "duecourse"
_TOKEN_TTL_S = 30 * 24 * 3600
_READY_TIMEOUT_S = 30.0
_HTTP = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(10))


def wait_for(url: str, process: processes.Started, *, status: int = 200) -> None:
    """Return once the process answers so. Raises StartFailed with its last words and its log."""
    deadline = time.monotonic() + _READY_TIMEOUT_S
    while time.monotonic() < deadline and processes.is_running(process):
        try:
            answer = _HTTP.request("GET", url, timeout=1)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.05)
            continue
        if answer.status == status and processes.is_running(process):
            return
        time.sleep(0.05)
    words = processes.last_words(process) or "no message"
    raise processes.StartFailed(f"{process.name} did not start: {words} (log: {process.log})")


def controls(state: Mapping[str, Any]) -> dict[str, str]:
    """Return the servers that answer `/_config/...`, by name."""
    names = {"mail": "mail_url", "texts": "sms_url", "payments": "stripe_url"}
    found = {name: state.get(key) for name, key in names.items()}
    return {name: address for name, address in found.items() if address}


def connect_mail(
    mail_url: str, endpoint: str, deployed: deploy.Deployed, resolver: intrinsics.Resolver
) -> None:
    """Give the mail server the stack's configuration sets and where their events go."""
    for name, resource in deployed.template["Resources"].items():
        if resource["Type"] == "AWS::SES::ConfigurationSet" and name in deployed.physical_ids:
            post(f"{mail_url}/_config/configuration-set", {"name": deployed.physical_ids[name]})
    for name, resource in deployed.template["Resources"].items():
        is_destination = resource["Type"] == "AWS::SES::ConfigurationSetEventDestination"
        if is_destination and name in deployed.physical_ids:
            properties = resolver.value(resource["Properties"])
            post(
                f"{mail_url}/_config/event-destination",
                {
                    "configuration_set": properties["ConfigurationSetName"],
                    "sns_topic_arn": properties["EventDestination"]["SnsDestination"]["TopicARN"],
                    "endpoint_url": endpoint,
                    "region": ministack.REGION,
                },
            )


def connect_inbound(
    mail_url: str, endpoint: str, outputs: Mapping[str, str], reply_mailbox: str
) -> None:
    """Let the mail server take in what comes to the reply mailbox, as SES's receipt rule does."""
    if "RepliesTopicArn" not in outputs:
        return
    rule = {
        "domain": reply_mailbox.rpartition("@")[2],
        "bucket": outputs["RepliesBucketName"],
        "prefix": "in/",
        "sns_topic_arn": outputs["RepliesTopicArn"],
        "endpoint_url": endpoint,
        "region": ministack.REGION,
    }
    post(f"{mail_url}/_config/inbound", rule)


def connect_sms(sms_url: str, endpoint: str, stack_name: str, topic_arn: str) -> None:
    """Tell the text messages their configuration set, and where their events go."""
    post(
        f"{sms_url}/_config/event-destination",
        {
            "configuration_set": f"{stack_name}-sms",
            "sns_topic_arn": topic_arn,
            "endpoint_url": endpoint,
            "region": ministack.REGION,
        },
    )


def fill_secret(state: Mapping[str, Any]) -> None:
    """Do what an operator does after the first deployment: put the gateway's keys in the secret."""
    name = state["outputs"].get("StripeSecretArn")
    if name:
        keys = {"api_key": "sk_test_local", "webhook_secrets": [state["webhook_secret"]]}
        secrets_manager = deploy.client("secretsmanager", state["aws_endpoint"])
        secrets_manager.put_secret_value(SecretId=name, SecretString=json.dumps(keys))


def register_webhook(state: Mapping[str, Any], entity: str) -> None:
    """Let the local Stripe send its events to the endpoint of this entity, too."""
    address = f"{state['public_url']}/webhooks/stripe/{entity}"
    body = {"url": address, "secret": state["webhook_secret"]}
    post(f"{state['stripe_url']}/_config/webhooks/{entity}", body)


def issuer(state: Mapping[str, Any]) -> Issuer:
    """Return the issuer of operators' tokens, able to mint good ones and bad ones."""
    return Issuer.open(state["identity_url"], AUDIENCE, Path(state["run_dir"]) / "identity-key.pem")


def token(state: Mapping[str, Any], username: str, groups: tuple[str, ...]) -> str:
    """Return an operator's token; groups are `<entity>:<role>` or `*:<role>`."""
    operator = Operator(username, f"{username}@operators.example", groups)
    return issuer(state).mint(operator, ttl_s=_TOKEN_TTL_S)


def schedules(deployed: deploy.Deployed, resolver: intrinsics.Resolver) -> dict[str, Any]:
    """Return target and input of every schedule, so that one can be run at once."""
    found = {}
    for name, resource in deployed.template["Resources"].items():
        if resource["Type"] == "AWS::Scheduler::Schedule" and name in deployed.physical_ids:
            target = resource["Properties"]["Target"]
            logical_id = target["Arn"]["Fn::GetAtt"][0]
            physical_id = resolver.value({"Ref": logical_id})
            is_queue = deployed.template["Resources"][logical_id]["Type"] == "AWS::SQS::Queue"
            arn = f"arn:aws:sqs:::{physical_id.rpartition('/')[2]}" if is_queue else physical_id
            found[name] = {"arn": arn, "input": target.get("Input", "{}")}
    return found


def post(url: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Send a command to one of our servers and return its answer; StartFailed when refused."""
    answer = _HTTP.request("POST", url, json=dict(body))
    if answer.status >= 300:
        raise processes.StartFailed(f"{url} answered {answer.status}: {answer.data[:200]!r}")
    return answer.json()
