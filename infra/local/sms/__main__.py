"""`python -m infra.local.sms`: the local text messages as one process."""

from __future__ import annotations

import argparse
import json
import signal
from threading import Event, Thread

from infra.local.sms.server import SmsServer


def main(argv: list[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; print one JSON line when ready."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.sms", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="loopback port; 0 takes a free one")
    server = SmsServer(parser.parse_args(argv).port)
    stop = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    print(json.dumps({"ready": "sms", "url": server.url, "port": server.port}), flush=True)
    stop.wait()
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    main()
