"""One local cloud with the whole hub for all proofs; each file of them has its own entity."""

from collections.abc import Iterator

import pytest

from tests.support.stack import Hub, running_hub


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Return the hub, deployed from the built template. Nothing runs by schedule there."""
    with running_hub(tmp_path_factory.mktemp("hub")) as hub:
        yield hub
