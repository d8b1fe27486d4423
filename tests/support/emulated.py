"""An emulated AWS of one's own (ministack), for what moto gets wrong: tokens, races, units."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from infra.local import ministack, processes
from tests.support.template import ROOT, table_properties

INTERPRETER = ROOT / ".venvs" / "cloud" / "bin" / "python"
MISSING = "no emulated AWS here: make setup installs it into .venvs/cloud"


@contextmanager
def emulated_dynamodb(state_dir: Path) -> Iterator[Any]:
    """Yield a boto3 client of an emulated DynamoDB that holds the template's table as "hub"."""
    process, endpoint = ministack.start(
        interpreter=INTERPRETER,
        project_root=ROOT,
        state_dir=state_dir,
        handler_environment={},
        enforce_roles=False,
    )
    try:
        client = boto3.client(
            "dynamodb",
            endpoint_url=endpoint,
            region_name=ministack.REGION,
            **ministack.ADMIN_KEYS,
        )
        client.create_table(TableName="hub", **table_properties())
        yield client
    finally:
        processes.stop([process])
