"""`python -m infra.local.identity serve ...` runs the issuer; `... mint ...` prints a token."""

import argparse
import socket
from pathlib import Path

from infra.local.identity.server import IdentityServer
from infra.local.identity.tokens import Issuer, Operator, sample_operators


def main() -> None:
    """Serve until the process is ended, or print one token."""
    asked = argparse.ArgumentParser(prog="python -m infra.local.identity", description=__doc__)
    asked.add_argument("--url", required=True, help="the issuer's own address")
    asked.add_argument("--audience", default="duecourse")
    asked.add_argument("--key-file", type=Path, required=True)
    verbs = asked.add_subparsers(dest="verb", required=True)
    serve = verbs.add_parser("serve")
    serve.add_argument("--fd", type=int, required=True, help="a bound loopback socket")
    serve.add_argument("--entity", default="demo", help="whose sample operators are listed")
    serve.add_argument("--callback-prefix", action="append", required=True)
    mint = verbs.add_parser("mint")
    mint.add_argument("--username", required=True)
    mint.add_argument("--email", default="")
    mint.add_argument("--group", action="append", default=[], help="such as demo:clerk")
    mint.add_argument("--ttl-s", type=int, default=3600)
    options = asked.parse_args()
    issuer = Issuer.open(options.url, options.audience, options.key_file)
    if options.verb == "mint":
        operator = Operator(
            options.username,
            options.email or f"{options.username}@operators.example",
            tuple(options.group),
        )
        print(issuer.mint(operator, ttl_s=options.ttl_s))
        return
    listening = socket.socket(fileno=options.fd)
    operators = sample_operators(options.entity)
    IdentityServer(listening, issuer, operators, options.callback_prefix).serve_forever()


if __name__ == "__main__":
    main()
