"""Handlers of the toy stack: each leaves a row that tells what it was given, and when."""

import json
import os
import sys
import time
from functools import cache

import boto3

LINES = 50


@cache
def _client(name: str):
    return boto3.client(name)


def _record(kind: str, key: str, **facts: str) -> None:
    item = {"pk": {"S": f"SEEN#{kind}"}, "sk": {"S": key}, "at": {"N": repr(time.time())}}
    item |= {name: {"S": value} for name, value in facts.items()}
    _client("dynamodb").put_item(TableName=os.environ["TABLE_NAME"], Item=item)


def on_http(event: dict, context: object) -> dict | str:
    path = event["rawPath"]
    if path == "/p/plain":
        return {"hello": "plain"}
    if path == "/p/raise":
        raise ValueError("on purpose")
    if path == "/p/bytes":
        return {
            "statusCode": 201,
            "headers": {"content-type": "application/octet-stream"},
            "cookies": ["a=1; Path=/", "b=2; Path=/"],
            "body": "AAEC/w==",
            "isBase64Encoded": True,
        }
    if path == "/p/modules":
        return {
            "boto3": boto3.__file__,
            "path": sys.path,
            "leaks": [
                name for name in ("ministack", "samtranslator", "hypercorn") if _importable(name)
            ],
            "environment": sorted(os.environ),
        }
    if path == "/p/secret":
        secret = _client("secretsmanager").get_secret_value(SecretId=os.environ["SECRET_NAME"])
        setting = _client("ssm").get_parameter(Name=os.environ["SETTING_NAME"])
        return {"secret": secret["SecretString"], "setting": setting["Parameter"]["Value"]}
    if path == "/p/forbidden":
        return {"tables": _client("dynamodb").list_tables()["TableNames"]}
    if path.startswith("/p/delete/"):
        key = {"pk": {"S": path.removeprefix("/p/delete/")}, "sk": {"S": "x"}}
        _client("dynamodb").delete_item(TableName=os.environ["TABLE_NAME"], Key=key)
        return {"deleted": True}
    if path.startswith("/p/transact/"):
        deleted = {"pk": {"S": path.removeprefix("/p/transact/")}, "sk": {"S": "x"}}
        table = os.environ["TABLE_NAME"]
        item = {"pk": {"S": "ledger#L"}, "sk": {"S": deleted["pk"]["S"]}}
        _client("dynamodb").transact_write_items(
            TransactItems=[
                {"Put": {"TableName": table, "Item": item}},
                {"Delete": {"TableName": table, "Key": deleted}},
            ]
        )
        return {"deleted": True}
    if path == "/p/mail":
        sent = _client("sesv2").send_email(
            FromEmailAddress=os.environ["MAIL_FROM"],
            Destination={"ToAddresses": [event["queryStringParameters"]["to"]]},
            ConfigurationSetName=os.environ["CONFIGURATION_SET"],
            EmailTags=[{"Name": "notice", "Value": "one"}],
            Content={"Simple": {"Subject": {"Data": "hello"}, "Body": {"Text": {"Data": "text"}}}},
        )
        return {"message_id": sent["MessageId"]}
    if path == "/p/lines":
        for number in range(LINES):
            print(f"line {number} of {LINES}")
    if path == "/p/slow":
        time.sleep(float(event["queryStringParameters"]["seconds"]))
    if path == "/p/order":
        item = {
            "pk": {"S": "ORDER"},
            "sk": {"S": event["queryStringParameters"]["id"]},
            "kind": {"S": "order"},
        }
        _client("dynamodb").put_item(TableName=os.environ["TABLE_NAME"], Item=item)
    return {
        "statusCode": 200,
        "body": json.dumps(event),
        "headers": {"content-type": "application/json"},
    }


def on_stream(event: dict, context: object) -> dict:
    for record in event["Records"]:
        body = json.dumps({"id": record["dynamodb"]["Keys"]["sk"]["S"], "relayed_at": time.time()})
        _client("sqs").send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=body)
        _client("sqs").send_message(
            QueueUrl=os.environ["ORDERED_URL"], MessageBody=body, MessageGroupId="one"
        )
    return {"batchItemFailures": []}


def on_work(event: dict, context: object) -> dict:
    failed = []
    for record in event["Records"]:
        queue = record["eventSourceARN"].rsplit(":", 1)[-1]
        if "poison" in record["body"]:
            failed.append({"itemIdentifier": record["messageId"]})
            continue
        _record("work", record["messageId"], queue=queue, body=record["body"])
    return {"batchItemFailures": failed}


def on_drop(event: dict, context: object) -> None:
    for message in event["Records"]:
        for record in json.loads(message["body"]).get("Records", []):
            bucket, key = record["s3"]["bucket"]["name"], record["s3"]["object"]["key"]
            read = _client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
            _client("s3").put_object(Bucket=bucket, Key=key.replace("in/", "out/"), Body=read)
            _record("drop", key, event=json.dumps(record))


def on_schedule(event: dict, context: object) -> None:
    _record("schedule", str(time.time()), event=json.dumps(event))


def _importable(name: str) -> bool:
    try:
        __import__(name)
    except ImportError:
        return False
    return True
