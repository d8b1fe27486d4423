"""One local cloud with the whole hub for all proofs; each file of them has its own entity."""

import dataclasses
from collections.abc import Iterator

import pytest

from infra.local.deploy import LocalLimits
from infra.local.stack import LocalStack, Options
from tests.support.stack import ROOT, Hub, built_template

_MAILS_PER_S = 500


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Return the hub, deployed from the built template. Nothing runs by schedule there."""
    options = dataclasses.replace(
        Options.of_project(ROOT),
        state_dir=tmp_path_factory.mktemp("hub") / "state",
        built_template=built_template(),
        limits=LocalLimits(workers_per_queue=3, retry_after_s=60, schedules_enabled=False),
        handler_environment={"POWERTOOLS_LOG_LEVEL": "INFO"},
    )
    stack = LocalStack.start(options)
    try:
        hub = Hub(stack)
        hub.mail("rate", max_send_rate=_MAILS_PER_S)
        hub.gateway("webhooks/demo", "DELETE")  # each file registers the entity it opens
        yield hub
    finally:
        LocalStack.stop(options.state_dir)
