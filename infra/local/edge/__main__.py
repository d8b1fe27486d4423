"""`python -m infra.local.edge --fd N --plan FILE --endpoint URL`: serve on an inherited socket."""

import argparse
import json
import logging
import socket
from datetime import UTC, datetime
from pathlib import Path

from infra.local.edge.functions import Functions
from infra.local.edge.gateway import Gateway
from infra.local.edge.plan import Plan
from infra.local.edge.server import EdgeServer
from infra.local.ministack import ACCOUNT, REGION


def main() -> None:
    """Serve until the process is ended."""
    asked = argparse.ArgumentParser(prog="python -m infra.local.edge", description=__doc__)
    asked.add_argument("--fd", type=int, required=True, help="a listening loopback socket")
    asked.add_argument("--plan", type=Path, required=True, help="routes and authorizers, as JSON")
    asked.add_argument("--endpoint", required=True, help="the emulated AWS")
    asked.add_argument("--parallel", type=int, default=4, help="calls of one function at a time")
    options = asked.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    gateway = Gateway(
        Plan.from_json(json.loads(options.plan.read_text())),
        Functions(options.endpoint, ACCOUNT, REGION, parallel_max=options.parallel),
        account_id=ACCOUNT,
        now=lambda: datetime.now(UTC),
    )
    EdgeServer(socket.socket(fileno=options.fd), gateway).serve_forever()


if __name__ == "__main__":
    main()
