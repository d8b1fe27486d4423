"""A toy stack of every shape of resource, started once for the tests of the local cloud itself."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from infra.local.deploy import LocalLimits
from infra.local.stack import LocalStack, Options

ROOT = Path(__file__).parents[3]
TOY = Path(__file__).parent / "toy"
_LAYER = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six.py")


def built_toy(folder: Path) -> Path:
    """Return the toy's template beside its code and a layer that holds boto3 and nothing else."""
    shutil.copytree(TOY, folder, ignore=shutil.ignore_patterns("__pycache__"))
    packages = folder / "layer" / "python"
    packages.mkdir(parents=True)
    for name in _LAYER:
        (packages / name).symlink_to(Path(boto3.__file__).parents[1] / name)
    return folder / "template.yaml"


@pytest.fixture(scope="session")
def toy_options(tmp_path_factory: pytest.TempPathFactory) -> Options:
    folder = tmp_path_factory.mktemp("toy")
    return Options(
        project_root=ROOT,
        state_dir=folder / "state",
        built_template=built_toy(folder / "built"),
        stack_name="toy",
        limits=LocalLimits(workers_per_queue=2, retry_after_s=2),
        with_stripe=False,
    )


@pytest.fixture(scope="session")
def toy(toy_options: Options) -> Iterator[LocalStack]:
    stack = LocalStack.start(toy_options)
    yield stack
    LocalStack.stop(toy_options.state_dir)
