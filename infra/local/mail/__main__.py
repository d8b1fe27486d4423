"""`python -m infra.local.mail`: the local SES and its mailbox as one process."""

from __future__ import annotations

import argparse
import json
import signal
from pathlib import Path
from threading import Event, Thread

from infra.local.mail.publisher import Destination
from infra.local.mail.server import MailServer
from infra.local.mail.service import DAY_MAX, RATE_PER_S, Service


def main(argv: list[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; print one JSON line when ready."""
    args = _parser().parse_args(argv)
    service = Service(region=args.region, state_dir=args.state_dir)
    service.quota.set(args.max_send_rate, args.max_24_hour_send)
    for identity in args.identity:
        service.verify(identity)
    service.configuration_sets.update(args.configuration_set)
    if args.sns_topic_arn:
        for name in args.configuration_set:
            service.connect(Destination(name, args.sns_topic_arn, args.sns_endpoint, args.region))
    server = MailServer(args.port, service)
    stop = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    url = f"http://127.0.0.1:{server.port}"
    ready = {"ready": "mail", "url": url, "mailbox_url": f"{url}/mailbox", "port": server.port}
    print(json.dumps(ready), flush=True)
    stop.wait()
    service.close()
    server.shutdown()
    server.server_close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.local.mail", description=__doc__)
    add = parser.add_argument
    add("--port", type=int, default=0, help="loopback port; 0 takes a free one")
    add("--state-dir", type=Path, help="keep the mails there as .eml and .json")
    add("--region", default="us-east-1")
    add("--identity", action="append", default=[], help="verified address or domain; repeatable")
    add("--configuration-set", action="append", default=[], help="name; repeatable")
    add("--sns-topic-arn", help="event destination of the configuration sets")
    add("--sns-endpoint", default="http://127.0.0.1:4566", help="where the topic is")
    add("--max-send-rate", type=float, default=RATE_PER_S, help="recipients per second")
    add("--max-24-hour-send", type=float, default=DAY_MAX, help="-1: no maximum")
    return parser


if __name__ == "__main__":
    main()
