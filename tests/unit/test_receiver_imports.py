"""The receiver answers fast because it loads little: the standard library, boto3 and a logger."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ABSENT = {
    "stripe",
    "pydantic",
    "pydantic_core",
    "jinja2",
    "requests",
    "httpx",
    "aws_xray_sdk",
    "typst",
    "unittest",
}
PROGRAM = """
import sys
import functions.payment_webhook.receiver
from shared import runtime
runtime.webhooks()
print(" ".join(sorted(sys.modules)))
"""


def test_the_receiver_loads_no_package_that_it_does_not_need():
    environment = {
        "PYTHONPATH": str(ROOT),
        "STAGE": "sandbox",
        "TABLE_NAME": "hub",
        "DOCUMENTS_BUCKET": "documents",
        "STRIPE_SECRET": "hub/stripe",
        "PAYMENT_QUEUE_URL": "https://queue.example/payment",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "POWERTOOLS_SERVICE_NAME": "duecourse",
    }
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    loaded = set(run.stdout.split())
    assert "boto3" in loaded
    assert ABSENT & loaded == set()
